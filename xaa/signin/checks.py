"""System checks: what is wrong with the settings, said at start-up with a number and how to mend it.

E001 connections, E002 backend, E003 token store, E004 leeway, E005 the library's own backend, E006 the
session cookie, E007 URLs, E008 the demo's loophole; W001 (deploy) private addresses, W002 sessions that nobody
can end.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from xaa.loophole import check_loophole
from xaa.signin import conf

BACKEND: Final = "xaa.signin.backend.SignInBackend"
UNSAFE_BACKEND: Final = "mozilla_django_oidc.auth.OIDCAuthenticationBackend"
MAX_LEEWAY: Final = 300
FINDERS: Final = ("find_connection", "find_connection_for_email", "find_connection_for_issuer")


@register(Tags.security)
def check_settings(*, app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:
    return [
        *_check_named("SIGNIN_CONNECTIONS", conf.connections, FINDERS, "E001"),
        *_check_backends(),
        *_check_named("SIGNIN_TOKEN_STORE", conf.token_store, ("keep", "id_token_hint", "forget", "end"), "E003"),
        *_check_leeway(),
        *_check_cookie(),
        *_check_urls(),
        *_check_session_engine(),
        *check_loophole(
            "XAA_ALLOW_PRIVATE_ADDRESSES", is_open=conf.allow_private_addresses(), id="xaa_signin.E008"
        ),
    ]


@register(Tags.security, deploy=True)
def check_deployment(*, app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:
    if not conf.allow_private_addresses():
        return []
    hint = "Leave XAA_ALLOW_PRIVATE_ADDRESSES off: it lets a document of an IdP lead calls into your network."
    return [
        CheckWarning("The sign-in may reach private addresses over plain http.", hint=hint, id="xaa_signin.W001")
    ]


def _check_named(
    setting: str, load: Callable[[], object], methods: tuple[str, ...], number: str
) -> list[CheckMessage]:
    try:
        found = load()
    except (ImportError, ImproperlyConfigured, TypeError) as error:
        return [_error(number, f"{setting} cannot be loaded: {error}", "Set it to the dotted path of an object.")]
    missing = [name for name in methods if not callable(getattr(found, name, None))]
    if missing:
        return [_error(number, f"{setting} has no {', '.join(missing)}.", "See xaa/signin/README.md.")]
    return []


def _check_backends() -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    if BACKEND not in settings.AUTHENTICATION_BACKENDS:
        messages.append(_error("E002", f"AUTHENTICATION_BACKENDS lacks {BACKEND}.", "Add it."))
    if UNSAFE_BACKEND in settings.AUTHENTICATION_BACKENDS:
        hint = "Remove it: it finds users by e-mail address and accepts ID Tokens made for other apps."
        messages.append(_error("E005", f"AUTHENTICATION_BACKENDS has {UNSAFE_BACKEND}.", hint))
    return messages


def _check_leeway() -> list[CheckMessage]:
    value = getattr(settings, "SIGNIN_LEEWAY", conf.DEFAULT_LEEWAY)
    if isinstance(value, int) and 0 <= value <= MAX_LEEWAY:
        return []
    return [_error("E004", f"SIGNIN_LEEWAY is {value!r}.", f"Set it to 0 to {MAX_LEEWAY} seconds.")]


def _check_cookie() -> list[CheckMessage]:
    if settings.SESSION_COOKIE_SAMESITE != "Strict":
        return []
    hint = "Set it to 'Lax': with 'Strict' the browser comes back from the IdP without its session."
    return [_error("E006", "SESSION_COOKIE_SAMESITE is 'Strict'.", hint)]


def _check_urls() -> list[CheckMessage]:
    try:
        reverse("signin:callback")
    except NoReverseMatch:
        hint = 'Add path("signin/", include("xaa.signin.urls")).'
        return [_error("E007", "xaa.signin.urls are not mounted.", hint)]
    return []


def _check_session_engine() -> list[CheckMessage]:
    if settings.SESSION_ENGINE != "django.contrib.sessions.backends.signed_cookies":
        return []
    hint = "Use another SESSION_ENGINE: the IdP's back-channel logout cannot take back what a browser keeps."
    return [CheckWarning("Sessions live in the browser alone.", hint=hint, id="xaa_signin.W002")]


def _error(number: str, message: str, hint: str) -> Error:
    return Error(message, hint=hint, id=f"xaa_signin.{number}")
