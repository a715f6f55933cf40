"""The log of redemptions, and the bench on which an assertion is tried."""

import logging
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import responses
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oauth2_provider.models import AccessToken

from stage.kit import people
from stage.kit.registry.checks import load_checks
from tests import builders
from tests.todo0.conftest import ACME, API, Redeem, id_jag, post_form
from tests.todo0.console_side import submit, text_of
from todo0.assertions.models import Redemption
from todo0.federation.models import Connection
from xaa import protocol
from xaa.jwt_bearer.models import CrossAppClient, RedeemedIdJag

BENCH = "/admin/assertions/bench"


@pytest.mark.spec("RD-37")
def test_a_redemption_is_logged_with_every_check_and_no_token(redeem: Redeem) -> None:
    assertion = id_jag(jti="the-one")
    answer = redeem(assertion)
    row = Redemption.objects.get()
    assert (row.event, row.client_id, row.refused_by) == ("idjag_exchange_succeeded", "agent0-at-todo0", "")
    assert (row.issuer, row.subject, row.jti) == (ACME, people.ALICE.sub, "the-one")
    assert (row.scope_granted, row.resource, row.person_name) == ("todos.read todos.write", API, "Alice Anders")
    assert [check["outcome"] for check in row.checks] == ["passed"] * len(row.checks)
    assert {check["number"] for check in row.checks} == {f"R{number}" for number in range(1, 16)}
    everything = str(Redemption.objects.values().get())
    assert assertion.rpartition(".")[2] not in everything
    assert answer.json()["access_token"] not in everything


@pytest.mark.parametrize(
    ("altered", "event", "check"),
    [
        ({"aud": "https://other.example"}, "idjag_exchange_failed", "R7"),
        ({"client_id": "evil0-at-todo0"}, "idjag_exchange_failed", "R8"),
        ({"sub": people.DAN.sub}, "idjag_exchange_failed", "R12"),
        ({"scope": "nothing"}, "idjag_exchange_failed", "R14"),
        ({"typ": "JWT"}, "jwt_bearer_exchange_failed", "R4"),
    ],
)
def test_a_refusal_is_logged_with_its_cause_and_what_was_not_reached(
    redeem: Redeem, altered: dict[str, Any], event: str, check: str
) -> None:
    assert redeem(id_jag(**altered)).status_code == 400
    row = Redemption.objects.get()
    assert (row.event, row.refused_by) == (event, check)
    assert row.error
    assert "found" in row.reason
    failed = [one["number"] for one in row.checks if one["outcome"] == "failed"]
    assert failed == [check]
    assert row.checks[-1]["outcome"] == "not reached"


def test_nobody_is_named_on_the_word_of_a_forger(redeem: Redeem) -> None:
    redeem(id_jag(key=builders.OTHER_KEY))
    row = Redemption.objects.get()
    assert (row.refused_by, row.issuer, row.subject, row.jti) == ("R6", "", "", "")


def test_a_client_that_may_not_is_logged_and_a_stranger_makes_no_row(redeem: Redeem) -> None:
    CrossAppClient.objects.update(enabled=False)
    answer = redeem(id_jag())
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    assert Redemption.objects.get().refused_by == "R1"
    stranger = {
        "grant_type": protocol.GRANT_JWT_BEARER,
        "assertion": id_jag(),
        "client_id": "x",
        "client_secret": "x",
    }
    assert post_form("/oauth/token", stranger).status_code == 401
    assert Redemption.objects.count() == 1
    CrossAppClient.objects.update(enabled=True)
    assert redeem(id_jag()).status_code == 200, "the good twin"


def test_a_redemption_that_cannot_be_logged_gives_no_token(redeem: Redeem, settings: Any) -> None:
    settings.JWT_BEARER_DECISION_LOG = "tests.todo0.test_assertions.fail_to_record"
    with pytest.raises(RuntimeError):
        redeem(id_jag())
    settings.JWT_BEARER_DECISION_LOG = "todo0.assertions.record.record"
    assert redeem(id_jag()).status_code == 200


def fail_to_record(decision: object) -> None:
    raise RuntimeError("the log is full")


def test_the_page_tells_and_filters(redeem: Redeem, admin: Client) -> None:
    redeem(id_jag())
    redeem(id_jag(sub=people.DAN.sub))
    page = text_of(admin.get("/admin/assertions"))
    for told in ("idjag_exchange_succeeded", "idjag_exchange_failed", "Alice Anders", "R12", "signature good"):
        assert told in page
    only = text_of(admin.get("/admin/assertions", {"check": "R12"}))
    assert "Alice Anders" not in only
    assert "idjag_exchange_failed" in only
    for asked in ({"event": "idjag_exchange_succeeded"}, {"person": "alice"}, {"client": "agent0-at-todo0"}):
        assert "Alice Anders" in text_of(admin.get("/admin/assertions", asked))
    assert "No redemption like this" in text_of(admin.get("/admin/assertions", {"client": "nobody"}))
    assert admin.get("/admin/assertions", {"check": "R99", "before": "x"}).status_code == 200


def test_the_page_asks_a_bounded_number_of_times_and_leads_to_older_ones(redeem: Redeem, admin: Client) -> None:
    for number in range(27):
        redeem(id_jag(jti=f"number-{number}"))
    with CaptureQueriesContext(database) as statements:
        page = admin.get("/admin/assertions")
    assert len(statements) <= 5
    older = page.context["older"]
    assert "number-1" in admin.get(f"/admin/assertions{older}").content.decode()
    call_command("forget_redemptions", "--keep", "5")
    assert Redemption.objects.count() == 5


def test_what_is_older_than_a_month_is_forgotten(redeem: Redeem) -> None:
    for days in (31, 29, 0):
        redeem(id_jag(jti=f"{days}-days"))
        row = Redemption.objects.order_by("-pk").first()
        Redemption.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(days=days))
    call_command("forget_redemptions")
    assert {row.jti for row in Redemption.objects.all()} == {"29-days", "0-days"}
    call_command("forget_redemptions", "--days", "7")
    assert {row.jti for row in Redemption.objects.all()} == {"0-days"}
    with pytest.raises(CommandError):
        call_command("forget_redemptions", "--days", "-1")
    assert Redemption.objects.exists()


def state() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (Redemption, RedeemedIdJag, AccessToken, User)}


def try_it(admin: Client, assertion: str, **changed: str) -> Any:
    return submit(
        admin, admin.get(BENCH), BENCH, assertion=assertion, client=changed.pop("client", agent0()), **changed
    )


def agent0() -> str:
    return str(CrossAppClient.objects.get(application__client_id="agent0-at-todo0").pk)


def test_the_bench_runs_the_real_checks_and_leaves_nothing_behind(
    acme: responses.RequestsMock, admin: Client, redeem: Redeem
) -> None:
    assertion, before = id_jag(), state()
    for _ in range(2):
        answer = try_it(admin, assertion)
        assert "accepted for todos.read todos.write" in text_of(answer)
    assert state() == before
    assert redeem(assertion).status_code == 200, "it was not spent"
    assert "refused by R11" in text_of(try_it(admin, assertion))


def test_the_bench_makes_no_account_for_a_newcomer(acme: responses.RequestsMock, admin: Client) -> None:
    Connection.objects.update(jit_accounts=True)
    before = state()
    assert "accepted" in text_of(try_it(admin, id_jag(sub=people.DAN.sub)))
    assert state() == before


@pytest.mark.parametrize(
    ("assertion", "check"),
    [("not a jwt", "R3"), ("a.b.c", "R3"), (None, "R7")],
)
def test_the_bench_names_the_check_that_would_refuse(
    acme: responses.RequestsMock, admin: Client, assertion: str | None, check: str
) -> None:
    answer = try_it(admin, assertion or id_jag(aud="https://other.example"))
    assert f"refused by {check}" in text_of(answer)
    assert "not reached" in text_of(answer)
    assert load_checks()[check].mended_by in unescape(text_of(answer))


def test_the_bench_neither_logs_nor_shows_what_was_pasted(
    acme: responses.RequestsMock, admin: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assertion = id_jag(aud="https://only-in-this-assertion.example")
    with caplog.at_level(logging.DEBUG):
        page = try_it(admin, assertion).content.decode()
    assert assertion not in page
    assert assertion.rpartition(".")[2] not in page
    assert "only-in-this-assertion" in page, "its claims are shown, to the one who pasted them"
    assert "only-in-this-assertion" not in caplog.text


def test_the_bench_says_so_when_the_keys_cannot_be_had(acme: responses.RequestsMock, admin: Client) -> None:
    acme.replace(responses.GET, f"{ACME}/jwks", status=500)
    answer = try_it(admin, id_jag())
    assert "Expected the keys of" in text_of(answer)
    assert "accepted" not in text_of(answer)


def test_the_bench_wants_a_client_that_exists(admin: Client) -> None:
    assert try_it(admin, "x", client="999").status_code == 400
