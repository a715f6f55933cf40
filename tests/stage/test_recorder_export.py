"""R-6: every export is complete, opens where it is meant to, and holds nothing that could be presented."""

import json
import re
import subprocess
from datetime import datetime
from urllib.parse import quote_plus

import pytest

from stage.recorder import code
from stage.recorder.export.forms import FORMS
from stage.recorder.trace import load_trace
from tests.browser.every_page_of_the_recorder import deny
from tests.stage.evidence import ACT, build, lay_down, load

pytestmark = pytest.mark.django_db
PAIRS = [{"name": str, "value": str}]
HAR = {
    "version": str,
    "creator": {"name": str, "version": str},
    "entries": [
        {
            "startedDateTime": str,
            "time": int,
            "request": {
                "method": str, "url": str, "httpVersion": str, "cookies": [], "headers": PAIRS,
                "queryString": PAIRS, "headersSize": int, "bodySize": int,
            },
            "response": {
                "status": int, "statusText": str, "httpVersion": str, "cookies": [], "headers": PAIRS,
                "content": {"size": int, "mimeType": str}, "redirectURL": str, "headersSize": int, "bodySize": int,
            },
            "cache": {},
            "timings": {"send": int, "wait": int, "receive": int},
        }
    ],
}  # fmt: skip
"""The members that HAR 1.2 demands."""
ODD = 'Add "a|b \\\\| <b> `c` *d* #5; %%e [f](g)"'
NOT_A_LABEL = re.compile(r"[#;]|%%")


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
    assert find_odd(log, HAR, "log") == []
    assert find_odd(log | {"entries": [{}]}, HAR, "log"), "the test itself sees what is not there"
    assert log["entries"] == sorted(log["entries"], key=lambda entry: entry["startedDateTime"])
    for entry in log["entries"]:
        assert datetime.fromisoformat(entry["startedDateTime"]).tzinfo
        assert sum(entry["timings"].values()) == entry["time"]
    form = next(entry["request"] for entry in log["entries"] if "token-exchange" in str(entry["request"]))
    assert {"name": "audience", "value": "http://localhost:8002"} in form["postData"]["params"]


def find_odd(found, wanted, where):
    """Members that are missing, or of another kind, by their place."""
    if isinstance(wanted, type):
        return [] if type(found) is wanted else [f"{where} is {found!r:.60}"]
    if isinstance(wanted, list):
        return [odd for one in found for each in wanted for odd in find_odd(one, each, where)]
    missing = [f"{where}.{name}" for name in wanted.keys() - found.keys()]
    there = wanted.keys() & found.keys()
    return missing + [odd for name in there for odd in find_odd(found[name], wanted[name], f"{where}.{name}")]


def lay_down_asking(words):
    asked = [{"form": quote_plus('Add "Book venue for offsite"'), "words": quote_plus(words)}]
    for row in load("mcp"):
        text = json.dumps(row["exchange"])
        for one in asked:
            text = text.replace(one["form"], one["words"])
        row["exchange"] = json.loads(text)
        build(row).save()
    assert load_trace(ACT).asked == words


def test_what_somebody_asked_for_is_no_markup_of_any_export(client):
    lay_down_asking(ODD)
    lines = fetch(client, "mermaid").splitlines()
    arrow = r"  (\w+)(->>|-->>|-x|--x)(\w+): \S.*"
    places = set(re.findall(r"^    participant (\w+) as \S", "\n".join(lines), flags=re.MULTILINE))
    assert places == {"YOU", "AG", "ID", "AS", "API"}
    for line in lines[1:]:
        found = re.fullmatch(arrow, line)
        is_known = re.fullmatch(r"  (box \S.*|end|  participant .*|Note over YOU,AG: .*)", line)
        assert {found[1], found[3]} <= places if found else is_known, line
        assert not NOT_A_LABEL.search(line)
    text = fetch(client, "markdown")
    assert text.splitlines()[0] == ('# Add "a&#124;b \\\\\\\\&#124; \\<b\\> \\`c\\` \\*d\\* \\#5; %%e \\[f\\](g)"')
    assert fetch(client, "curl").splitlines()[1] == f"# {ODD}"


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
    for shell in ("sh", "bash"):
        checked = subprocess.run([shell, "-n", str(path)], capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")
    refused = subprocess.run(["sh", str(path)], capture_output=True, text=True, check=False, env={})
    assert refused.returncode != 0
    assert "set IDP_CLIENT_ID first" in refused.stderr
    assert text.count('-u "$IDP_CLIENT_ID:$IDP_CLIENT_SECRET"') == 2, "for the sign-in and the exchange"
    assert text.count('-u "$TODO0_CLIENT_ID:$TODO0_CLIENT_SECRET"') == 1


def test_a_script_of_a_client_that_signs_wants_an_assertion_for_each_server_and_a_proof_for_each_call(client):
    for row in load("rest"):
        sent = row["exchange"]["request"] if row["exchange"] else {"headers": []}
        sent["headers"].append(["DPoP", "eyJ.eyJ.[signature]"])
        if row["exchange"] and row["exchange"]["method"] == "POST" and "/token" in row["exchange"]["url"]:
            kept = [pair for pair in sent["headers"] if pair[0].lower() != "authorization"]
            sent["headers"] = kept
            sent["body"] += "&client_assertion=eyJ.eyJ.%5Bsignature%5D"
        build(row).save()
    text = fetch(client, "curl")
    for server, number in (("IDP", 9), ("TODO0", 11)):
        assert f"{server}_CLIENT_ASSERTION:?set" in text
        assert f"DPOP_PROOF_{number}:?set" in text
    assert "${CLIENT_ASSERTION:" not in text
    assert "${DPOP_PROOF:" not in text
    proofs = re.findall(r"-H .*\$(DPOP_PROOF\w*)", text)
    assert len(proofs) == len(set(proofs)) == text.count("curl -sS"), "also where one hop has several calls"


@pytest.mark.parametrize("odd", ["$(touch pwned)", "`touch pwned`", "x; touch pwned #", "'\"; touch pwned"])
def test_a_strangers_words_are_no_commands_of_whoever_pastes_them(odd, tmp_path):
    """The scheme and every name are whatever somebody sent."""
    request = code.Request(
        method=odd, url=f"http://127.0.0.1:1/{odd}", basic=False, headers={odd: f"{odd} ACCESS_TOKEN"},
        form=[(odd, code._variable(odd)), ("plain", odd)], json=None, secret=frozenset({odd}),
    )  # fmt: skip
    script = "curl() { :; }\n" + code.as_curl(request)
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, list(tmp_path.iterdir())) == (0, "", [])
    compile(code.as_python(request), "snippet", "exec")


def test_the_page_to_print_folds_nothing_away(client):
    lay_down("mcp")
    html = client.get(f"/recorder/traces/{ACT}/print").content.decode()
    assert html.count("<h2>") == 13
    assert "<details" not in html
    assert re.search(r'Passed: <span class="mono">R1</span>, .*<span class="mono">R11</span>', html)
    assert not re.search(r'<span class="mono">(R\d+)</span>, <span class="mono">\1</span>', html)
    assert 'recorder/print.css" media="print"' in html


def test_a_form_that_there_is_not_is_a_page_that_is_not_there(client):
    lay_down("rest")
    assert client.get(f"/recorder/traces/{ACT}/export/pdf").status_code == 404
    assert client.get(f"/recorder/traces/{'0' * 32}/export/json").status_code == 404
