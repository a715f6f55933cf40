"""R-6: every export is complete, opens where it is meant to, and holds nothing that could be presented."""

import json
import re
import subprocess

import pytest

from stage.recorder.export.forms import FORMS
from stage.recorder.trace import load_trace
from tests.browser.every_page_of_the_recorder import deny
from tests.stage.evidence import ACT, build, lay_down, load

pytestmark = pytest.mark.django_db
REQUEST = {
    "method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize",
}  # fmt: skip
RESPONSE = {
    "status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize",
    "bodySize",
}  # fmt: skip


def fetch(client, form):
    answer = client.get(f"/recorder/traces/{ACT}/export/{form}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    return answer.content.decode()


def lay_down_denied():
    for row in deny(load("rest")):
        build(row).save()


@pytest.mark.parametrize("form", [form.key for form in FORMS])
def test_no_export_holds_a_signature_or_a_secret(client, form):
    lay_down("mcp")
    text = fetch(client, form)
    assert not re.search(r"ey[\w-]+\.ey[\w-]+\.[\w-]{20,}", text)
    assert "alice-demo-only" not in text


def test_the_transcript_has_every_hop_with_its_exchanges_and_verdicts(client):
    trace = load_trace(lay_down("mcp"))
    document = json.loads(fetch(client, "json"))
    assert [hop["hop"] for hop in document["hops"]] == [str(number) for number in range(1, 14)]
    sent = [exchange for hop in document["hops"] for exchange in hop["exchanges"]]
    assert len(sent) == sum(len(hop.parts) for hop in trace.hops if not hop.is_answer)
    assert [check["number"] for check in document["hops"][8]["exchanges"][0]["checks"]][:3] == ["I1", "I2", "I3"]
    assert document["verdict"] == "passed"


def test_the_archive_has_what_har_demands(client):
    lay_down("mcp")
    log = json.loads(fetch(client, "har"))["log"]
    assert log["version"] == "1.2"
    assert log["entries"] == sorted(log["entries"], key=lambda entry: entry["startedDateTime"])
    for entry in log["entries"]:
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= entry.keys()
        assert entry["request"].keys() >= REQUEST
        assert entry["response"].keys() >= RESPONSE
        assert sum(entry["timings"].values()) == entry["time"]
    form = next(entry["request"] for entry in log["entries"] if "token-exchange" in str(entry["request"]))
    assert {"name": "audience", "value": "http://localhost:8002"} in form["postData"]["params"]


def test_mermaid_has_every_arrow_and_an_owner_for_every_place(client):
    lay_down("mcp")
    text = fetch(client, "mermaid")
    assert text.startswith("sequenceDiagram\n")
    assert text.count("  box ") == text.count("  end") == 4
    assert "AG->>ID: 9 Token exchange" in text
    assert "ID-->>AG: 10 ID-JAG back" in text
    assert "Note over YOU,AG: Alice Anders asks: Add 'Book venue for offsite'" in text


def test_mermaid_crosses_out_what_was_denied(client):
    lay_down_denied()
    assert "AS--xAG: 400 denied by R7" in fetch(client, "mermaid")


def test_markdown_tells_the_cause_and_every_verdict(client):
    lay_down_denied()
    text = fetch(client, "markdown")
    assert "**The cause**: hop 11" in text
    assert "R7 failed" in text
    assert "```mermaid" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {7}


def test_the_script_is_a_shell_script_that_names_what_it_needs(client, tmp_path):
    lay_down("mcp")
    text = fetch(client, "curl")
    path = tmp_path / "flow.sh"
    path.write_text(text)
    checked = subprocess.run(["sh", "-n", str(path)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    refused = subprocess.run(["sh", str(path)], capture_output=True, text=True, check=False, env={})
    assert refused.returncode != 0
    assert "set CLIENT_ID first" in refused.stderr


def test_the_page_to_print_folds_nothing_away(client):
    lay_down("mcp")
    html = client.get(f"/recorder/traces/{ACT}/print").content.decode()
    assert html.count("<h2>") == 13
    assert "<details" not in html
    assert '<span class="mono">R11</span> passed' in html


def test_a_form_that_there_is_not_is_a_page_that_is_not_there(client):
    lay_down("rest")
    assert client.get(f"/recorder/traces/{ACT}/export/pdf").status_code == 404
    assert client.get(f"/recorder/traces/{'0' * 32}/export/json").status_code == 404
