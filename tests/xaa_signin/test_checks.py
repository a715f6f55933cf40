"""Wrong settings are said at start-up, each with its number."""

from dataclasses import replace

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from xaa.signin import conf, connections
from xaa.signin.connections import Connection, StaticConnections


@pytest.fixture(autouse=True)
def a_machine_that_talks_to_itself(settings):
    """The suite's IdP is on loopback, so private addresses are allowed; elsewhere that is E008."""
    settings.ALLOWED_HOSTS = ["localhost"]


def numbers(**kwargs):
    return {message.id for message in run_checks(**kwargs) if message.id.startswith("xaa_signin.")}


def test_good_settings_have_nothing_to_say():
    assert numbers() == set()


@pytest.mark.parametrize(
    ("setting", "value", "number"),
    [
        ("SIGNIN_CONNECTIONS", None, "E001"),
        ("SIGNIN_CONNECTIONS", "nowhere.at_all", "E001"),
        ("SIGNIN_CONNECTIONS", "xaa.signin.connections.StaticConnections", "E001"),
        ("SIGNIN_CONNECTIONS", "django.http", "E001"),
        ("AUTHENTICATION_BACKENDS", ["django.contrib.auth.backends.ModelBackend"], "E002"),
        ("SIGNIN_TOKEN_STORE", "nowhere.Store", "E003"),
        ("SIGNIN_TOKEN_STORE", "builtins.dict", "E003"),
        ("SIGNIN_LEEWAY", 3600, "E004"),
        ("SIGNIN_LEEWAY", "60", "E004"),
        (
            "AUTHENTICATION_BACKENDS",
            ["mozilla_django_oidc.auth.OIDCAuthenticationBackend", "xaa.signin.backend.SignInBackend"],
            "E005",
        ),
        ("SESSION_COOKIE_SAMESITE", "Strict", "E006"),
        ("ROOT_URLCONF", "tests.xaa_signin.test_checks", "E007"),
    ],
)
def test_a_wrong_setting_is_told_by_number(settings, setting, value, number):
    setattr(settings, setting, value)
    assert f"xaa_signin.{number}" in numbers()


def test_private_addresses_are_told_at_deployment(settings):
    assert "xaa_signin.W001" in numbers(include_deployment_checks=True)
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = False
    assert "xaa_signin.W001" not in numbers(include_deployment_checks=True)


def test_sessions_that_nobody_can_end_are_told(settings):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    assert numbers() == {"xaa_signin.W002"}


@pytest.mark.spec("SEC-16")
def test_the_demos_loophole_does_not_start_on_a_server_that_others_reach(settings):
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = True
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    assert numbers() == set()
    settings.ALLOWED_HOSTS = ["localhost", "app.example"]
    assert numbers() == {"xaa_signin.E008"}
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = False
    assert numbers() == set()


class Provider:
    """Connections from a database would be found like this."""

    def find_connection(self, slug):
        raise LookupError(slug)

    def find_connection_for_email(self, email):
        raise LookupError(email)

    def find_connection_for_issuer(self, issuer):
        raise LookupError(issuer)


find_connection = Provider().find_connection
find_connection_for_email = Provider().find_connection_for_email
find_connection_for_issuer = Provider().find_connection_for_issuer


@pytest.mark.parametrize("named", [f"{__name__}.Provider", __name__, Provider()])
def test_connections_may_be_a_class_a_module_or_an_object(settings, named):
    settings.SIGNIN_CONNECTIONS = named
    assert numbers() == set()
    with pytest.raises(LookupError):
        conf.connections().find_connection("acme")


def test_a_secret_does_not_show_when_a_connection_is_printed():
    assert "hush" not in repr(Connection("acme", "Acme", "https://idp.example", "app", "hush"))


def test_domains_compare_without_case():
    acme = Connection("acme", "Acme", "https://idp.example", "app", "s", email_domains=("Acme.Example",))
    assert StaticConnections([acme]).find_connection_for_email("a@b@ACME.example") is acme
    with pytest.raises(LookupError):
        connections.email_domain("@acme.example")


urlpatterns: list[object] = []  # for E007: an app that has not mounted the sign-in


@pytest.mark.spec("SR-02")
@pytest.mark.parametrize(
    ("same", "told"), [("slug", "slug"), ("issuer", "issuer"), ("email_domains", "e-mail domain")]
)
def test_no_two_connections_may_be_mistaken_for_one_another(same, told):
    """Two companies behind one issuer may give one ``sub`` to two people, and (issuer, sub) is an account."""
    acme = Connection(
        "acme", "Acme", "https://idp.example", "a", tenant="acme", email_domains=("acme.example", "ACME.example")
    )
    other = Connection(
        "other", "Other", "https://idp.other", "a", tenant="other", email_domains=("other.example",)
    )
    assert StaticConnections([acme, other]).find_connection_for_issuer("https://idp.other") is other
    with pytest.raises(ImproperlyConfigured, match=f"its own {told}, found"):
        StaticConnections([acme, replace(other, **{same: getattr(acme, same)})])
