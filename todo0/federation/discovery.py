"""What an administrator pastes about an IdP, followed step by step through what the IdP publishes about itself.

In the flow this comes before a connection exists. It asks what sign-in and ID-JAGs will ask later, in the same
order and by the same rules, so that whatever would fail then fails here, with the one who can mend it.

The calls go out through ``xaa.http``, which reaches public addresses alone and follows no redirect: a pasted
address must not become a way into our network (RFC 8414 §6.2).

Deliberately does not: correct anything. An issuer that differs by a slash is shown, not repaired: which of the two
is meant, the administrator says (RFC 8414 §3.3).
"""

import difflib
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from django.conf import settings

from xaa import jose, protocol
from xaa.http import HttpFailure, OutgoingHttp
from xaa.metadata import MetadataError, fetch_json, well_known_urls

Outcome = Literal["passed", "failed", "not reached"]
SUFFIXES: Final = (f"/.well-known/{protocol.WELL_KNOWN_OIDC}", f"/.well-known/{protocol.WELL_KNOWN_OAUTH}")
ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
YOU: Final = "You can: check the address."
THEM: Final = "Whoever runs the IdP can."
STEPS: Final = ("The address", "The document", "The issuer in it", "The endpoints", "The keys")


@dataclass(frozen=True)
class Step:
    title: str
    outcome: Outcome
    note: str = ""
    mend: str = ""


@dataclass
class Exploration:
    """How far it got. ``issuer`` is what was understood; ``named`` is what the document says, if it differs."""

    issuer: str = ""
    named: str = ""
    algorithms: tuple[str, ...] = ()
    steps: list[Step] = field(default_factory=list)

    @property
    def is_usable(self) -> bool:
        return all(step.outcome == "passed" for step in self.steps)

    @property
    def difference(self) -> list[tuple[str, str, str]]:
        """``kind, expected, found`` along both texts; kind is "equal" or what differs."""
        if not self.named:
            return []
        matcher = difflib.SequenceMatcher(None, self.issuer, self.named, autojunk=False)
        return [(kind, self.issuer[a:b], self.named[c:d]) for kind, a, b, c, d in matcher.get_opcodes()]


class Stopped(Exception):
    """A step failed: what was found, and who can mend it."""

    def __init__(self, note: str, mend: str) -> None:
        super().__init__(note)
        self.note = note
        self.mend = mend


@functools.cache
def outgoing() -> OutgoingHttp:
    return OutgoingHttp(
        allow_private=settings.XAA_ALLOW_PRIVATE_ADDRESSES, purpose="discovery by an administrator"
    )


def explore(pasted: str) -> Exploration:
    """Follow ``pasted``, an issuer or a discovery URL, as far as it leads."""
    found = Exploration()
    walk = follow(pasted.strip(), found)
    for position, title in enumerate(STEPS):
        try:
            found.steps.append(Step(title, "passed", next(walk)))
        except Stopped as stopped:
            found.steps.append(Step(title, "failed", stopped.note, stopped.mend))
            found.steps += [Step(missed, "not reached") for missed in STEPS[position + 1 :]]
            break
    return found


def follow(pasted: str, found: Exploration) -> Iterator[str]:
    """One note a step, in the order of ``STEPS``; raises ``Stopped``."""
    found.issuer = read_issuer(pasted)
    yield f"The issuer is {found.issuer}"
    url, document = fetch_document(found.issuer)
    yield f"Found at {url}"
    check_issuer(document, found)
    yield "It calls itself so, to the letter"
    check_endpoints(document)
    yield ", ".join(ENDPOINTS)
    keys = fetch_keys(document["jwks_uri"])
    found.algorithms = algorithms_of(keys)
    yield f"{len(keys.keys)} at {document['jwks_uri']}, for {', '.join(found.algorithms)}"


def read_issuer(pasted: str) -> str:
    """The issuer of a pasted issuer or discovery URL. Neither has a query or a fragment (RFC 8414 §2)."""
    schemes = ("https", "http") if settings.XAA_ALLOW_PRIVATE_ADDRESSES else ("https",)
    try:
        parts = urlsplit(pasted)
        is_address = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or not (pasted.isascii() and pasted.isprintable()) or " " in pasted or len(pasted) > 255:
        raise Stopped(f"Expected an {' or '.join(schemes)} address, found {pasted[:80]!r}.", YOU)
    if "?" in pasted or "#" in pasted or "@" in parts.netloc:
        raise Stopped("An issuer has no query, no fragment and no user name in it (RFC 8414 §2).", YOU)
    for suffix in SUFFIXES:
        if pasted.endswith(suffix):
            return pasted.removesuffix(suffix)
        before, inserted, path = pasted.partition(f"{suffix}/")
        if inserted:
            return f"{before}/{path}"
    return pasted


def fetch_document(issuer: str) -> tuple[str, dict[str, Any]]:
    failures = []
    for url in well_known_urls(issuer, "openid"):
        try:
            return url, fetch_json(outgoing(), url).json()
        except (HttpFailure, MetadataError) as error:
            failures.append(str(error))
    raise Stopped("; ".join(failures)[:600], f"{YOU} Or {THEM[0].lower()}{THEM[1:]}")


def check_issuer(document: dict[str, Any], found: Exploration) -> None:
    named = document.get("issuer")
    if named == found.issuer:
        return
    if not isinstance(named, str):
        raise Stopped("The document names no issuer (RFC 8414 §2).", THEM)
    found.named = named[:255]
    mend = "You can, if the IdP means itself: take the issuer exactly as it calls itself. If not, whoever runs it."
    raise Stopped("It calls itself something else, and every token would be refused (RFC 8414 §3.3).", mend)


def check_endpoints(document: dict[str, Any]) -> None:
    missing = [name for name in ENDPOINTS if not isinstance(document.get(name), str) or not document[name]]
    if missing:
        raise Stopped(f"Missing: {', '.join(missing)} (OpenID Connect Discovery §3).", THEM)


def fetch_keys(jwks_uri: str) -> jose.KeySet:
    try:
        return jose.KeySet.from_jwks(fetch_json(outgoing(), jwks_uri).json())
    except (HttpFailure, MetadataError, jose.JoseError) as error:
        raise Stopped(str(error)[:600], THEM) from error


def algorithms_of(keys: jose.KeySet) -> tuple[str, ...]:
    """Those that its usable keys are for; an RSA key without ``alg`` is taken for RS256, the common one."""
    usual = {"RSA": "RS256", "EC": "ES256"}
    named = {key.alg or usual[key.kty] for key in keys.keys}
    allowed = tuple(sorted(named & {"ES256", "RS256", "PS256"}))
    if not allowed:
        raise Stopped("None of its keys signs with ES256, RS256 or PS256.", THEM)
    return allowed
