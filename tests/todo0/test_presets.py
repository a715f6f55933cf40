"""What a preset would have answered to a request of the log is what it answers, once it is saved."""

import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from stage.kit import people
from tests.builders import REMOVED
from tests.todo0.conftest import API, Redeem, id_jag
from tests.todo0.console_side import text_of
from tests.todo0.mcp_side import MCP
from todo0.assertions.models import Redemption
from todo0.federation.models import Connection, Tenant
from todo0.presets.foresight import foresee, held_off_by
from todo0.presets.rules import PRESETS
from xaa.throttle.allowance import parse_allowance
from xaa.throttle.bucket import take
from xaa.throttle.models import Bucket

OTHER = "https://other.example/api"
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "good": ({}, {}),
    "lives too long": ({"exp": 500}, {}),
    "a second time": ({"jti": "twice"}, {}),
    "unknown person": ({"sub": people.DAN.sub}, {}),
    "for another server": ({"aud": "https://other.example"}, {}),
    "names no api": ({"resource": REMOVED}, {}),
    "names no api, for an unknown person": ({"resource": REMOVED, "sub": people.DAN.sub}, {}),
    "names no api, asks for the default": ({"resource": REMOVED}, {"resource": API}),
    "names no api, asks for another of ours": ({"resource": REMOVED}, {"resource": MCP}),
    "names no api, asks for a foreign one": ({"resource": REMOVED}, {"resource": OTHER}),
    "names two, asks for one": ({"resource": [API, MCP]}, {"resource": MCP}),
    "names one, asks for the other": ({"resource": API}, {"resource": MCP}),
    "names a foreign one": ({"resource": OTHER}, {}),
    "names something that is no name": ({"resource": [7]}, {}),
    "asks for less": ({}, {"scope": "todos.read"}),
    "asks for more": ({"scope": "todos.read"}, {"scope": "todos.read todos.write"}),
    "claims what nobody has": ({"scope": "calendar.read"}, {}),
    "asks for what the client has not": ({"scope": "todos.read x"}, {"scope": "x"}),
    "asks for more, for an unknown person": (
        {"scope": "todos.read", "sub": people.DAN.sub},
        {"scope": "todos.write"},
    ),
}


def put(preset: str) -> None:
    Tenant.objects.update(**PRESETS[preset].server)
    Connection.objects.filter(slug="acme").update(**PRESETS[preset].connection)


def send(redeem: Redeem, kind: str, preset: str) -> Redemption:
    """The request, and the row that it made; of one that comes twice, the second."""
    claims, form = KINDS[kind]
    claims = claims | ({"exp": int(time.time()) + claims["exp"]} if "exp" in claims else {})
    claims = claims | ({"jti": f"twice, {preset}"} if "jti" in claims else {})
    for _ in range(2 if "jti" in claims else 1):
        Bucket.objects.update(full_at=0)
        redeem(id_jag(**claims), **form)
    row = Redemption.objects.latest("pk")
    assert row.event != Redemption.Event.LIMIT
    return row


def test_what_each_preset_says_of_the_others_log_is_what_it_answers_itself(redeem: Redeem) -> None:
    rows: dict[str, dict[str, Redemption]] = {}
    for name in PRESETS:
        put(name)
        rows[name] = {kind: send(redeem, kind, name) for kind in KINDS}
    unknown = []
    for logged in PRESETS:
        for name, preset in PRESETS.items():
            for kind in KINDS:
                said = foresee(rows[logged][kind], preset, seen_before=kind == "a second time")
                row = rows[name][kind]
                if said.endswith("no more is known"):
                    unknown.append((logged, kind))
                    continue
                answered = f"refused by {row.refused_by}" if row.refused_by else "granted"
                assert said == answered, (logged, name, kind, row.reason)
    assert {kind for _, kind in unknown} == {"lives too long"}, "whose person was never looked up"
    assert {logged for logged, _ in unknown} == {"strict"}
    beta, early = rows["auth0-beta"], rows["auth0-ea"]
    assert [beta["asks for more"].refused_by, early["asks for more"].refused_by] == ["R14", ""]
    assert [beta["asks for less"].scope_granted, early["asks for less"].scope_granted] == [
        "todos.read",
        "todos.read todos.write",
    ]
    another = "names no api, asks for another of ours"
    assert [beta[another].resource, early[another].resource] == [API, MCP]
    both = "names one, asks for the other"
    assert [beta[both].resource, early[both].resource, rows["strict"][both].refused_by] == [API, API, "R13"]


def test_whom_an_id_jag_made_an_account_is_refused_where_accounts_are_not_made(redeem: Redeem) -> None:
    Connection.objects.update(jit_accounts=True)
    assert redeem(id_jag(sub=people.DAN.sub)).status_code == 200
    row = Redemption.objects.get()
    assert {foresee(row, preset, seen_before=False) for preset in PRESETS.values()} == {"refused by R12"}
    redeem(id_jag())
    known = Redemption.objects.latest("pk")
    assert {foresee(known, preset, seen_before=False) for preset in PRESETS.values()} == {"granted"}


@pytest.mark.parametrize(
    ("preset", "admitted"),
    [("auth0-beta", 5), ("auth0-ea-free", 5), ("auth0-ea-b2b", 25), ("auth0-ea", 40), ("strict", 40)],
)
def test_of_a_flood_each_preset_says_how_much_its_limit_lets_in(preset: str, admitted: int) -> None:
    at = timezone.now()
    rows = [Redemption(pk=number, at=at, client_id="x") for number in range(40)]
    assert 40 - len(held_off_by(PRESETS[preset], rows)) == admitted
    refused = [Redemption(pk=number, at=at, client_id="x", refused_by="R1") for number in range(100)]
    assert not held_off_by(PRESETS[preset], refused), "no client, no token of the bucket"


def test_the_page_of_the_server_and_that_of_a_connection_say_what_each_would_have_answered(
    admin: Client, redeem: Redeem
) -> None:
    acme, own = (Connection.objects.get(slug=slug).pk for slug in ("acme", "todo0-inc"))
    assert "No redemption yet" in text_of(admin.get("/admin/server"))
    for _ in range(12):
        redeem(id_jag(), scope="todos.read")
    Redemption.objects.update(at=timezone.now())  # all at once
    for path in ("/admin/server", f"/admin/connections/{acme}"):
        page = admin.get(path)
        assert len(page.context["foreseen"]) == 10
        assert "Scope in the request Narrows what is granted" in text_of(page)
        for field in ("Limit of ID-JAGs", "Each ID-JAG once", "Longest ID-JAG, in seconds"):
            assert field in text_of(page), "what a preset fills, of the server and of the connection"
        newest = page.context["foreseen"][0]["answers"]
        assert dict(zip(PRESETS, newest, strict=True))["auth0-beta"] == "429, come back later"
    assert "No redemption yet" in text_of(admin.get(f"/admin/connections/{own}")), "another enterprise's"


def test_one_that_was_told_to_wait_is_let_in_by_a_wider_limit_and_no_more_is_said() -> None:
    row = Redemption(client_id="x", event=Redemption.Event.LIMIT, reason="limit: expected at most 5/s burst 5")
    assert foresee(row, PRESETS["auth0-ea"], seen_before=False) == "admitted; no more is known"
    assert foresee(row, PRESETS["auth0-beta"], seen_before=False, held_off=True) == "429, come back later"


@pytest.mark.parametrize("text", ["5/s burst 5", "50/s burst 50", "7/min burst 2", "1/h burst 1", "100/h burst 9"])
def test_a_limit_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_allowance(text)) == text


@pytest.mark.django_db
def test_who_is_let_in_is_foretold_as_the_bucket_does_it() -> None:
    for allowance in (parse_allowance("5/s burst 5"), parse_allowance("7/min burst 2")):
        moments = [1_800_000_000 + number * 0.07 for number in range(200)]
        taken = [not take((str(allowance),), allowance, now=at).refused for at in moments]
        assert allowance.admits(moments) == taken


def test_what_nobody_can_know_is_not_said() -> None:
    row = Redemption(client_id="x", refused_by="R10", reason="exp - iat: expected at most 300 s, found 500 s")
    row.facts = {"lifetime": 500, "names_resource": True}
    assert foresee(row, PRESETS["auth0-beta"], seen_before=False) == "past R10; no more is known"
    assert foresee(row, PRESETS["strict"], seen_before=False) == "refused by R10"


@pytest.mark.parametrize(("preset", "answer"), [("auth0-beta", "refused by R1"), ("auth0-ea", "granted")])
def test_clients_by_document_are_early_access(preset: str, answer: str) -> None:
    row = Redemption(
        client_id="https://agent.example/client.json", facts={"lifetime": 300, "names_resource": True}
    )
    assert foresee(row, PRESETS[preset], seen_before=False) == answer
