"""Who of the staff administers Todo0: whoever the configuration names, and nobody else. Unset, it names nobody.

In the flow a sign-in by the staff's connection leaves in the session what could make somebody an administrator:
her issuer and subject, and the rule of the claim if her ID Token meets it. Every page asks the configuration anew.
Whoever is taken off the list is out when Todo0 starts again, and whoever loses the claim with her next sign-in.

``TODO0_ADMIN_SUBJECTS``     Subjects at ``TODO0_STAFF_IDP_ISSUER``, separated by spaces.
``TODO0_ADMIN_CLAIM``        Such as ``groups=todo0-admins``: a claim of the ID Token, and what it is or has.
``TODO0_STAFF_IDP_SCOPES``   Scopes to ask for besides, where the IdP wants one for the claim.

DEMO ONLY: at the mock IdP the seed names Tove (``seed.welcome``). A product names its own.

Deliberately does not: go by an e-mail address, which another may get, or by UserInfo, which nobody signed.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from stage.kit import env
from xaa.signin.stores import SignedIn

KEY: Final = "staff_sign_in"


def load_subjects() -> frozenset[str]:
    return frozenset(env.words("TODO0_ADMIN_SUBJECTS"))


def load_claim() -> tuple[str, str] | None:
    """The claim's name, which may be a URL, and the value that it must be or have."""
    rule = env.text("TODO0_ADMIN_CLAIM", "")
    name, equals, value = rule.partition("=")
    if rule and not (name and equals and value):
        raise ImproperlyConfigured(f"TODO0_ADMIN_CLAIM: expected such as groups=todo0-admins, found {rule!r}.")
    return (name, value) if rule else None


def load_scopes() -> tuple[str, ...]:
    return env.words("TODO0_STAFF_IDP_SCOPES")


def has_claim(claims: Mapping[str, Any], rule: tuple[str, str]) -> bool:
    name, wanted = rule
    found = claims.get(name)
    return wanted in found if isinstance(found, list) else wanted == found


def remember_sign_in(request: HttpRequest, signed_in: SignedIn) -> None:
    """Of any other connection nothing is kept, and what an earlier sign-in left is gone."""
    request.session.pop(KEY, None)
    if signed_in.connection.slug == settings.STAFF_CONNECTION:
        rule = load_claim()
        met = list(rule) if rule and has_claim(signed_in.claims, rule) else []
        request.session[KEY] = {"issuer": signed_in.issuer, "subject": signed_in.subject, "claim": met}


def is_named(request: HttpRequest) -> bool:
    """The staff's IdP of today vouched for her, and the configuration of today names her."""
    came = request.session.get(KEY, {})
    if came.get("issuer") != settings.STAFF_IDP_ISSUER:
        return False
    rule = load_claim()
    return came["subject"] in load_subjects() or (rule is not None and came["claim"] == list(rule))
