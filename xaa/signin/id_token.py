"""The checks that an ID Token must pass before it says who somebody is (OpenID Connect Core §3.1.3.7).

Read ``CHECKS``: the order is the argument. The runner logs one verdict each, with what was expected and found;
the page never tells.

Deliberately does not: take a key, an issuer or an algorithm from the token (the connection names all three),
accept a second audience (none is trusted here), or check ``at_hash`` and ``c_hash``: the code came back bound
to this browser by state, nonce and PKCE, and the access token is used for nothing but UserInfo, whose ``sub``
is compared.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from django.utils.crypto import constant_time_compare

from xaa import jose, protocol
from xaa.checks import CheckRun, numbered
from xaa.signin.connections import Connection
from xaa.signin.identities import is_subject
from xaa.signin.presented import IdToken, IdTokenRejected, Presented

logger = logging.getLogger("xaa.signin")


@numbered("S1", "It is one JWT")
def check_form(presented: Presented) -> Presented:
    try:
        jose.peek(presented.token)
    except jose.JoseError as error:
        raise IdTokenRejected(str(error)) from error
    return presented


@numbered("S2", "Its signature is the IdP's")
def check_signature(presented: Presented) -> Presented:
    """Signed with a key that this connection's IdP publishes, by an algorithm allowed to it (rule 6)."""
    try:
        verified = presented.verify_signature(presented.token)
    except jose.JoseError as error:
        raise IdTokenRejected(str(error)) from error
    return replace(presented, header=verified.header, claims=verified.claims)


@numbered("S3", "typ is JWT or absent")
def check_type(presented: Presented) -> Presented:
    """Not another kind of JWT by the same IdP, such as an ID-JAG or an access token (RFC 8725 §3.11)."""
    typ = presented.header.get("typ", protocol.TYP_ID_TOKEN)
    if not isinstance(typ, str) or typ.upper() != protocol.TYP_ID_TOKEN:
        raise IdTokenRejected(f"expected typ {protocol.TYP_ID_TOKEN!r} or none, found {typ!r:.80}")
    return presented


@numbered("S4", "iss is this connection's IdP")
def check_issuer(presented: Presented) -> Presented:
    """Issued by the IdP of this connection, byte for byte (rule 2)."""
    expected, found = presented.connection.issuer, presented.claims.get("iss")
    if found != expected:
        raise IdTokenRejected(f"expected iss {expected!r}, found {found!r:.200}")
    return presented


@numbered("S5", "tenant is this connection's company")
def check_tenant(presented: Presented) -> Presented:
    """About somebody of the company that this connection is for (OpenID Connect Enterprise Extensions).

    Absent where the issuer serves one company. Where it serves several, ``sub`` alone may be two people.
    """
    expected, found = presented.connection.tenant, presented.claims.get("tenant")
    if ("tenant" in presented.claims) is not bool(expected) or (expected and found != expected):
        raise IdTokenRejected(f"expected tenant {expected or 'to be absent'!r}, found {found!r:.80}")
    return presented


@numbered("S6", "aud is this app alone")
def check_audience(presented: Presented) -> Presented:
    """Made for this client and for nobody else: a token for another app is no sign-in to ours (rule 3)."""
    expected, aud = presented.connection.client_id, presented.claims.get("aud")
    found = aud if isinstance(aud, list) else [aud]
    if not found or any(audience != expected for audience in found):
        raise IdTokenRejected(f"expected aud {expected!r} alone, found {aud!r:.200}")
    return presented


@numbered("S7", "azp is this app or absent")
def check_authorized_party(presented: Presented) -> Presented:
    """If the token names the client that it was issued to, that is us (rules 4 and 5)."""
    expected = presented.connection.client_id
    if presented.claims.get("azp", expected) != expected:
        raise IdTokenRejected(f"expected azp {expected!r} or none, found {presented.claims['azp']!r:.200}")
    return presented


@numbered("S8", "It is of now")
def check_times(presented: Presented) -> Presented:
    """Issued by now, not expired, and old enough if it says so (rules 9 and 10; RFC 7519 §4.1.5)."""
    now, leeway = presented.now, presented.leeway
    expires_at, issued_at = presented.read_seconds("exp"), presented.read_seconds("iat")
    if now >= expires_at + leeway:
        raise IdTokenRejected(f"expired {now - expires_at:.0f} s ago")
    not_before = presented.read_seconds("nbf") if "nbf" in presented.claims else issued_at
    if max(issued_at, not_before) > now + leeway:
        raise IdTokenRejected(f"begins {max(issued_at, not_before) - now:.0f} s in the future")
    return presented


@numbered("S9", "nonce is this attempt's")
def check_nonce(presented: Presented) -> Presented:
    """Made for this very attempt of this browser: stops a stolen ID Token or code being planted (rule 11)."""
    nonce = presented.claims.get("nonce")
    if not isinstance(nonce, str) or not constant_time_compare(nonce, presented.nonce):
        raise IdTokenRejected("expected the nonce of this sign-in")
    return presented


@numbered("S10", "The sign-in is as fresh as was asked")
def check_freshness(presented: Presented) -> Presented:
    """If a sign-in no older than ``max_age`` was asked for, the IdP says when it was, and it is (rule 13)."""
    if presented.max_age is None:
        return presented
    age = presented.now - presented.read_seconds("auth_time")
    if age > presented.max_age + presented.leeway:
        raise IdTokenRejected(f"expected a sign-in of at most {presented.max_age} s, found {age:.0f} s")
    return presented


@numbered("S11", "The sign-in is of a kind that was asked")
def check_context(presented: Presented) -> Presented:
    """If a way of signing in was asked for, the IdP says that it was one of those (rule 12)."""
    wanted, acr = presented.acr_values.split(), presented.claims.get("acr")
    if wanted and acr not in wanted:
        raise IdTokenRejected(f"expected acr to be of {wanted!r:.200}, found {acr!r:.80}")
    return presented


@numbered("S12", "sub names a person")
def check_subject(presented: Presented) -> Presented:
    """Names the person: the half of our user key that the IdP gives (OpenID Connect Core §2, §5.7)."""
    subject = presented.claims.get("sub")
    if not isinstance(subject, str) or not is_subject(subject):
        raise IdTokenRejected("expected sub to be 1 to 255 printable ASCII characters")
    return presented


@numbered("S13", "Our session has some time left")
def check_session_expiry(presented: Presented) -> Presented:
    """If the IdP limits our session (OpenID Connect Enterprise Extensions), there is some of it left."""
    if "session_expiry" in presented.claims and presented.read_seconds("session_expiry") <= presented.now:
        raise IdTokenRejected("expected a session_expiry in the future")
    return presented


# The form first, since nothing else can be read, then the signature: before it, every claim is a rumour. Then what
# kind of statement this is, who made it and for whom: a token that was never ours must not be told that it is
# merely late. Then whether it is of now and of this attempt. Last what we keep of it.
CHECKS: Final = (
    check_form,
    check_signature,
    check_type,
    check_issuer,
    check_tenant,
    check_audience,
    check_authorized_party,
    check_times,
    check_nonce,
    check_freshness,
    check_context,
    check_subject,
    check_session_expiry,
)


def verify_id_token(
    token: str,
    *,
    connection: Connection,
    verify_signature: Callable[[str], jose.Verified],
    nonce: str,
    max_age: int | None,
    acr_values: str,
    now: float,
    leeway: int,
) -> IdToken:
    """Run all of ``CHECKS``. ``verify_signature`` raises ``JoseError`` when the token is at fault."""
    presented = Presented(
        token=token,
        connection=connection,
        verify_signature=verify_signature,
        nonce=nonce,
        max_age=max_age,
        acr_values=acr_values,
        now=now,
        leeway=leeway,
    )
    return CheckRun(presented, IdTokenRejected, logger).through(CHECKS).accept()
