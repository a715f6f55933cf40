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
from stage.preflight.finding import Finding, ill, untried, well
from xaa import protocol
from xaa.http import HttpFailure, OutgoingHttp
from xaa.metadata import IssuerDirectory, MetadataError

PATIENCE: Final = 2.0  # seconds for an answer: a machine that is busy is not ill
SKEW_ALLOWED: Final = 2.0
IDP_ISSUER: Final = f"{addresses.IDP_URL}/acme"
AS_ISSUER: Final = addresses.TODO0_URL
SERVERS: Final = (("Acme IdP", IDP_ISSUER, "openid"), ("Todo0", AS_ISSUER, "oauth"))
PRIVATE: Final = {"d", "p", "q", "dp", "dq", "qi", "k"}
"""Members of a JWK that stand for what must not leave a server (RFC 7518 §6)."""
OPERATOR: Final = "Whoever started the demo"
RESTART: Final = "look at its lines in the terminal of 'make demo', and start the demo again."


def check_parties() -> Finding:
    title, silent = "Everybody answers", []
    for answer in fetch_health(allow_private=settings.XAA_ALLOW_PRIVATE_ADDRESSES, timeout=PATIENCE):
        if not answer.is_well:
            silent.append(f"{answer.party.name}: {answer.reason}")
    if silent:
        return ill(title, f"{'; '.join(silent)}.", who=OPERATOR, advice=RESTART)
    return well(title, "Agent0, the IdP, Todo0 and its MCP server.")


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
        return ill(title, f"{', '.join(missing)} did not say.", who=OPERATOR, advice=RESTART)
    if off:
        advice = "press Fix on the pre-flight's page: it puts every clock with the world's again."
        return ill(title, f"Off: {', '.join(off)}.", who="You", advice=advice, remedy="clocks")
    offset = state.read().offset
    return well(
        title, "All clocks agree." if not offset else f"All clocks agree, {offset:+.0f} s from the wall's."
    )


def check_databases() -> Finding:
    """What the stage holds is written to every party again, which changes nothing and proves that it can be."""
    title = "Every database can be written"
    refused = [f"{one.door.name}: {one.reason}" for one in world.tell_again() if not one.is_taken]
    if refused:
        advice = "is the disk full, or the database server gone? That party's log says more."
        return ill(title, f"{'; '.join(refused)}.", who=OPERATOR, advice=advice)
    return well(title, "The stage's and every party's took a row.")


def check_discovery() -> Finding:
    title, directory = "Both issuers describe themselves", _directory()
    try:
        directory.fetch_metadata(IDP_ISSUER, kind="openid")
        profiles = directory.fetch_metadata(AS_ISSUER).get(protocol.META_GRANT_PROFILES, [])
    except MetadataError as error:
        advice = "publish its own issuer there, to the letter, as the apps are told it."
        return ill(title, str(error), who="Whoever runs that server", advice=advice)
    if protocol.GRANT_PROFILE_ID_JAG not in profiles:
        advice = "is that Todo0 at this address? Its lines in the terminal say so."
        return ill(title, f"{AS_ISSUER} does not say that it takes ID-JAGs.", who=OPERATOR, advice=advice)
    return well(title, "Each by its own issuer, and Todo0 takes ID-JAGs.")


def check_key_sets() -> Finding:
    """Where their metadata says, both servers hand out a JWK Set (RFC 7517 §5): without it nobody can verify."""
    title, counted = "Their keys can be fetched", []
    try:
        for name, issuer, kind in SERVERS:
            counted.append(f"{len(_fetch_keys(issuer, kind))} of {name}")
    except (MetadataError, HttpFailure) as error:
        return ill(title, f"{error}", who=OPERATOR, advice=RESTART)
    return well(title, f"{' and '.join(counted)}.")


def check_key_to_sign() -> Finding:
    """In each set there is a key that may sign (RFC 7517 §4), and none of them shows its private half."""
    title, missing = "Keys to sign with are there", []
    try:
        for name, issuer, kind in SERVERS:
            keys = _fetch_keys(issuer, kind)
            if any(PRIVATE & key.keys() for key in keys):
                advice = "rotate that key, and look how its private half came to be published."
                return ill(title, f"{name} publishes a private key.", who=f"The admin of {name}", advice=advice)
            if not any(key.get("use", "sig") == "sig" and key.get("kid") for key in keys):
                missing.append(name)
    except (MetadataError, HttpFailure):
        return untried(title)
    if missing:
        advice = "rotate the signing key: the new one is published at once."
        found = f"{' and '.join(missing)} publish no key that signs."
        return ill(title, found, who=f"The admin of {missing[0]}", advice=advice)
    return well(title, "Each server has one, and shows its public half alone.")


def _fetch_keys(issuer: str, kind: Any) -> list[dict[str, Any]]:
    metadata = _directory().fetch_metadata(issuer, kind=kind)
    found = _http().get(metadata["jwks_uri"]).json().get("keys", [])
    return [key for key in found if isinstance(key, dict)]


def _directory() -> IssuerDirectory:
    return IssuerDirectory(_http())


def _http() -> OutgoingHttp:
    private = settings.XAA_ALLOW_PRIVATE_ADDRESSES
    return OutgoingHttp(allow_private=private, timeout=PATIENCE, purpose="stage, pre-flight")
