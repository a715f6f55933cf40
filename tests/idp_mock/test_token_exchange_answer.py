"""What a granted exchange answers, and what the ID-JAG in it says."""

from datetime import timedelta

import pytest
from django.test import Client

from idp_mock.keys.keystore import load_active_key, load_published_keys
from idp_mock.policy.seed import MAIL0_URL
from idp_mock.tokens.id_token import issue_id_token
from stage.kit import people
from tests.idp_mock.exchange_world import TODO0_API, TODO0_ISSUER, World, last_event, sign_in
from xaa import jose, protocol

ID_JAG_CLAIMS = {
    "iss", "sub", "aud", "client_id", "jti", "iat", "exp", "resource", "scope", "auth_time", "amr", "acr", "email",
}  # fmt: skip


# The response


@pytest.mark.spec("TR-01", "TR-02", "TR-03", "TR-05", "TR-06", "TR-07", "TR-11")
def test_it_answers_with_exactly_the_members_of_an_id_jag_response(world: World, client: Client) -> None:
    for subject in world.subjects():
        response = world.post(client, **subject)
        assert response.status_code == 200
        body = response.json()
        assert jose.peek(body.pop("access_token")).unverified_header["typ"] == "oauth-id-jag+jwt"
        assert body == {
            "issued_token_type": "urn:ietf:params:oauth:token-type:id-jag",
            "token_type": "N_A",
            "expires_in": 300,
            "scope": "todos.read todos.write",
            "resource": TODO0_API,
        }


@pytest.mark.spec("TR-09")
def test_no_cache_may_keep_its_answers_good_or_bad(world: World, client: Client) -> None:
    for response in (world.post(client), world.post(client, audience="https://unknown.example")):
        assert response["Cache-Control"] == "no-store"
        assert response["Pragma"] == "no-cache"


@pytest.mark.spec("TR-10")
def test_it_refuses_as_json_with_a_code_and_a_description_and_nothing_else(world: World, client: Client) -> None:
    response = world.post(client, audience="https://unknown.example")
    assert (response.status_code, response["Content-Type"]) == (400, "application/json")
    assert response.json().keys() == {"error", "error_description"}
    assert "unknown.example" not in response.json()["error_description"]


@pytest.mark.spec("TX-04", "TR-11", "MC-03")
def test_several_resources_come_back_as_an_array_and_a_doubled_one_once(world: World) -> None:
    todo0, mcp = world.todo0, f"{TODO0_ISSUER}/mcp"
    todo0.resources = [TODO0_API, mcp]
    todo0.save()
    answer = world.exchange(resource=[TODO0_API, mcp, TODO0_API])
    assert answer["resource"] == [TODO0_API, mcp]
    assert world.claims(resource=[TODO0_API, mcp])["resource"] == [TODO0_API, mcp]


@pytest.mark.spec("TX-12", "TR-11", "JAG-12")
def test_without_a_resource_none_is_granted(world: World) -> None:
    assert "resource" not in world.exchange(resource=None)
    assert "resource" not in world.claims(resource=None)


@pytest.mark.spec("TX-27", "TR-05")
@pytest.mark.parametrize(
    ("condition", "chosen", "granted"),
    [
        ("any", [], "todos.read todos.write"),
        ("only", ["todos.read"], "todos.read"),
        ("not", ["todos.write"], "todos.read"),
        ("only", ["todos.read", "todos.admin"], "todos.read"),
    ],
)
def test_it_grants_what_the_admin_allows_of_what_was_asked(
    world: World, condition: str, chosen: list[str], granted: str
) -> None:
    world.agent0.connections.update(scope_condition=condition, scopes=chosen)
    assert world.exchange()["scope"] == granted
    assert world.claims()["scope"] == granted
    event = last_event()
    withheld = {"todos.read", "todos.write"} - set(granted.split())
    assert event.checks[11]["outcome"] == ("narrowed" if withheld else "passed")
    assert (event.scope_asked, event.scope_granted) == ("todos.read todos.write", granted)


def test_it_never_grants_more_than_was_asked(world: World) -> None:
    assert world.exchange(scope="todos.read")["scope"] == "todos.read"
    assert world.exchange(scope="todos.read todos.read")["scope"] == "todos.read"
    assert world.exchange(scope="todos.read unknown")["scope"] == "todos.read"


@pytest.mark.spec("TX-28")
@pytest.mark.parametrize("scope", [None, ""])
def test_without_a_scope_it_grants_the_configured_default_or_none(world: World, scope: str | None) -> None:
    assert "scope" not in world.exchange(scope=scope)
    assert "scope" not in world.claims(scope=scope)
    world.agent0.connections.update(default_scopes=["todos.read"])
    assert world.exchange(scope=scope)["scope"] == "todos.read"
    world.agent0.connections.update(scope_condition="only", scopes=["todos.write"])
    assert "scope" not in world.exchange(scope=scope)  # a default never outgrows the condition


# The ID-JAG


@pytest.mark.spec("JAG-01", "JAG-02", "SEC-36")
def test_its_header_says_what_it_is_and_which_of_our_keys_signed_it(world: World) -> None:
    verified = jose.verify(
        world.exchange()["access_token"], keys=load_published_keys(world.acme), algorithms=("ES256",)
    )
    key = load_active_key(world.acme)
    assert verified.header == {"typ": "oauth-id-jag+jwt", "alg": "ES256", "kid": key.kid}


@pytest.mark.spec("JAG-03", "JAG-04", "JAG-06", "JAG-07", "JAG-08", "JAG-10", "JAG-11", "JAG-12", "JAG-13")
def test_it_says_who_for_whom_to_whom_and_for_how_long(world: World) -> None:
    for subject in world.subjects():
        claims = world.claims(**subject)
        issued_at = int(world.now.timestamp())
        expected = {
            "iss": "http://localhost:8003/acme",
            "sub": people.ALICE.sub,
            "aud": TODO0_ISSUER,
            "client_id": "agent0-at-todo0",
            "iat": issued_at,
            "exp": issued_at + 300,
            "resource": TODO0_API,
            "scope": "todos.read todos.write",
        }
        assert {name: claims[name] for name in expected} == expected
        assert {type(claims[name]) for name in ("iat", "exp", "auth_time")} == {int}


@pytest.mark.spec("JAG-08", "TX-29")
def test_the_client_has_a_name_of_its_own_at_each_resource_app_or_one_for_all(world: World) -> None:
    """Its name here is a third one. Where both sides share one, the admin enters that (ID-JAG §5)."""
    mail0 = {"audience": MAIL0_URL, "resource": f"{MAIL0_URL}/api", "scope": "mail.read"}
    there = world.agent0.connections.filter(resource_app__issuer=MAIL0_URL)
    there.update(is_on=True)
    there.get().groups.set(world.connection.groups.all())
    world.acme.resource_apps.get(issuer=MAIL0_URL).app.assigned_groups.set(world.todo0.app.assigned_groups.all())
    assert world.agent0.client_id == "agent0-at-acme"
    assert world.claims()["client_id"] == "agent0-at-todo0"
    assert world.claims(**mail0)["client_id"] == "agent0-at-mail0"
    there.update(client_id_at_resource_as=world.agent0.client_id)
    assert world.claims(**mail0)["client_id"] == "agent0-at-acme"
    assert world.claims()["client_id"] == "agent0-at-todo0"


@pytest.mark.spec("JAG-25", "JAG-22", "PP-05")
def test_it_says_nothing_else(world: World) -> None:
    for subject in world.subjects():
        assert world.claims(**subject).keys() == ID_JAG_CLAIMS


@pytest.mark.spec("JAG-09")
def test_every_one_has_a_serial_number_of_its_own(world: World) -> None:
    numbers = {world.claims()["jti"] for _ in range(20)}
    assert len(numbers) == 20
    assert all(len(number) * 6 >= 128 for number in numbers)


def test_it_lives_as_long_as_the_connection_says(world: World) -> None:
    world.agent0.connections.update(lifetime=60)
    answer, claims = world.exchange(), world.claims()
    assert answer["expires_in"] == claims["exp"] - claims["iat"] == 60


@pytest.mark.spec("JAG-15")
def test_it_tells_of_the_sign_in_that_really_happened(world: World) -> None:
    for subject in world.subjects():
        session = world.family.session
        session.auth_time = world.now  # signed in again since, which this subject token does not know
        session.save()
        claims = world.claims(**subject)
        assert claims["auth_time"] == int(world.family.auth_time.timestamp())
        assert (claims["amr"], claims["acr"]) == (["pwd"], world.family.acr)


@pytest.mark.spec("JAG-16")
def test_it_holds_the_address_only_if_the_email_scope_was_granted_at_sign_in(world: World) -> None:
    assert all(world.claims(**subject)["email"] == people.ALICE.email for subject in world.subjects())
    world.family = sign_in(
        world.agent0, world.alice, now=world.now - timedelta(seconds=5), scope="openid offline_access"
    )
    assert all("email" not in world.claims(**subject) for subject in world.subjects())


@pytest.mark.spec("TX-23")
def test_it_describes_the_person_as_the_directory_does_today(world: World) -> None:
    tokens = world.subjects()
    world.alice.login = "alice.adams@acme.example"
    world.alice.save()
    assert all(world.claims(**subject)["email"] == "alice.adams@acme.example" for subject in tokens)


@pytest.mark.spec("JAG-05")
def test_the_person_is_called_as_in_the_resource_apps_own_id_token(world: World) -> None:
    theirs = sign_in(world.app("todo0-at-acme"), world.alice, now=world.now)
    id_token = jose.peek(issue_id_token(theirs, scope="openid", now=world.now)).unverified_claims
    assert world.claims()["sub"] == id_token["sub"]


@pytest.mark.spec("TX-33", "JAG-29")
def test_an_id_jag_opens_nothing_here(world: World, client: Client) -> None:
    id_jag = world.exchange()["access_token"]
    for override in (
        {"subject_token": id_jag},
        {"subject_token": id_jag, "subject_token_type": protocol.TOKEN_TYPE_ID_JAG},
        {"subject_token": id_jag, "requested_token_type": protocol.TOKEN_TYPE_ACCESS_TOKEN},
        {"grant_type": protocol.GRANT_JWT_BEARER, "assertion": id_jag},
    ):
        assert world.post(client, **override).status_code == 400
    response = client.get("/acme/userinfo", headers={"Authorization": f"Bearer {id_jag}"})
    assert response.status_code == 401
