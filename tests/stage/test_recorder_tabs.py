"""The tabs of a hop: every claim explained, every verdict with its reason, code that sends the same request."""

import html as markup
import re
import shlex
from urllib.parse import parse_qsl

import pytest
import responses

from stage.recorder import code
from stage.recorder.client_code import as_xaa_client
from stage.recorder.difference import compare, read_note
from stage.recorder.sides import compare_sides
from stage.recorder.token_view import tell_time, view
from stage.recorder.tokens import find_tokens
from stage.recorder.trace import load_trace
from tests.browser.every_page_of_the_recorder import deny
from tests.stage.evidence import ACT, build, lay_down, load

pytestmark = pytest.mark.django_db
WAYS = ("rest", "mcp")


def page_of(client, **query):
    return markup.unescape(client.get(f"/recorder/traces/{ACT}", query).content.decode())


def lay_down_denied():
    for row in deny(load("rest")):
        build(row).save()
    return load_trace(ACT)


@pytest.mark.parametrize("way", WAYS)
def test_every_claim_that_is_ever_minted_says_what_it_means_who_set_it_and_where_it_is_defined(way):
    trace = load_trace(lay_down(way))
    rows = [row for token in trace.tokens for row in view(token, trace, now=0).rows]
    assert len(rows) > 50
    assert [f"{row.part} {row.name}" for row in rows if row.claim is None] == []
    assert all(row.claim.set_by and row.claim.reference.url for row in rows)


@pytest.mark.parametrize("way", WAYS)
def test_each_claim_of_an_id_jag_has_the_verdict_of_its_check(way):
    trace = load_trace(lay_down(way))
    id_jag = next(token for token in trace.tokens if token.kind == "id-jag")
    said = {
        row.name: (row.numbers, row.outcome, row.hop and row.hop.key) for row in view(id_jag, trace, now=0).rows
    }
    assert said["aud"] == (("R7",), "passed", "11")
    assert said["typ"] == (("R4",), "passed", "11")
    assert said["jti"] == (("R11",), "passed", "11")
    assert said["auth_time"] == ((), "", None)


def test_the_header_comes_first_and_the_signature_is_blocks(client):
    lay_down("rest")
    html = page_of(client, hop="10", tab="token")
    names = re.findall(r'<th scope="row" class="mono">(\w+)</th>', html)
    assert names[:7] == ["typ", "alg", "kid", "iss", "sub", "aud", "client_id"]
    assert "▆▃▇" in html
    assert "[signature]" not in html


def test_a_value_is_told_in_words(client):
    lay_down("rest")
    html = page_of(client, hop="10", tab="token")
    assert re.search(r'00u1alice</span> <span class="claims__words">Alice Anders', html)
    assert re.search(r'agent0-at-todo0</span> <span class="claims__words">Agent0, by its name at Todo0', html)
    assert re.search(r"\d\d:\d\d:\d\d, 5 min 0 s later|4 min 59 s later", html)


@pytest.mark.parametrize(
    ("at", "words"),
    [(100, "00:01:40, that moment"), (90, "00:01:30, 10 s earlier"), (400, "00:06:40, 5 min 0 s later"),
     (1e6, "13:46:40, 11 days later"), (1e30, "no time that a clock can show")],
)  # fmt: skip
def test_a_time_is_told_from_that_moment(at, words):
    assert tell_time(at, now=100) == words


def test_a_hop_without_a_token_says_so(client):
    lay_down("rest")
    assert "No token that can be read" in page_of(client, hop="6", tab="token")


def test_the_check_that_refused_shows_the_character_why_it_exists_and_who_mends_it(client):
    lay_down_denied()
    html = page_of(client, hop="11", tab="checks")
    assert "http://todo0.example<ins>/</ins>" in html
    assert "Why it exists" in html
    assert "Who mends it" in html
    assert re.search(r'<span class="badge badge--deny">1 failed', html)
    assert re.search(r"not reached", html)
    opened = re.findall(r'<li class="check check--(\w+)">\s*<details open>', html)
    assert opened == ["deny"]


def test_the_claim_that_was_refused_is_marked_in_the_token(client):
    lay_down_denied()
    html = page_of(client, hop="11", tab="token", token="request.form.assertion")
    assert re.search(r'<tr class="claims__row--deny">\s*<th scope="row" class="mono">aud', html)


def test_every_check_that_ran_is_listed_in_its_order(client):
    lay_down("rest")
    html = page_of(client, hop="9", tab="checks")
    numbers = re.findall(r'check__number">(\w+)<', html)
    assert numbers == [f"I{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 12, 14, 13)]
    assert "15 passed" in html


@pytest.mark.parametrize(
    ("note", "expected", "found"),
    [
        ("aud: expected 'https://a', found 'https://a/'", "https://a", "https://a/"),
        (
            "Expected 'Authorization: Bearer <access token>', found none.",
            "'Authorization: Bearer <access token>'",
            "none",
        ),
        ("exp: expected a time after 12, found 9", "a time after 12", "9"),
    ],
)
def test_a_note_is_read_into_expected_and_found(note, expected, found):
    difference = read_note(note)
    assert (difference.expected_text, difference.found_text) == (expected, found)


def test_a_note_that_compares_nothing_has_no_difference():
    assert read_note("not granted: todos.write") is None


def test_equal_strings_do_not_differ():
    assert not any(piece.differs for piece in (*compare("same", "same").expected, *compare("same", "same").found))


@pytest.mark.parametrize("way", WAYS)
def test_python_code_sends_the_recorded_request(way, monkeypatch):
    trace = load_trace(lay_down(way))
    for hop in trace.hops:
        request = code.read(hop.lead)
        for name in request.variables:
            monkeypatch.setenv(name, f"the-{name}")
        with responses.RequestsMock() as wire:
            wire.add(request.method, request.url, body="{}")
            exec(compile(code.as_python(request), hop.key, "exec"), {"print": lambda *_: None})  # noqa: S102 - our own
            (call,) = wire.calls
        assert call.request.method == hop.lead.method
        sent = dict(parse_qsl(call.request.body or "", keep_blank_values=True)) if request.form else {}
        assert sent.keys() == hop.lead.form.keys()
        plain = {name: value for name, value in hop.lead.form.items() if name not in request.secret}
        assert plain.items() <= sent.items()


@pytest.mark.parametrize("way", WAYS)
def test_curl_is_one_command_with_a_variable_for_each_secret(way):
    trace = load_trace(lay_down(way))
    for hop in trace.hops:
        request = code.read(hop.lead)
        words = shlex.split(code.as_curl(request).replace("\\\n", " "))
        assert words[0] == "curl"
        assert request.url in words
        assert [word for word in words if "redacted" in word or "[signature]" in word] == []
    exchange = code.as_curl(code.read(trace.find_hop("9").lead))
    assert '-u "$CLIENT_ID:$CLIENT_SECRET"' in exchange
    assert '"subject_token=$ID_TOKEN"' in exchange


@pytest.mark.parametrize(
    ("way", "hop"), [("mcp", "7"), ("mcp", "8"), ("rest", "9"), ("rest", "11"), ("rest", "13")]
)
def test_the_librarys_code_compiles_and_names_what_there_is(way, hop):
    trace = load_trace(lay_down(way))
    text = as_xaa_client(trace.find_hop(hop), trace.find_hop(hop).lead)
    compile(text, hop, "exec")
    imports = "\n".join(line for line in text.splitlines() if line.startswith(("import ", "from ")))
    exec(imports, {})  # noqa: S102 - our own


def test_the_librarys_code_asks_for_what_was_asked_for():
    trace = load_trace(lay_down("rest"))
    hop = trace.find_hop("9")
    text = as_xaa_client(hop, hop.lead)
    assert f"audience={hop.lead.form['audience']!r}" in text
    assert "scope=('todos.read', 'todos.write')" in text


def test_a_sign_in_has_no_call_of_the_librarys(client):
    lay_down("rest")
    assert "xaa.client" not in page_of(client, hop="5", tab="code")


def test_both_sides_saw_the_same_bytes(client):
    trace = load_trace(lay_down("rest"))
    sides = [compare_sides(hop.lead) for hop in trace.hops if hop.lead.wire]
    assert all(one.same_request and one.same_answer for one in sides)
    assert "byte for byte" in page_of(client, hop="9", tab="sides")


def test_the_wire_says_less_than_the_server_knows(client):
    trace = lay_down_denied()
    sides = compare_sides(trace.find_hop("11").lead)
    assert sides.wire_says == "400 invalid_grant"
    assert sides.server_knows.startswith("R7 ")
    assert "whoever forges a token must not learn" in page_of(client, hop="11", tab="sides")


def test_a_browsers_request_has_one_side(client):
    lay_down("rest")
    assert "A browser records nothing" in page_of(client, hop="4", tab="sides")


def test_no_token_of_the_fixture_can_be_presented():
    trace = load_trace(lay_down("rest"))
    tokens = [token for hop in trace.hops for token in find_tokens(hop.lead)]
    assert tokens
    assert all(token.text.endswith(".[signature]") for token in tokens)
