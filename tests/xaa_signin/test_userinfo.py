"""The UserInfo endpoint: not called unless wanted, and never the one that says who somebody is."""

import pytest
from django.contrib.auth.models import User

from tests.xaa_signin.fake_idp import OMIT


def test_it_is_not_called_unless_wanted(browser, acme):
    browser.sign_in(acme)
    assert "/userinfo" not in acme.calls


@pytest.mark.spec("OI-04")
def test_it_adds_what_the_id_token_leaves_out_and_the_signed_claims_win(browser, acme, connect):
    connect(wants_userinfo=True)
    acme.claims = {"given_name": OMIT}
    acme.userinfo = {"family_name": "Forged"}
    assert browser.sign_in(acme).status_code == 302
    assert (User.objects.get().first_name, User.objects.get().last_name) == ("Alicia", "Anders")


@pytest.mark.spec("OI-04")
@pytest.mark.parametrize("sub", ["00u3carol", "", None, OMIT, ["00u1alice"]])
def test_it_refuses_the_profile_of_somebody_else(browser, acme, connect, sub):
    connect(wants_userinfo=True)
    acme.userinfo = {"sub": sub}
    assert browser.sign_in(acme).status_code == 403
    assert not User.objects.exists()


def test_a_missing_endpoint_is_a_page(browser, acme, connect):
    connect(wants_userinfo=True)
    acme.metadata = {"userinfo_endpoint": OMIT}
    assert browser.sign_in(acme).status_code == 503


def test_a_refused_access_token_is_a_page(browser, acme, connect):
    connect(wants_userinfo=True)
    acme.tokens = {"access_token": "of somebody else"}
    assert browser.sign_in(acme).status_code == 502
