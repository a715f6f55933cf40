"""The checks that look at what stands: do all answer, is it the same time everywhere, are the documents right?

In the flow these are the assumptions of every hop: an issuer that publishes another name, or a clock that is two
minutes off, looks like an attack to those who verify.

Deliberately does not: mend. Each says who can.
"""

import time
from typing import Any, Final

from django.conf import settings

from stage.control import push, world
from stage.kit import addresses, state
from stage.launchpad.parties import fetch_health
from stage.preflight.finding import Finding, ill, well
from xaa import protocol
from xaa.http import HttpFailure, OutgoingHttp
from xaa.metadata import IssuerDirectory, MetadataError

SKEW_ALLOWED: Final = 2.0
IDP_ISSUER: Final = f"{addresses.IDP_URL}/acme"
AS_ISSUER: Final = addresses.TODO0_URL
RESTART: Final = "Look at its lines in the terminal of 'make demo', and start the demo again."


def check_parties() -> Finding:
    title, silent = "Everybody answers", []
    for answer in fetch_health(allow_private=settings.XAA_ALLOW_PRIVATE_ADDRESSES):
        if not answer.is_well:
            silent.append(f"{answer.party.name}: {answer.reason}")
    if silent:
        return ill(title, "; ".join(silent), RESTART)
    return well(title, "Agent0, the IdP, Todo0 and its MCP server answer on their ports.")


def check_clocks() -> Finding:
    """The world may be ahead of the wall, all together; nobody may be off on their own."""
    title = "One time everywhere"
    began_at = time.time()
    told = push.push("state")
    answered_at = time.time()
    expected = answered_at + state.read().shift(answered_at)
    patience = SKEW_ALLOWED + (answered_at - began_at)
    off = [
        f"{one.door.name} by {one.answer['now'] - expected:+.0f} s"
        for one in told
        if one.is_taken and abs(one.answer["now"] - expected) > patience
    ]
    if missing := [one.door.name for one in told if not one.is_taken]:
        return ill(title, f"{', '.join(missing)} did not say.", RESTART)
    if off:
        return ill(title, f"Off: {', '.join(off)}.", "Put every clock with the world's again.", remedy="clocks")
    offset = state.read().offset
    return well(
        title, "All clocks agree." if not offset else f"All clocks agree, {offset:+.0f} s from the wall's."
    )


def check_databases() -> Finding:
    """What the stage holds is written to every party again, which changes nothing and proves that it can be."""
    title = "Every database can be written"
    refused = [f"{one.door.name}: {one.reason}" for one in world.tell_again() if not one.is_taken]
    if refused:
        return ill(title, "; ".join(refused), "Is the disk full, or the database server gone? Its log says more.")
    return well(title, "The stage's and every party's took a row.")


def check_nothing_is_broken() -> Finding:
    title, armed = "Nothing is broken on purpose", [one.id for one in state.read().faults]
    if armed:
        found = f"Armed: {', '.join(armed)}."
        return ill(title, found, "Clear them, or everybody will debug them.", remedy="clear")
    return well(title, "No fault is armed.")


def check_discovery() -> Finding:
    title, directory = "Both issuers describe themselves", _directory()
    try:
        directory.fetch_metadata(IDP_ISSUER, kind="openid")
        profiles = directory.fetch_metadata(AS_ISSUER).get(protocol.META_GRANT_PROFILES, [])
    except MetadataError as error:
        return ill(title, str(error), "Whoever runs it has to publish its own issuer, to the letter.")
    if protocol.GRANT_PROFILE_ID_JAG not in profiles:
        return ill(title, f"{AS_ISSUER} does not say that it takes ID-JAGs.", "Is that Todo0 at its address?")
    return well(title, f"{IDP_ISSUER} and {AS_ISSUER}, to the letter; Todo0 says that it takes ID-JAGs.")


def check_keys() -> Finding:
    """Both servers publish a key that may sign (RFC 7517 §4), where their metadata says."""
    title, counted = "Keys are published", []
    try:
        for issuer, kind in ((IDP_ISSUER, "openid"), (AS_ISSUER, "oauth")):
            keys = _fetch_keys(issuer, kind)
            if not any(key.get("use", "sig") == "sig" and key.get("kid") for key in keys):
                return ill(title, f"{issuer} publishes no key that signs.", "Rotate its key in its admin pages.")
            counted.append(f"{len(keys)} of {issuer}")
    except (MetadataError, HttpFailure) as error:
        return ill(title, str(error), RESTART)
    return well(title, f"{', '.join(counted)}.")


def _fetch_keys(issuer: str, kind: Any) -> list[dict[str, Any]]:
    metadata = _directory().fetch_metadata(issuer, kind=kind)
    found = _http().get(metadata["jwks_uri"]).json().get("keys", [])
    return [key for key in found if isinstance(key, dict)]


def _directory() -> IssuerDirectory:
    return IssuerDirectory(_http())


def _http() -> OutgoingHttp:
    private = settings.XAA_ALLOW_PRIVATE_ADDRESSES
    return OutgoingHttp(allow_private=private, timeout=2.0, purpose="stage, pre-flight")
