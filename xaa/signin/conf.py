"""The app's settings, read in one place. ``checks.py`` says at start-up what is wrong with them.

===============================  ==================================================================================
``SIGNIN_CONNECTIONS``           the ``ConnectionProvider``: the dotted path of an object, a class or a module
``SIGNIN_TOKEN_STORE``           the ``TokenStore`` class (encrypted, in the session)
``SIGNIN_LEEWAY``                seconds by which two clocks may differ (60, at most 300)
``SIGNIN_HTTP_TIMEOUT``          seconds that the IdP has for an answer (5)
``XAA_ALLOW_PRIVATE_ADDRESSES``  an IdP on this machine, over plain http; DEMO ONLY (False)
===============================  ==================================================================================
"""

import inspect
from functools import cache
from importlib import import_module
from typing import Any, Final, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from xaa.http import OutgoingHttp
from xaa.metadata import IssuerDirectory
from xaa.signin.connections import ConnectionProvider
from xaa.signin.stores import TokenStore

DEFAULT_TOKEN_STORE: Final = "xaa.signin.stores.SessionTokenStore"
DEFAULT_LEEWAY: Final = 60
DEFAULT_HTTP_TIMEOUT: Final = 5.0


def leeway() -> int:
    return int(getattr(settings, "SIGNIN_LEEWAY", DEFAULT_LEEWAY))


def allow_private_addresses() -> bool:
    return bool(getattr(settings, "XAA_ALLOW_PRIVATE_ADDRESSES", False))


@cache
def connections() -> ConnectionProvider:
    named = getattr(settings, "SIGNIN_CONNECTIONS", None)
    if named is None:
        raise ImproperlyConfigured("SIGNIN_CONNECTIONS is not set. Expected: the path of a ConnectionProvider.")
    return cast("ConnectionProvider", _load(named))


@cache
def token_store() -> TokenStore:
    return cast("TokenStore", _load(getattr(settings, "SIGNIN_TOKEN_STORE", DEFAULT_TOKEN_STORE)))


@cache
def outgoing_http() -> OutgoingHttp:
    timeout = float(getattr(settings, "SIGNIN_HTTP_TIMEOUT", DEFAULT_HTTP_TIMEOUT))
    return OutgoingHttp(allow_private=allow_private_addresses(), timeout=timeout, purpose="sign-in")


@cache
def issuer_directory() -> IssuerDirectory:
    """One per process: its caches, keyed by issuer, are what keeps a sign-in from fetching keys each time."""
    return IssuerDirectory(outgoing_http())


def _load(named: object) -> Any:
    """The object a setting names: itself, an attribute of a module, a class to instantiate, or a module."""
    if not isinstance(named, str):
        return named
    try:
        found = import_string(named)
    except ImportError:
        found = import_module(named)
    return found() if inspect.isclass(found) else found


def _forget_loaded(*, setting: str, **_kwargs: object) -> None:
    if setting.startswith(("SIGNIN_", "XAA_")):
        for loaded in (connections, token_store, outgoing_http, issuer_directory):
            loaded.cache_clear()


setting_changed.connect(_forget_loaded)
