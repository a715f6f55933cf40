"""Todo0 calls Acme by a name of its own: Carol enters it at her IdP, Tove at Todo0, and every ID-JAG says it.

Neither console knows the other. Between the two there is only what an ID-JAG says (ID-JAG §6).
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from stage.autopilot.page import Page
from tests.cast import CAROL, TOVE
from tests.flow.connecting import enter
from tests.flow.demo import Demo
from tests.flow.visitor import Visitor
from tests.flow.wire import Client, Wire, error_of, read_jwt

REFUSED = (400, "invalid_grant")
BOTH = {"tenant": "acme", "aud_tenant": "org_7"}
Get = Callable[[], str]
Save = Callable[..., None]
Redeem = Callable[[str], str]


@pytest.fixture
def get(wire: Wire, agent0: Client, alice: dict[str, str]) -> Get:
    """The next ID-JAG for Alice."""
    return lambda: wire.id_jag(agent0, alice["id_token"])


@pytest.fixture
def at_acme(demo: Demo, carol: Visitor) -> Iterator[Save]:
    """Carol enters the Tenant ID on Todo0's tab *Resource server*; afterwards she empties it."""

    def save(tenant_id: str) -> None:
        apps = enter(carol, f"{demo.facts['idp']['enterprises']['acme']['issuer']}/admin/apps", CAROL)
        todo0 = next(href for words, href in apps.links if words == "Todo0" and "/admin/apps/" in href)
        page = carol.click(carol.open(todo0), "Resource server")
        saved = carol.submit(page, page.form(having="tenant:acme"), **{"tenant:acme": tenant_id})
        assert "Saved. From the next request on" in saved.text, saved.text[:400]

    yield save
    save("")


@pytest.fixture
def at_todo0(demo: Demo, wire: Wire) -> Iterator[Save]:
    """Tove enters both names at Acme's connection; afterwards she takes all that back."""
    tove = wire.visitor()

    def find() -> Page:
        return tove.open(enter(tove, f"{demo.url('todo0')}/admin/connections", TOVE).link("Acme"))

    def save(**names: str) -> None:
        page = find()
        assert "Saved." in tove.submit(page, page.form(having="aud_tenant"), **names).text

    yield save
    save(tenant="", aud_tenant="")


@pytest.fixture
def redeem(wire: Wire, demo: Demo, agent0_there: Client) -> Redeem:
    """Empty when it is redeemed; else the line of Todo0's log that names the check, and what it expected."""

    def present(id_jag: str) -> str:
        since, answer = len(demo.lines), wire.redeem(agent0_there, id_jag)
        if answer.status_code == 200:
            return ""
        assert error_of(answer) == REFUSED
        return demo.wait_for_line("R12 check_person failed", after=since)

    return present


def tenants_in(id_jag: str) -> dict[str, Any]:
    return {name: value for name, value in read_jwt(id_jag)[1].items() if "tenant" in name}


@pytest.mark.spec("TN-02", "TN-03", "TN-06", "TN-08", "TN-09")
def test_it_counts_once_both_admins_have_entered_it(
    get: Get, redeem: Redeem, at_acme: Save, at_todo0: Save
) -> None:
    without = get()
    assert tenants_in(without) == {}
    at_acme("org_7")
    assert tenants_in(get()) == BOTH
    refused = redeem(get())
    assert "expected tenant 'to be absent', found 'acme'" in refused, "Tove was not told yet"
    at_todo0(**BOTH)
    assert redeem(get()) == ""
    refused = redeem(without)
    assert "expected tenant 'acme', found None" in refused, "it was issued before Carol was told"


@pytest.mark.spec("TN-08")
@pytest.mark.parametrize(
    ("carols", "toves", "said"),
    [
        ("org_9", BOTH, "expected aud_tenant 'org_7', found 'org_9'"),
        ("ORG_7", BOTH, "expected aud_tenant 'org_7', found 'ORG_7'"),
        ("org_7", BOTH | {"tenant": "acme-france"}, "expected tenant 'acme-france', found 'acme'"),
    ],
)
def test_a_tenant_that_is_another_is_refused_and_the_log_says_which(
    get: Get,
    redeem: Redeem,
    at_acme: Save,
    at_todo0: Save,
    carols: str,
    toves: dict[str, str],
    said: str,
) -> None:
    at_acme("org_7")
    at_todo0(**BOTH)
    assert redeem(get()) == ""
    at_acme(carols)
    at_todo0(**toves)
    assert said in redeem(get())
