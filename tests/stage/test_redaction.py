"""What leaves the process of an exchange: no secret, no token to present, all else letter for letter."""

import base64
import json
from urllib.parse import quote, unquote

import pytest

from stage.kit.telemetry.exchange import LIMIT, Body, Exchange, Message
from stage.kit.telemetry.redaction.messages import Redactor
from xaa.fingerprint import fingerprint
from xaa.jose import generate_signing_key, sign

KEY = generate_signing_key("ES256")
FORM = "application/x-www-form-urlencoded"


def a_jwt(typ: str = "oauth-id-jag+jwt", **claims: object) -> str:
    return sign({"sub": "00u1alice", "exp": 4_000_000_000, **claims}, key=KEY, typ=typ)


def shown(
    *, target="/", headers=(), body="", kind=FORM, status=None, answer_headers=(), answer="", answer_kind=""
):
    """The attributes of one exchange."""
    response = None
    if status is not None:
        response = Message([("Content-Type", answer_kind), *answer_headers], Body(_bytes(answer)))
    request = Message([("Content-Type", kind), *headers], Body(_bytes(body)))
    return Redactor().attributes_of(Exchange("POST", target, request, response, status))


def _bytes(body):
    return body if isinstance(body, bytes) else body.encode()


def without_signature(jwt: str) -> str:
    return f"{jwt.rpartition('.')[0]}.[signature]"


def test_what_is_no_secret_stays_letter_for_letter():
    body = "b=2&a=%7e+x&scope=todos.read%20todos.write&empty="
    found = shown(target="/oauth/token?x=%41&y", headers=[("Accept", "*/*"), ("X-A", "b")], body=body)
    assert found["xaa.request.target"] == "/oauth/token?x=%41&y"
    assert json.loads(found["xaa.request.headers"]) == [["Content-Type", FORM], ["Accept", "*/*"], ["X-A", "b"]]
    assert (found["xaa.request.body"], found["xaa.request.size"]) == (body, len(body))
    assert (found["xaa.redactions"], found["xaa.tokens"]) == ("[]", "[]")
    assert "xaa.response.status" not in found


def test_a_form_keeps_its_names_and_loses_its_secrets():
    assertion = a_jwt()
    body = (
        f"grant_type=x&assertion={assertion}&client_secret=s3cret%2B&code=abc&code_verifier=v&refresh_token=opaque"
    )
    found = shown(body=body)
    assert found["xaa.request.body"] == (
        f"grant_type=x&assertion={without_signature(assertion)}&client_secret=[redacted]&code=[redacted]"
        f"&code_verifier=[redacted]&refresh_token=[redacted RT-{fingerprint('opaque')}]"
    )
    assert json.loads(found["xaa.redactions"]) == [
        f"request.form.{name}" for name in ("assertion", "client_secret", "code", "code_verifier", "refresh_token")
    ]
    assert json.loads(found["xaa.tokens"]) == [
        {"fp": f"JAG-{fingerprint(assertion)}", "kind": "id-jag", "where": "request.form.assertion"},
        {"fp": f"RT-{fingerprint('opaque')}", "kind": "refresh-token", "where": "request.form.refresh_token"},
    ]


def test_a_name_that_is_written_another_way_is_found():
    assert "s3cret" not in shown(body="client%5Fsecret=s3cret")["xaa.request.body"]


def test_json_loses_its_tokens_and_nothing_else():
    access_token, id_token = a_jwt("at+jwt"), a_jwt("JWT")
    answer = '{"access_token": "%s", "id_token":"%s", "refresh_token": "%s", "code": "not_found"}'
    sent = answer % (access_token, id_token, r"o\"p")
    found = shown(status=200, answer=sent, answer_kind="application/json")
    assert found["xaa.response.body"] == answer % (
        without_signature(access_token),
        without_signature(id_token),
        f"[redacted RT-{fingerprint(r'o' + chr(92) + chr(34) + 'p')}]",
    )
    kinds = [(token["kind"], token["where"]) for token in json.loads(found["xaa.tokens"])]
    assert kinds == [
        ("access-token", "response.json.access_token"),
        ("id-token", "response.json.id_token"),
        ("refresh-token", "response.json.refresh_token"),
    ]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Authorization", "Basic YWdlbnQwOnNlY3JldA==", "Basic [redacted]"),
        ("Authorization", "Bearer opaque-1", f"Bearer [redacted AT-{fingerprint('opaque-1')}]"),
        ("authorization", "nonsense", "[redacted]"),
        ("Cookie", "a=1; b=2; flag", "a=[redacted]; b=[redacted]; flag"),
        ("Set-Cookie", "a=1; Path=/; HttpOnly", "a=[redacted]; Path=/; HttpOnly"),
        ("X-CSRFToken", "abc", "[redacted]"),
        ("Location", "http://a/cb?code=abc&state=x#y", "http://a/cb?code=[redacted]&state=x#y"),
        ("Location", "/x#access_token=abc", f"/x#access_token=[redacted AT-{fingerprint('abc')}]"),
        ("Referer", "http://a/?next=%2Fcb%3Fcode%3Dabc", "http://a/?next=%2Fcb%3Fcode%3D[redacted]"),
        ("WWW-Authenticate", 'Bearer error="invalid_token"', 'Bearer error="invalid_token"'),
    ],
)
def test_headers(name, value, expected):
    assert json.loads(shown(headers=[(name, value)])["xaa.request.headers"])[1] == [name, expected]


@pytest.mark.parametrize("scheme", ["Bearer", "DPoP"])
def test_a_jwt_in_a_header_keeps_what_can_be_read(scheme):
    token, proof = a_jwt("at+jwt"), a_jwt("dpop+jwt")
    found = shown(headers=[("Authorization", f"{scheme} {token}"), ("DPoP", proof)])
    values = [value for _, value in json.loads(found["xaa.request.headers"])[1:]]
    assert values == [f"{scheme} {without_signature(token)}", without_signature(proof)]
    assert [token["kind"] for token in json.loads(found["xaa.tokens"])] == ["access-token", "dpop-proof"]


def test_a_page_loses_what_its_fields_links_and_marks_hold():
    page = (
        '<input type="hidden" name="csrfmiddlewaretoken" value="abc"><input value="p&amp;w" name=\'password\'>'
        '<a href="/cb?code=abc&amp;state=x">on</a><dd class="mono" data-secret>s3cret</dd>'
        '<input name="title" value="abc">'
    )
    found = shown(status=200, answer=page, answer_kind="text/html; charset=utf-8")
    assert found["xaa.response.body"] == (
        '<input type="hidden" name="csrfmiddlewaretoken" value="[redacted]">'
        '<input value="[redacted]" name=\'password\'><a href="/cb?code=[redacted]&amp;state=x">on</a>'
        '<dd class="mono" data-secret>[redacted]</dd><input name="title" value="abc">'
    )


def test_a_saml_assertion_keeps_its_words_and_loses_its_signature():
    xml = b"<saml:Assertion><ds:SignatureValue>c2lnbmVk</ds:SignatureValue><NameID>alice</NameID></saml:Assertion>"
    for encode, name in ((base64.urlsafe_b64encode, "subject_token"), (base64.b64encode, "SAMLResponse")):
        value = encode(xml).decode()
        body = shown(body=f"{name}={quote(value, safe='')}")["xaa.request.body"]
        left = base64.urlsafe_b64decode(unquote(body.partition("=")[2]).replace("+", "-").replace("/", "_") + "==")
        assert left == xml.replace(b"c2lnbmVk", b"[signature]")


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", "", FORM, "text/html"])
def test_a_jwt_is_found_wherever_it_stands(kind):
    jwt = a_jwt()
    found = shown(body=f"see {jwt}, and so on", kind=kind, target=f"/x/{jwt}")
    assert found["xaa.request.body"] == f"see {without_signature(jwt)}, and so on"
    assert found["xaa.request.target"] == f"/x/{without_signature(jwt)}"


def test_a_form_that_calls_itself_something_else_has_the_same_secrets():
    assert (
        shown(body="client_secret=abc&a=b", kind="text/plain")["xaa.request.body"]
        == "client_secret=[redacted]&a=b"
    )


def test_the_secrets_of_this_process_are_found_by_their_value(monkeypatch):
    monkeypatch.setenv("SOMEBODYS_CLIENT_SECRET", "a-secret-of-this-process")
    assert shown(body="x a-secret-of-this-process y", kind="text/plain")["xaa.request.body"] == "x [redacted] y"


def test_a_long_body_is_cut_and_its_size_told():
    found = shown(status=200, answer="a" * (LIMIT * 3), answer_kind="text/plain")
    assert (len(found["xaa.response.body"]), found["xaa.response.size"]) == (LIMIT, LIMIT * 3)


def test_no_half_secret_stands_at_the_cut():
    body = "a" * (LIMIT - 20) + "&client_secret=" + "s3cret" * 1000
    assert "s3cret" not in shown(body=body)["xaa.request.body"]
    jwt = a_jwt(padding="x" * 1000)
    assert jwt[-10:] not in shown(body="a" * (LIMIT - 500) + jwt, kind="text/plain")["xaa.request.body"]


def test_what_is_no_text_is_told_in_base64():
    assert shown(body=b"\xff\x00", kind="image/png")["xaa.request.body"] == "base64:/wA="
