"""What each check of a token exchange must refuse: one vector, one fault, one check, one code.

A vector arranges the world or returns what to send instead. Nothing else about the exchange is wrong, so whatever
refuses it is the check that it names: ``test_token_exchange_checks`` holds all of them to that.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from idp_mock.directory.models import Enterprise
from idp_mock.keys import keystore
from stage.kit import people
from tests.idp_mock.exchange_world import TODO0_API, TODO0_ISSUER, World, ago, sign_in
from xaa import jose, protocol

Arrange = Callable[[World], dict[str, Any]]


@dataclass(frozen=True)
class Vector:
    check: str
    name: str
    error: str
    arrange: Arrange


VECTORS: list[Vector] = []


def vector(check: str, error: str) -> Callable[[Arrange], Arrange]:
    def keep(arrange: Arrange) -> Arrange:
        VECTORS.append(Vector(check, arrange.__name__, error, arrange))
        return arrange

    return keep


def send(check: str, name: str, error: str, **override: Any) -> None:
    """A vector that needs nothing arranged, only something else in the form."""
    VECTORS.append(Vector(check, name, error, lambda world: override))


# I1: who asks


@vector("I1", "unauthorized_client")
def app_is_no_requesting_app(world: World) -> dict[str, Any]:
    world.agent0.is_requesting_app = False
    world.agent0.save()
    return {}


@vector("I1", "unauthorized_client")
def app_is_not_registered_for_the_grant(world: World) -> dict[str, Any]:
    world.agent0.grant_types = ["authorization_code"]
    return {}


# I2: what for

send("I2", "no_requested_token_type", "invalid_request", requested_token_type=None)
send("I2", "empty_requested_token_type", "invalid_request", requested_token_type="")
send("I2", "access_token_requested", "invalid_request", requested_token_type=protocol.TOKEN_TYPE_ACCESS_TOKEN)
send("I2", "id_jag_profile_for_type", "invalid_request", requested_token_type=protocol.GRANT_PROFILE_ID_JAG)
send("I2", "no_audience", "invalid_request", audience=None)
send("I2", "empty_audience", "invalid_request", audience="")
send("I2", "two_audiences", "invalid_request", audience=[TODO0_ISSUER, "https://other.example"])
send("I2", "one_audience_twice", "invalid_request", audience=[TODO0_ISSUER, TODO0_ISSUER])
send("I2", "no_subject_token", "invalid_request", subject_token=None)
send("I2", "empty_subject_token", "invalid_request", subject_token="")
send("I2", "actor_token", "invalid_request", actor_token="a.b.c", actor_token_type=protocol.TOKEN_TYPE_ID_TOKEN)
send("I2", "actor_token_without_type", "invalid_request", actor_token="a.b.c")
send("I2", "actor_token_type_alone", "invalid_request", actor_token_type=protocol.TOKEN_TYPE_ID_TOKEN)
send(
    "I2",
    "authorization_details",
    "invalid_authorization_details",
    authorization_details='[{"type":"todo","actions":["delete"]}]',
)

# I3: with what kind of token


@vector("I3", "invalid_request")
def no_subject_token_type_on_a_refresh_token(world: World) -> dict[str, Any]:
    return {"subject_token": world.refresh_token(), "subject_token_type": None}


send("I3", "no_subject_token_type", "invalid_request", subject_token_type=None)
send("I3", "saml", "invalid_request", subject_token_type=protocol.TOKEN_TYPE_SAML2)
send("I3", "access_token_type", "invalid_request", subject_token_type=protocol.TOKEN_TYPE_ACCESS_TOKEN)
send("I3", "id_jag_type", "invalid_request", subject_token_type=protocol.TOKEN_TYPE_ID_JAG)
send(
    "I3",
    "hyphen_for_underscore",
    "invalid_request",
    subject_token_type="urn:ietf:params:oauth:token-type:id-token",
)
send("I3", "not_a_jwt", "invalid_grant", subject_token="not-a-jwt")
send("I3", "five_parts", "invalid_grant", subject_token="e30.e30.e30.e30.e30")
send("I3", "too_long", "invalid_grant", subject_token="e30.e30." + "A" * 17_000)


@vector("I3", "invalid_grant")
def an_id_jag_of_ours_as_id_token(world: World) -> dict[str, Any]:
    return {"subject_token": world.exchange()["access_token"]}


@vector("I3", "invalid_grant")
def an_id_token_that_says_it_is_an_access_token(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(typ=protocol.TYP_ACCESS_TOKEN)}


@vector("I3", "invalid_grant")
def an_id_token_that_says_it_is_a_logout_token(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(typ=protocol.TYP_LOGOUT_TOKEN)}


@vector("I3", "invalid_grant")
def an_id_token_that_says_it_is_a_client_assertion(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(typ="client-authentication+jwt")}


@vector("I3", "invalid_grant")
def a_refresh_token_as_id_token(world: World) -> dict[str, Any]:
    return {"subject_token": world.refresh_token()}


# I4: of ours


@vector("I4", "invalid_grant")
def signed_by_an_unknown_key(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(key=jose.generate_signing_key("ES256"))}


@vector("I4", "invalid_grant")
def signed_by_an_unknown_key_under_our_kid(world: World) -> dict[str, Any]:
    ours, theirs = keystore.load_active_key(world.acme), jose.generate_signing_key("ES256")
    key = jose.SigningKey(ours.kid, theirs.alg, theirs.private_key)
    return {"subject_token": world.altered_id_token(key=key)}


@vector("I4", "invalid_grant")
def payload_edited_after_signing(world: World) -> dict[str, Any]:
    header, _, signature = world.id_token().split(".")
    claims = dict(jose.peek(world.id_token()).unverified_claims) | {"sub": people.BOB.sub}
    return {"subject_token": f"{header}.{encode(claims)}.{signature}"}


@vector("I4", "invalid_grant")
def unsigned(world: World) -> dict[str, Any]:
    _, payload, _ = world.id_token().split(".")
    return {"subject_token": f"{encode({'alg': 'none', 'typ': 'JWT'})}.{payload}."}


@vector("I4", "invalid_grant")
def hmac_under_our_public_key(world: World) -> dict[str, Any]:
    """The confusion attack of RFC 8725 §2.1: everybody knows a public key."""
    key = keystore.load_active_key(world.acme)
    secret = json.dumps(jose.public_jwk(key)).encode()
    head = encode({"alg": "HS256", "typ": "JWT", "kid": key.kid})
    signed = f"{head}.{world.id_token().split('.')[1]}"
    digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return {"subject_token": f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"}


@vector("I4", "invalid_grant")
def signed_by_a_key_that_was_withdrawn(world: World) -> dict[str, Any]:
    token = world.id_token()
    keystore.rotate(world.acme, now=world.now, hard=True)
    world.agent0.enterprise.refresh_from_db()
    return {"subject_token": token}


@vector("I4", "invalid_grant")
def issuer_is_the_other_enterprise(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(iss=Enterprise.objects.get(slug="globex").issuer)}


@vector("I4", "invalid_grant")
def issuer_with_a_slash(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(iss=f"{world.acme.issuer}/")}


@vector("I4", "invalid_grant")
def an_id_token_of_the_other_enterprise(world: World) -> dict[str, Any]:
    other = sign_in(world.app("agent0-at-globex"), world.person(people.GLOBEX_ALICE), now=world.now)
    return {"subject_token": world.id_token(other)}


@vector("I4", "invalid_grant")
def a_token_without_a_session(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(sid=None)}


@vector("I4", "invalid_grant")
def a_session_that_never_was(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(sid="never")}


@vector("I4", "invalid_grant")
def a_session_of_somebody_else(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(sub=people.BOB.sub)}


@vector("I4", "invalid_grant")
def an_untyped_logout_token(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(auth_time=None, events={"logout": {}})}


@vector("I4", "invalid_grant")
def an_unknown_refresh_token(world: World) -> dict[str, Any]:
    return world.as_refresh("never-issued")


@vector("I4", "invalid_grant")
def an_id_token_as_refresh_token(world: World) -> dict[str, Any]:
    return world.as_refresh(world.id_token())


@vector("I4", "invalid_grant")
def a_refresh_token_of_the_other_enterprise(world: World) -> dict[str, Any]:
    other = sign_in(world.app("agent0-at-globex"), world.person(people.GLOBEX_ALICE), now=world.now)
    return world.as_refresh(world.refresh_token(other))


# I5: for this client


@vector("I5", "invalid_grant")
def another_clients_id_token(world: World) -> dict[str, Any]:
    return {"subject_token": world.id_token(sign_in(world.app("todo0-at-acme"), world.alice, now=world.now))}


@vector("I5", "invalid_grant")
def two_audiences_and_nobody_chief(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(aud=["agent0-at-acme", "todo0-at-acme"])}


@vector("I5", "invalid_grant")
def two_audiences_and_another_chief(world: World) -> dict[str, Any]:
    aud = ["agent0-at-acme", "todo0-at-acme"]
    return {"subject_token": world.altered_id_token(aud=aud, azp="todo0-at-acme")}


@vector("I5", "invalid_grant")
def our_audience_and_another_chief(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(azp="todo0-at-acme")}


@vector("I5", "invalid_grant")
def no_audience_at_all(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(aud=[])}


@vector("I5", "invalid_grant")
def another_clients_refresh_token(world: World) -> dict[str, Any]:
    theirs = sign_in(world.app("todo0-at-acme"), world.alice, now=world.now)
    return world.as_refresh(world.refresh_token(theirs))


# I6: that still counts


@vector("I6", "invalid_grant")
def expired(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(exp=ago(world.now, seconds=1))}


@vector("I6", "invalid_grant")
def expires_this_second(world: World) -> dict[str, Any]:
    world.now = world.now.replace(microsecond=0)
    return {"subject_token": world.altered_id_token(exp=ago(world.now))}


@vector("I6", "invalid_grant")
def issued_in_the_future(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(iat=ago(world.now, seconds=-62))}


@vector("I6", "invalid_grant")
def signed_out(world: World) -> dict[str, Any]:
    world.family.session.end(world.now)
    return {}


@vector("I6", "invalid_grant")
def refresh_token_expired(world: World) -> dict[str, Any]:
    token = world.refresh_token()
    world.family.refresh_tokens.update(expires_at=world.now)
    return world.as_refresh(token)


@vector("I6", "invalid_grant")
def refresh_token_revoked(world: World) -> dict[str, Any]:
    token = world.refresh_token()
    world.family.revoke(world.now)
    return world.as_refresh(token)


@vector("I6", "invalid_grant")
def refresh_token_rotated_away(world: World) -> dict[str, Any]:
    token = world.refresh_token()
    world.family.refresh_tokens.update(rotated_at=world.now)
    return world.as_refresh(token)


@vector("I6", "invalid_grant")
def refresh_token_of_a_session_that_was_signed_out(world: World) -> dict[str, Any]:
    world.family.session.end(world.now)
    return world.as_refresh(world.refresh_token())


# I7: about somebody who works here


@vector("I7", "invalid_grant")
def suspended(world: World) -> dict[str, Any]:
    world.alice.status = "suspended"
    world.alice.save()
    return {}


@vector("I7", "invalid_grant")
def suspended_with_a_refresh_token(world: World) -> dict[str, Any]:
    return suspended(world) | world.as_refresh(world.refresh_token())


@vector("I7", "access_denied")
def no_longer_assigned_to_the_requesting_app(world: World) -> dict[str, Any]:
    world.agent0.assigned_groups.clear()
    return {}


# I8: at a server the enterprise knows

send("I8", "unknown_audience", "invalid_target", audience="https://unknown.example")
send("I8", "audience_with_a_slash", "invalid_target", audience=f"{TODO0_ISSUER}/")
send("I8", "audience_in_capitals", "invalid_target", audience=TODO0_ISSUER.upper())
send("I8", "api_as_audience", "invalid_target", audience=TODO0_API)
send("I8", "audience_and_resource_swapped", "invalid_target", audience=TODO0_API, resource=TODO0_ISSUER)
send("I8", "token_endpoint_as_audience", "invalid_target", audience=f"{TODO0_ISSUER}/o/token/")
send("I8", "client_id_as_audience", "invalid_target", audience="todo0-at-acme")
send("I8", "nonsense_as_audience", "invalid_target", audience="' OR 1=1 --")


@vector("I8", "invalid_target")
def we_ourselves_as_audience(world: World) -> dict[str, Any]:
    """Even where an admin registered it: no ID-JAG stays in the domain that issues it."""
    todo0 = world.todo0
    todo0.issuer = world.acme.issuer
    todo0.save()
    return {"audience": world.acme.issuer}


@vector("I8", "invalid_target")
def a_resource_app_that_only_the_other_enterprise_knows(world: World) -> dict[str, Any]:
    world.todo0.delete()
    return {}


# I9: that the admin connected


@vector("I9", "invalid_target")
def switched_off(world: World) -> dict[str, Any]:
    world.agent0.connections.update(is_on=False)
    return {}


@vector("I9", "invalid_target")
def never_connected(world: World) -> dict[str, Any]:
    world.connection.delete()
    return {}


# I10: for this person


@vector("I10", "access_denied")
def person_in_another_group(world: World) -> dict[str, Any]:
    world.alice.groups.set(world.acme.groups.filter(slug__in=["everybody", "engineering"]))
    return {}


@vector("I10", "access_denied")
def connection_for_no_group(world: World) -> dict[str, Any]:
    world.connection.groups.clear()
    return {}


@vector("I10", "access_denied")
def person_without_the_resource_app(world: World) -> dict[str, Any]:
    world.todo0.app.assigned_groups.clear()
    return {}


# I11: to an API of that server

send("I11", "resource_of_somebody_else", "invalid_target", resource="https://mail.example/api")
send("I11", "one_resource_of_somebody_else", "invalid_target", resource=[TODO0_API, "https://mail.example/api"])
send("I11", "resource_with_a_slash", "invalid_target", resource=f"{TODO0_API}/")
send("I11", "resource_below", "invalid_target", resource=f"{TODO0_API}/todos")
send("I11", "audience_as_resource", "invalid_target", resource=TODO0_ISSUER)


@vector("I11", "invalid_target")
def registered_resource_with_a_fragment(world: World) -> dict[str, Any]:
    return register_resource(world, f"{TODO0_API}#todos")


@vector("I11", "invalid_target")
def registered_resource_that_is_relative(world: World) -> dict[str, Any]:
    return register_resource(world, "/api")


@vector("I11", "invalid_target")
def registered_resource_that_is_no_uri(world: World) -> dict[str, Any]:
    return register_resource(world, "http://[")


# I12: with these scopes

send("I12", "unknown_scope", "invalid_scope", scope="todos.admin")
send("I12", "scope_with_two_spaces", "invalid_scope", scope="todos.read  todos.write")
send("I12", "scope_that_begins_with_a_space", "invalid_scope", scope=" todos.read")
send("I12", "scope_in_quotes", "invalid_scope", scope='"todos.read"')
send("I12", "scope_beyond_ascii", "invalid_scope", scope="todos.réad")
send("I12", "scopes_with_a_comma", "invalid_scope", scope="todos.read,todos.write")
send("I12", "blank_scope", "invalid_scope", scope=" ")


@vector("I12", "invalid_scope")
def scope_not_among_the_chosen(world: World) -> dict[str, Any]:
    world.agent0.connections.update(scope_condition="only", scopes=["todos.read"])
    return {"scope": "todos.write"}


@vector("I12", "invalid_scope")
def scope_among_the_excluded(world: World) -> dict[str, Any]:
    world.agent0.connections.update(scope_condition="not", scopes=["todos.write"])
    return {"scope": "todos.write"}


# I13: after a fresh enough sign-in


@vector("I13", "insufficient_user_authentication")
def signed_in_too_long_ago(world: World) -> dict[str, Any]:
    world.agent0.connections.update(max_authentication_age=30)
    return {}


@vector("I13", "insufficient_user_authentication")
def an_old_id_token_after_a_new_sign_in(world: World) -> dict[str, Any]:
    """The session has a fresh ``auth_time``, the token tells of the sign-in before."""
    world.agent0.connections.update(max_authentication_age=30)
    world.family.session.auth_time = world.now - timedelta(seconds=1)
    world.family.session.save()
    return {}


# I14: under the name it has there


@vector("I14", "invalid_target")
def no_client_id_at_the_resource_app(world: World) -> dict[str, Any]:
    world.agent0.connections.update(client_id_at_resource_as="")
    return {}


def register_resource(world: World, resource: str) -> dict[str, Any]:
    """An admin's slip in the resource app's list does not make a bad resource a good one."""
    todo0 = world.todo0
    todo0.resources = [*todo0.resources, resource]
    todo0.save()
    return {"resource": resource}


def encode(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
