"""What the checks of the subject token must refuse: I4, I5, I6, I7."""

import base64
import hashlib
import hmac
import json
from typing import Any

from idp_mock.directory.models import Enterprise
from idp_mock.keys import keystore
from stage.kit import people
from tests.idp_mock.exchange_vector import vector
from tests.idp_mock.exchange_world import World, ago, sign_in
from xaa import jose

# I4: of ours


@vector("I4", "invalid_grant", "TX-17")
def signed_by_an_unknown_key(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(key=jose.generate_signing_key("ES256"))}


@vector("I4", "invalid_grant", "TX-17")
def signed_by_an_unknown_key_under_our_kid(world: World) -> dict[str, Any]:
    ours, theirs = keystore.load_active_key(world.acme), jose.generate_signing_key("ES256")
    key = jose.SigningKey(ours.kid, theirs.alg, theirs.private_key)
    return {"subject_token": world.altered_id_token(key=key)}


@vector("I4", "invalid_grant", "TX-17")
def payload_edited_after_signing(world: World) -> dict[str, Any]:
    header, _, signature = world.id_token().split(".")
    claims = dict(jose.peek(world.id_token()).unverified_claims) | {"sub": people.BOB.sub}
    return {"subject_token": f"{header}.{encode(claims)}.{signature}"}


@vector("I4", "invalid_grant", "TX-17", "SEC-02")
def unsigned(world: World) -> dict[str, Any]:
    _, payload, _ = world.id_token().split(".")
    return {"subject_token": f"{encode({'alg': 'none', 'typ': 'JWT'})}.{payload}."}


@vector("I4", "invalid_grant", "TX-17", "SEC-02")
def hmac_under_our_public_key(world: World) -> dict[str, Any]:
    """The confusion attack of RFC 8725 §2.1: everybody knows a public key."""
    key = keystore.load_active_key(world.acme)
    secret = json.dumps(jose.public_jwk(key)).encode()
    head = encode({"alg": "HS256", "typ": "JWT", "kid": key.kid})
    signed = f"{head}.{world.id_token().split('.')[1]}"
    digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return {"subject_token": f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"}


@vector("I4", "invalid_grant", "TX-17", "SEC-09")
def signed_by_a_key_that_was_withdrawn(world: World) -> dict[str, Any]:
    token = world.id_token()
    keystore.rotate(world.acme, now=world.now, hard=True)
    world.agent0.enterprise.refresh_from_db()
    return {"subject_token": token}


@vector("I4", "invalid_grant", "TX-17")
def issuer_is_the_other_enterprise(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(iss=Enterprise.objects.get(slug="globex").issuer)}


@vector("I4", "invalid_grant", "TX-17")
def issuer_with_a_slash(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(iss=f"{world.acme.issuer}/")}


@vector("I4", "invalid_grant", "TX-17")
def an_id_token_of_the_other_enterprise(world: World) -> dict[str, Any]:
    other = sign_in(world.app("agent0-at-globex"), world.person(people.GLOBEX_ALICE), now=world.now)
    return {"subject_token": world.id_token(other)}


@vector("I4", "invalid_grant", "TX-17")
def a_token_without_a_session(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(sid=None)}


@vector("I4", "invalid_grant", "TX-17")
def a_session_that_never_was(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(sid="never")}


@vector("I4", "invalid_grant", "TX-17")
def a_session_of_somebody_else(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(sub=people.BOB.sub)}


@vector("I4", "invalid_grant", "TX-19")
def an_untyped_logout_token(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(auth_time=None, events={"logout": {}})}


@vector("I4", "invalid_grant", "TX-22")
def an_unknown_refresh_token(world: World) -> dict[str, Any]:
    return world.as_refresh("never-issued")


@vector("I4", "invalid_grant", "TX-22")
def an_id_token_as_refresh_token(world: World) -> dict[str, Any]:
    return world.as_refresh(world.id_token())


@vector("I4", "invalid_grant", "TX-22")
def a_refresh_token_of_the_other_enterprise(world: World) -> dict[str, Any]:
    other = sign_in(world.app("agent0-at-globex"), world.person(people.GLOBEX_ALICE), now=world.now)
    return world.as_refresh(world.refresh_token(other))


# I5: for this client


@vector("I5", "invalid_grant", "TX-18")
def another_clients_id_token(world: World) -> dict[str, Any]:
    return {"subject_token": world.id_token(sign_in(world.app("todo0-at-acme"), world.alice, now=world.now))}


@vector("I5", "invalid_grant", "TX-18")
def two_audiences_and_nobody_chief(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(aud=["agent0-at-acme", "todo0-at-acme"])}


@vector("I5", "invalid_grant", "TX-18")
def two_audiences_and_another_chief(world: World) -> dict[str, Any]:
    aud = ["agent0-at-acme", "todo0-at-acme"]
    return {"subject_token": world.altered_id_token(aud=aud, azp="todo0-at-acme")}


@vector("I5", "invalid_grant", "TX-18")
def our_audience_and_another_chief(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(azp="todo0-at-acme")}


@vector("I5", "invalid_grant", "TX-18")
def no_audience_at_all(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(aud=[])}


@vector("I5", "invalid_grant", "TX-22")
def another_clients_refresh_token(world: World) -> dict[str, Any]:
    theirs = sign_in(world.app("todo0-at-acme"), world.alice, now=world.now)
    return world.as_refresh(world.refresh_token(theirs))


# I6: that still counts


@vector("I6", "invalid_grant", "TX-17")
def expired(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(exp=ago(world.now, seconds=1))}


@vector("I6", "invalid_grant", "TX-17")
def expires_this_second(world: World) -> dict[str, Any]:
    world.now = world.now.replace(microsecond=0)
    return {"subject_token": world.altered_id_token(exp=ago(world.now))}


@vector("I6", "invalid_grant", "TX-17")
def issued_in_the_future(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(iat=ago(world.now, seconds=-62))}


@vector("I6", "invalid_grant", "TX-21", "OI-13")
def signed_out(world: World) -> dict[str, Any]:
    world.family.session.end(world.now)
    return {}


@vector("I6", "invalid_grant", "TX-22")
def refresh_token_expired(world: World) -> dict[str, Any]:
    token = world.refresh_token()
    world.family.refresh_tokens.update(expires_at=world.now)
    return world.as_refresh(token)


@vector("I6", "invalid_grant", "TX-22")
def refresh_token_revoked(world: World) -> dict[str, Any]:
    token = world.refresh_token()
    world.family.revoke(world.now)
    return world.as_refresh(token)


@vector("I6", "invalid_grant", "TX-22")
def refresh_token_rotated_away(world: World) -> dict[str, Any]:
    token = world.refresh_token()
    world.family.refresh_tokens.update(rotated_at=world.now)
    return world.as_refresh(token)


@vector("I6", "invalid_grant", "TX-21", "TX-22")
def refresh_token_of_a_session_that_was_signed_out(world: World) -> dict[str, Any]:
    world.family.session.end(world.now)
    return world.as_refresh(world.refresh_token())


# I7: about somebody who works here


@vector("I7", "invalid_grant", "TX-21")
def suspended(world: World) -> dict[str, Any]:
    world.alice.status = "suspended"
    world.alice.save()
    return {}


@vector("I7", "invalid_grant", "TX-21", "TX-22")
def suspended_with_a_refresh_token(world: World) -> dict[str, Any]:
    return suspended(world) | world.as_refresh(world.refresh_token())


@vector("I7", "access_denied", "TX-26")
def no_longer_assigned_to_the_requesting_app(world: World) -> dict[str, Any]:
    world.agent0.assigned_groups.clear()
    return {}


def encode(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
