"""The settings of the grant, read when used, so that a test or a tenant can override them.

Names follow the shape that django-oauth-toolkit's own proposal uses (its pull request #1821), so that this grant
can be retired when that one is released. ``checks.py`` reports what is missing when Django starts.

========================================  =========================================================================
``JWT_BEARER_ISSUER``                     our own issuer identifier (RFC 8414 §2), the only ``aud`` we accept
``JWT_BEARER_TRUSTED_ISSUERS``            ``{issuer: {"algorithms": (...), "jwks_uri": ...}}``, or the dotted path
                                          of a ``find(issuer) -> TrustedIssuer`` that raises ``LookupError``;
                                          what a line has of its own (``TrustedIdp``: ``resources``,
                                          ``single_use``, ``max_lifetime``...) holds for its issuer in the place of
                                          the settings below
``JWT_BEARER_SUBJECT_RESOLVER``           dotted path of ``resolve(id_jag)`` to a user, or a ``Newcomer`` who may
                                          become one; raises ``SubjectNotFound``
``JWT_BEARER_RESOURCES``                  identifiers (RFC 8707) of the APIs this server issues tokens for
``JWT_BEARER_RESOURCE_SCOPES``            ``{resource: (scope, ...)}``: the scopes that an API has; one that is not
                                          in here has any ({})
``JWT_BEARER_DEFAULT_RESOURCE``           the one meant when an ID-JAG names none; empty: such an ID-JAG is refused
``JWT_BEARER_RESOURCE_PARAMETER``         what ``resource`` in the form does: ``narrows``, ``fallback`` (it counts
                                          where the ID-JAG names none) or ``ignored`` (narrows)
``JWT_BEARER_SCOPE_PARAMETER``            what ``scope`` in the form does: ``narrows`` or ``ignored`` (narrows)
``JWT_BEARER_MAX_LIFETIME``               seconds between ``iat`` and ``exp`` that we tolerate (600)
``JWT_BEARER_LEEWAY``                     seconds that clocks may differ, for every time claim (60, at most 300)
``JWT_BEARER_SINGLE_USE``                 refuse the second redemption of one ``jti`` (True)
``JWT_BEARER_DISCLOSE_UNKNOWN_USER``      answer ``User not found`` instead of the uniform description (False)
``JWT_BEARER_TOKEN_ENDPOINT``             the public URL of our token endpoint, which DPoP proofs name (RFC 9449
                                          §4.3); empty: no DPoP, and key-bound ID-JAGs are refused ("")
``JWT_BEARER_DPOP_WINDOW``                seconds, each way, in which a proof's ``iat`` must lie (60)
``JWT_BEARER_BOUND_RESOURCES``            those of our APIs that want key-bound access tokens only (none)
``JWT_BEARER_DETAILS_TYPES``              types of ``authorization_details`` that we know (RFC 9396 §2), each with
                                          the dotted path of its ``policy.DecideDetail``; without any, an ID-JAG
                                          that has details is refused (none)
``JWT_BEARER_ADMIT``                      dotted path of ``admit(client)``, asked for an authenticated ``Client``
                                          before its ID-JAG is looked at: headers for the answer, or it raises
                                          ``errors.TooManyRequests`` (all are admitted)
``JWT_BEARER_DECISION_LOG``               dotted path of ``record(decision)``, called for each redemption by an
                                          authenticated client, unless it was told to wait; what it raises ends the
                                          request, so that no token goes out unrecorded ("")
``JWT_BEARER_ALLOW_PRIVATE_ADDRESSES``    fetch keys from loopback and over plain http; DEMO ONLY (False)
========================================  =========================================================================
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from xaa.dpop import WINDOW
from xaa.jwt_bearer.policy import NARROWS, DecideDetail
from xaa.jwt_bearer.presented import Client, Decision, TrustedIdp
from xaa.metadata import TrustedIssuer


class Conf:
    """One property a setting; required ones raise ``ImproperlyConfigured`` with their name."""

    @property
    def issuer(self) -> str:
        return str(_required("JWT_BEARER_ISSUER"))

    @property
    def resources(self) -> tuple[str, ...]:
        return tuple(_required("JWT_BEARER_RESOURCES"))

    @property
    def default_resource(self) -> str:
        return str(getattr(settings, "JWT_BEARER_DEFAULT_RESOURCE", ""))

    @property
    def resource_scopes(self) -> dict[str, tuple[str, ...]]:
        configured = getattr(settings, "JWT_BEARER_RESOURCE_SCOPES", {})
        return {resource: tuple(scopes) for resource, scopes in configured.items()}

    @property
    def resource_parameter(self) -> str:
        return str(getattr(settings, "JWT_BEARER_RESOURCE_PARAMETER", NARROWS))

    @property
    def scope_parameter(self) -> str:
        return str(getattr(settings, "JWT_BEARER_SCOPE_PARAMETER", NARROWS))

    @property
    def max_lifetime(self) -> int:
        return int(getattr(settings, "JWT_BEARER_MAX_LIFETIME", 600))

    @property
    def leeway(self) -> int:
        return int(getattr(settings, "JWT_BEARER_LEEWAY", 60))

    @property
    def single_use(self) -> bool:
        return bool(getattr(settings, "JWT_BEARER_SINGLE_USE", True))

    @property
    def disclose_unknown_user(self) -> bool:
        return bool(getattr(settings, "JWT_BEARER_DISCLOSE_UNKNOWN_USER", False))

    @property
    def token_endpoint(self) -> str:
        return str(getattr(settings, "JWT_BEARER_TOKEN_ENDPOINT", ""))

    @property
    def dpop_window(self) -> int:
        return int(getattr(settings, "JWT_BEARER_DPOP_WINDOW", WINDOW))

    @property
    def bound_resources(self) -> frozenset[str]:
        return frozenset(getattr(settings, "JWT_BEARER_BOUND_RESOURCES", ()))

    @property
    def details_types(self) -> dict[str, DecideDetail]:
        configured = getattr(settings, "JWT_BEARER_DETAILS_TYPES", {})
        return {name: import_string(path) for name, path in configured.items()}

    @property
    def admit(self) -> Callable[[Client], Mapping[str, str]]:
        path = getattr(settings, "JWT_BEARER_ADMIT", "")
        return import_string(path) if path else lambda client: {}

    @property
    def record_decision(self) -> Callable[[Decision], None]:
        path = getattr(settings, "JWT_BEARER_DECISION_LOG", "")
        record: Callable[[Decision], None] = import_string(path) if path else lambda decision: None
        return record

    @property
    def allow_private_addresses(self) -> bool:
        return bool(getattr(settings, "JWT_BEARER_ALLOW_PRIVATE_ADDRESSES", False))

    @property
    def subject_resolver(self) -> Callable[[Any], Any]:
        resolver: Callable[[Any], Any] = import_string(_required("JWT_BEARER_SUBJECT_RESOLVER"))
        return resolver

    def find_trusted_issuer(self, issuer: str) -> TrustedIssuer:
        """The trust list's entry for exactly ``issuer``; ``LookupError`` when nobody put it there."""
        trusted = _required("JWT_BEARER_TRUSTED_ISSUERS")
        if isinstance(trusted, Mapping):
            return TrustedIdp(issuer=issuer, **trusted[issuer])
        found: TrustedIssuer = import_string(trusted)(issuer)
        return found


def _required(name: str) -> Any:
    value = getattr(settings, name, None)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. See xaa/jwt_bearer/conf.py for what it means.")
    return value


conf = Conf()
