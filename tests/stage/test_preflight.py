"""The pre-flight's page, and the checks of what stands against parties that are not as they should be."""

import json

import pytest
import responses
from django.conf import settings
from django.utils import timezone

from stage.kit import addresses, state
from stage.kit.state import Armed, StageState
from stage.preflight import rehearsal, run, standing
from stage.preflight.finding import ill, well
from stage.preflight.models import Preflight
from stage.preflight.titles import TITLES
from xaa import protocol

pytestmark = pytest.mark.django_db

IDP, TODO0 = standing.IDP_ISSUER, standing.AS_ISSUER
KEY = {"kty": "EC", "kid": "one", "use": "sig"}


def put(**of_finding):
    finding = {"title": "One", "is_well": True, "found": "Seen.", "advice": "", "remedy": "", "trace_id": ""}
    return Preflight.objects.create(started_at=timezone.now(), milliseconds=900, findings=[finding | of_finding])


def show(client):
    return client.get("/preflight").content.decode()


def test_without_one_it_says_what_one_does(client):
    assert "No pre-flight has been run yet." in show(client)


def test_when_all_is_well_it_says_go(client):
    put()
    html = show(client)
    assert "Go</span>" in html
    assert "No-go" not in html


def test_when_one_thing_is_not_it_says_no_go_and_how_to_mend_it(client):
    put(is_well=False, who="You", advice="press Fix.", remedy="clear", trace_id="0" * 32)
    html = show(client)
    assert "No-go" in html
    assert "<strong>You:</strong> press Fix." in html
    assert 'action="/preflight/mend/clear"' in html
    assert f"/recorder/traces/{'0' * 32}" in html


def test_what_a_reset_mends_is_one_press_of_the_bars_own_button(client, settings):
    settings.STAGE_KEY = "k" * 32
    put(is_well=False, who="The IdP's admin", advice="switch the connection on.", remedy="reset")
    assert '<button class="button button--small" form="world" name="act" value="reset">' in show(client)


def test_it_is_twelve_checks_of_which_a_browser_makes_the_last(client, monkeypatch):
    """They are those of experience.md, in its order."""
    monkeypatch.setattr(run, "STANDING", tuple(lambda at=at: well(f"Standing {at}", "") for at in range(6)))
    monkeypatch.setattr(run, "Rehearsal", AllWell)
    done = run.run_preflight()
    assert done.is_go
    assert [one["title"] for one in done.findings[6:]] == list(TITLES)
    html = show(client)
    assert (len(done.findings), html.count('class="preflight__one"'), html.count("data-window")) == (11, 12, 1)


class AllWell:
    """Everything that is flown goes well."""

    def __getattr__(self, name):
        titles = ("check_happy_path", "check_policy_off", "check_a_fault_trips", "check_evidence")
        return lambda: well(dict(zip(titles, TITLES, strict=False)).get(name, TITLES[-1]), "")


def test_where_something_stands_wrong_nobody_flies_and_it_alone_is_to_be_mended(monkeypatch):
    def broken():
        return ill("Standing", "Wrong.", who="You", advice="mend it.")

    monkeypatch.setattr(run, "STANDING", (broken,))
    done = run.run_preflight()
    assert (done.is_go, len(done.findings), [one["title"] for one in done.ill]) == (False, 6, ["Standing"])


def test_an_armed_fault_keeps_the_flow_on_the_ground_and_one_button_clears_it(staged):
    state.write(StageState(faults=(Armed("F03"), Armed("F05", trace="0" * 32))))
    found = rehearsal.Rehearsal().check_happy_path()
    assert (found.is_well, found.remedy, found.found) == (False, "clear", "Armed: F03."), "F05 is for another flow"


def test_every_finding_that_is_ill_says_who_mends_it(far_side):
    for check in (standing.check_parties, standing.check_discovery, standing.check_key_sets):
        far_side.reset()
        found = check()
        assert (found.is_well, bool(found.who), bool(found.advice)) == (False, True, True), check


def test_only_a_button_runs_or_mends_it(client):
    assert client.get("/preflight/run").status_code == 405
    assert client.get("/preflight/mend/clear").status_code == 405


def test_what_it_cannot_mend_changes_nothing(client, settings):
    settings.STAGE_KEY = "the-key-of-this-test"
    assert client.post("/preflight/mend/everything")["Location"] == "/preflight"


def test_a_program_needs_the_stages_key(client, settings):
    settings.STAGE_KEY = "k" * 32
    for header in ({}, {"HTTP_AUTHORIZATION": "Bearer other"}):
        answer = client.post("/-/stage/preflight", "{}", content_type="application/json", **header)
        assert answer.status_code == 404


@pytest.fixture
def far_side():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        idp = {"issuer": IDP, "jwks_uri": f"{IDP}/keys"}
        server = {
            "issuer": TODO0,
            "jwks_uri": f"{TODO0}/oauth/jwks",
            "token_endpoint": f"{TODO0}/oauth/token",
            protocol.META_GRANT_PROFILES: [protocol.GRANT_PROFILE_ID_JAG],
        }
        mock.add(responses.GET, f"{IDP}/.well-known/openid-configuration", json=idp)
        mock.add(responses.GET, f"{TODO0}/.well-known/oauth-authorization-server", json=server)
        mock.add(responses.GET, f"{IDP}/keys", json={"keys": [KEY]})
        mock.add(responses.GET, f"{TODO0}/oauth/jwks", json={"keys": [KEY]})
        yield mock


@pytest.fixture(autouse=True)
def private(settings):
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = True


@pytest.mark.usefixtures("far_side")
def test_issuers_and_keys_that_are_right_are_well():
    assert standing.check_discovery().is_well
    assert standing.check_key_sets().is_well
    assert standing.check_key_to_sign().is_well


def test_an_issuer_that_writes_its_name_another_way_is_not(far_side):
    body = {"issuer": f"{IDP}/", "jwks_uri": f"{IDP}/keys"}
    far_side.replace(responses.GET, f"{IDP}/.well-known/openid-configuration", json=body)
    found = standing.check_discovery()
    assert not found.is_well
    assert f"{IDP}/" in found.found


def test_a_server_that_takes_no_id_jags_is_not(far_side):
    body = {"issuer": TODO0, "jwks_uri": f"{TODO0}/oauth/jwks", "token_endpoint": f"{TODO0}/oauth/token"}
    far_side.replace(responses.GET, f"{TODO0}/.well-known/oauth-authorization-server", json=body)
    assert "does not say that it takes ID-JAGs" in standing.check_discovery().found


@pytest.mark.parametrize("keys", [[], [{"kty": "EC", "use": "enc", "kid": "two"}], [{"kty": "EC", "use": "sig"}]])
def test_a_server_without_a_key_that_signs_is_not(far_side, keys):
    far_side.replace(responses.GET, f"{IDP}/keys", json={"keys": keys})
    found = standing.check_key_to_sign()
    assert (found.is_well, found.who) == (False, "The admin of Acme IdP")
    assert standing.check_key_sets().is_well, "they can be fetched all the same"


def test_a_server_that_publishes_a_private_key_is_not(far_side):
    far_side.replace(responses.GET, f"{TODO0}/oauth/jwks", json={"keys": [KEY | {"d": "secret"}]})
    found = standing.check_key_to_sign()
    assert (found.is_well, found.found) == (False, "Todo0 publishes a private key.")


def test_keys_that_cannot_be_fetched_are_told_once(far_side):
    far_side.replace(responses.GET, f"{IDP}/keys", status=500)
    assert not standing.check_key_sets().is_well
    assert not standing.check_key_to_sign().is_tried


def test_a_party_whose_clock_is_off_is_named(far_side, settings):
    settings.STAGE_KEY = "k" * 32
    now = timezone.now().timestamp()
    for url, ahead in ((addresses.AGENT0_URL, 0), (addresses.TODO0_URL, 90), (addresses.IDP_URL, 0)):
        far_side.add(responses.POST, f"{url}/-/stage/state", body=json.dumps({"now": now + ahead}))
    found = standing.check_clocks()
    assert (found.is_well, found.remedy) == (False, "clocks")
    assert "Todo0 by +9" in found.found or "Todo0 by +8" in found.found
    assert "Agent0" not in found.found


def test_a_party_that_does_not_answer_is_named(far_side):
    for url in (addresses.AGENT0_URL, addresses.TODO0_URL, addresses.IDP_URL):
        far_side.add(responses.GET, f"{url}/health", body="ok")
    found = standing.check_parties()
    assert not found.is_well
    assert found.found.startswith("Todo0's MCP server")
    assert settings.PLACE == "stage"
