"""System checks: a configuration that would fail at the first request is refused when Django starts."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.utils.module_loading import import_string

from xaa.egress import is_loopback_host
from xaa.jwt_bearer.conf import conf
from xaa.jwt_bearer.policy import NARROWS, RESOURCE_PARAMETER, SCOPE_PARAMETER
from xaa.loophole import check_loophole

REQUIRED = (
    "JWT_BEARER_ISSUER", "JWT_BEARER_RESOURCES", "JWT_BEARER_TRUSTED_ISSUERS", "JWT_BEARER_SUBJECT_RESOLVER",
)  # fmt: skip


@register(Tags.security)
def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """E001 missing, E002 not importable, E003 own issuer trusted, E004 leeway, E005-6 resources, E007 loophole,
    E008 identifiers, E009 parameters."""
    missing = [name for name in REQUIRED if not getattr(settings, name, None)]
    if missing:
        return [Error(f"{name} is not set.", hint=_HINT, id="xaa_jwt_bearer.E001") for name in missing]
    found: list[CheckMessage] = []
    for name in ("JWT_BEARER_TRUSTED_ISSUERS", "JWT_BEARER_SUBJECT_RESOLVER"):
        found += _check_importable(name, getattr(settings, name))
    if path := getattr(settings, "JWT_BEARER_ADMIT", ""):
        found += _check_importable("JWT_BEARER_ADMIT", path)
    if record := getattr(settings, "JWT_BEARER_DECISION_LOG", ""):
        found += _check_importable("JWT_BEARER_DECISION_LOG", record)
    for path in getattr(settings, "JWT_BEARER_DETAILS_TYPES", {}).values():
        found += _check_importable("JWT_BEARER_DETAILS_TYPES", path)
    trusted = settings.JWT_BEARER_TRUSTED_ISSUERS
    if isinstance(trusted, dict) and settings.JWT_BEARER_ISSUER in trusted:
        text = "JWT_BEARER_TRUSTED_ISSUERS names this server's own issuer: it would vouch to itself."
        found.append(Error(text, hint="ID-JAG §9.3", id="xaa_jwt_bearer.E003"))
    if not 0 <= getattr(settings, "JWT_BEARER_LEEWAY", 60) <= 300:
        text = "JWT_BEARER_LEEWAY must be 0 to 300 seconds."
        found.append(Error(text, hint="RFC 7523 §3", id="xaa_jwt_bearer.E004"))
    default = getattr(settings, "JWT_BEARER_DEFAULT_RESOURCE", "")
    if default and default not in settings.JWT_BEARER_RESOURCES:
        text = "JWT_BEARER_DEFAULT_RESOURCE must be one of JWT_BEARER_RESOURCES."
        found.append(Error(text, id="xaa_jwt_bearer.E005"))
    if conf.bound_resources and not conf.token_endpoint:
        text = "JWT_BEARER_BOUND_RESOURCES needs JWT_BEARER_TOKEN_ENDPOINT: without it no proof is accepted."
        found.append(Error(text, hint="RFC 9449 §4.3", id="xaa_jwt_bearer.E006"))
    found += _check_identifiers()
    found += _check_parameters()
    is_open = getattr(settings, "JWT_BEARER_ALLOW_PRIVATE_ADDRESSES", False)
    return found + check_loophole("JWT_BEARER_ALLOW_PRIVATE_ADDRESSES", is_open=is_open, id="xaa_jwt_bearer.E007")


@register(Tags.security, deploy=True)
def check_deployment(**kwargs: Any) -> list[CheckMessage]:
    """W001: the demo's loophole must be shut where real people's data is."""
    if not getattr(settings, "JWT_BEARER_ALLOW_PRIVATE_ADDRESSES", False):
        return []
    text = "JWT_BEARER_ALLOW_PRIVATE_ADDRESSES is on: keys may be fetched from private addresses and over http."
    return [checks.Warning(text, hint="DEMO ONLY. Leave it out.", id="xaa_jwt_bearer.W001")]


_HINT = "xaa/jwt_bearer/conf.py says what each setting means."


def _check_identifiers() -> list[CheckMessage]:
    """What others compare to the letter: our issuer, an https URL of no more than a path, and our APIs' URIs."""
    found: list[CheckMessage] = []
    issuer = settings.JWT_BEARER_ISSUER
    is_url = urlsplit(issuer).scheme in ("https", "http") and bool(urlsplit(issuer).netloc)
    if not is_url or not _is_protected(issuer) or "?" in issuer or "#" in issuer:
        text = f"JWT_BEARER_ISSUER must be an https URL without query and fragment, found {issuer!r:.200}."
        found.append(Error(text, hint="RFC 8414 §2", id="xaa_jwt_bearer.E008"))
    for resource in settings.JWT_BEARER_RESOURCES:
        if not is_resource_identifier(resource):
            text = f"JWT_BEARER_RESOURCES must be absolute URIs without fragment, found {resource!r:.200}."
            found.append(Error(text, hint="RFC 8707 §2; not http", id="xaa_jwt_bearer.E008"))
    return found


def is_resource_identifier(text: str) -> bool:
    """An absolute URI without a fragment (RFC 8707 §2), of printable ASCII, and not plain http elsewhere."""
    try:
        has_scheme = bool(urlsplit(text).scheme) and _is_protected(text)
    except ValueError:
        return False
    return has_scheme and "#" not in text and text.isascii() and text.isprintable() and " " not in text


def _check_parameters() -> list[CheckMessage]:
    """What a form parameter does is one of the words that the checks know."""
    parameters = {
        "JWT_BEARER_RESOURCE_PARAMETER": RESOURCE_PARAMETER,
        "JWT_BEARER_SCOPE_PARAMETER": SCOPE_PARAMETER,
    }
    return [
        Error(f"{name} must be one of {', '.join(known)}.", hint=_HINT, id="xaa_jwt_bearer.E009")
        for name, known in parameters.items()
        if getattr(settings, name, NARROWS) not in known
    ]


def _is_protected(address: str) -> bool:
    """Plain http stays on this machine, as in the demo."""
    parts = urlsplit(address)
    return parts.scheme != "http" or is_loopback_host(parts.hostname or "")


def _check_importable(name: str, value: object) -> list[CheckMessage]:
    if not isinstance(value, str):
        return []
    try:
        import_string(value)
    except ImportError as error:
        return [Error(f"{name}: {value!r} cannot be imported: {error}", hint=_HINT, id="xaa_jwt_bearer.E002")]
    return []
