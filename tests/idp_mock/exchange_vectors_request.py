"""What the checks of the request must refuse: I1, I2, I3."""

from typing import Any

from tests.idp_mock.exchange_vector import send, vector
from tests.idp_mock.exchange_world import TODO0_ISSUER, World
from xaa import protocol

# I1: who asks


@vector("I1", "unauthorized_client", "TX-25")
def app_is_no_requesting_app(world: World) -> dict[str, Any]:
    world.agent0.is_requesting_app = False
    world.agent0.save()
    return {}


@vector("I1", "unauthorized_client", "TX-25")
def app_is_not_registered_for_the_grant(world: World) -> dict[str, Any]:
    world.agent0.grant_types = ["authorization_code"]
    return {}


# I1: with which key


@vector("I1", "invalid_dpop_proof", "PP-02", "PP-15")
def two_proofs(world: World) -> dict[str, Any]:
    return {"dpop_headers": (world.proof(), world.proof())}


@vector("I1", "invalid_dpop_proof", "PP-02", "PP-15")
def proof_that_is_no_jwt(world: World) -> dict[str, Any]:
    return {"dpop_headers": ("",)}


@vector("I1", "invalid_dpop_proof", "PP-02", "PP-15")
def id_token_as_proof(world: World) -> dict[str, Any]:
    return {"dpop_headers": (world.id_token(),)}


@vector("I1", "invalid_dpop_proof", "PP-02", "PP-15")
def proof_for_another_method(world: World) -> dict[str, Any]:
    return {"dpop_headers": (world.proof(method="GET"),)}


@vector("I1", "invalid_dpop_proof", "PP-02", "PP-16")
def proof_for_another_enterprise(world: World) -> dict[str, Any]:
    return {"dpop_headers": (world.proof(url="http://localhost:8003/globex/token"),)}


@vector("I1", "invalid_dpop_proof", "PP-02", "PP-16")
def proof_for_the_issuer(world: World) -> dict[str, Any]:
    return {"dpop_headers": (world.proof(url=world.acme.issuer),)}


@vector("I1", "invalid_dpop_proof", "PP-02", "PP-15")
def proof_that_is_old(world: World) -> dict[str, Any]:
    return {"dpop_headers": (world.proof(now=world.now.timestamp() - 62),)}


@vector("I1", "invalid_dpop_proof", "PP-17")
def proof_used_before(world: World) -> dict[str, Any]:
    proofs = (world.proof(),)
    world.exchange(dpop_headers=proofs)
    return {"dpop_headers": proofs}


# I2: what for

send("I2", "no_requested_token_type", "invalid_request", "TX-02", requested_token_type=None)
send("I2", "empty_requested_token_type", "invalid_request", "TX-02", requested_token_type="")
send(
    "I2",
    "access_token_requested",
    "invalid_request",
    "TX-02",
    requested_token_type=protocol.TOKEN_TYPE_ACCESS_TOKEN,
)
send(
    "I2", "id_jag_profile_for_type", "invalid_request", "TX-02", requested_token_type=protocol.GRANT_PROFILE_ID_JAG
)
send("I2", "no_audience", "invalid_request", "TX-03", audience=None)
send("I2", "empty_audience", "invalid_request", "TX-03", audience="")
send("I2", "two_audiences", "invalid_request", "TX-06", audience=[TODO0_ISSUER, "https://other.example"])
send("I2", "one_audience_twice", "invalid_request", "TX-06", audience=[TODO0_ISSUER, TODO0_ISSUER])
send("I2", "no_subject_token", "invalid_request", "TX-14", subject_token=None)
send("I2", "empty_subject_token", "invalid_request", "TX-14", subject_token="")
send(
    "I2",
    "actor_token",
    "invalid_request",
    "TX-31",
    actor_token="a.b.c",
    actor_token_type=protocol.TOKEN_TYPE_ID_TOKEN,
)
send("I2", "actor_token_without_type", "invalid_request", "TX-30", actor_token="a.b.c")
send("I2", "actor_token_type_alone", "invalid_request", "TX-30", actor_token_type=protocol.TOKEN_TYPE_ID_TOKEN)
BAD_DETAILS = "invalid_authorization_details"
send("I2", "details_that_are_no_json", BAD_DETAILS, "RA-02", authorization_details="read")
send("I2", "details_as_an_object", BAD_DETAILS, "RA-02", authorization_details='{"type":"todo"}')
send("I2", "details_as_a_string_of_json", BAD_DETAILS, "RA-02", authorization_details='"[]"')
send("I2", "details_of_nothing", BAD_DETAILS, "RA-02", authorization_details="[]")
send("I2", "details_without_type", BAD_DETAILS, "RA-02", authorization_details='[{"actions":["read"]}]')
send("I2", "details_with_a_type_that_is_no_string", BAD_DETAILS, "RA-02", authorization_details='[{"type":7}]')
send(
    "I2",
    "details_that_name_a_member_twice",
    BAD_DETAILS,
    "RA-02",
    authorization_details='[{"type":"a","type":"b"}]',
)
send("I2", "details_without_end", BAD_DETAILS, "RA-02", authorization_details='[{"type":"' + "a" * 4096 + '"}]')
send("I2", "details_in_depth", BAD_DETAILS, "RA-02", authorization_details="[" * 4000)
send(
    "I2", "many_details", BAD_DETAILS, "RA-02", authorization_details='[{"type":"a"}' + ',{"type":"a"}' * 20 + "]"
)

# I3: with what kind of token


@vector("I3", "invalid_request", "TX-14")
def no_subject_token_type_on_a_refresh_token(world: World) -> dict[str, Any]:
    return {"subject_token": world.refresh_token(), "subject_token_type": None}


send("I3", "no_subject_token_type", "invalid_request", "TX-14", subject_token_type=None)
send("I3", "saml", "invalid_request", "TX-15", subject_token_type=protocol.TOKEN_TYPE_SAML2)
send("I3", "access_token_type", "invalid_request", "TX-15", subject_token_type=protocol.TOKEN_TYPE_ACCESS_TOKEN)
send("I3", "id_jag_type", "invalid_request", "TX-15", "TX-33", subject_token_type=protocol.TOKEN_TYPE_ID_JAG)
send(
    "I3",
    "hyphen_for_underscore",
    "invalid_request",
    "TX-15",
    subject_token_type="urn:ietf:params:oauth:token-type:id-token",
)
send("I3", "not_a_jwt", "invalid_grant", "TX-19", subject_token="not-a-jwt")
send("I3", "five_parts", "invalid_grant", "TX-19", subject_token="e30.e30.e30.e30.e30")
send("I3", "too_long", "invalid_grant", "TX-19", subject_token="e30.e30." + "A" * 17_000)


@vector("I3", "invalid_grant", "TX-19", "TX-20", "TX-33", "JAG-29")
def an_id_jag_of_ours_as_id_token(world: World) -> dict[str, Any]:
    return {"subject_token": world.exchange()["access_token"]}


@vector("I3", "invalid_grant", "TX-19", "TX-20")
def an_id_token_that_says_it_is_an_access_token(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(typ=protocol.TYP_ACCESS_TOKEN)}


@vector("I3", "invalid_grant", "TX-19", "TX-20")
def an_id_token_that_says_it_is_a_logout_token(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(typ=protocol.TYP_LOGOUT_TOKEN)}


@vector("I3", "invalid_grant", "TX-19", "TX-20")
def an_id_token_that_says_it_is_a_client_assertion(world: World) -> dict[str, Any]:
    return {"subject_token": world.altered_id_token(typ="client-authentication+jwt")}


@vector("I3", "invalid_grant", "TX-19")
def a_refresh_token_as_id_token(world: World) -> dict[str, Any]:
    return {"subject_token": world.refresh_token()}
