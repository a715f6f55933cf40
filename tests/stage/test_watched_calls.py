"""What this process sends, watched: the instrumentation of requests, given whole exchanges by ``xaa.http``."""

import json
from functools import partial

import pytest
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.instrumentation.utils import suppress_instrumentation

from stage.kit.telemetry import outgoing
from stage.kit.telemetry.setup import STABLE_NAMES
from tests.stage.telemetry_side import Recording
from tests.xaa.far_side import far_side, send
from xaa.http import HttpFailure, OutgoingHttp


@pytest.fixture
def recording(monkeypatch):
    for name, value in STABLE_NAMES.items():
        monkeypatch.setenv(name, value)
    made = Recording()
    RequestsInstrumentor().instrument(
        tracer_provider=made.provider,
        request_hook=partial(outgoing.on_request, made.spans),
        response_hook=partial(outgoing.on_response, made.spans),
    )
    yield made
    RequestsInstrumentor().uninstrument()
    made.outbox.close()


def test_it_notes_what_went_out_and_what_came_back(recording):
    asked = []

    def answer(handler):
        asked.append((handler.path, handler.headers.items()))
        send(handler, b'{"access_token": "opaque-1", "a": 1}', X_One="1")

    with far_side(answer) as url:
        form = {"client_secret": "s3cret", "scope": "todos.read todos.write"}
        answered = OutgoingHttp(allow_private=True).post_form(f"{url}/token?x=1", form)
    assert answered.json() == {"access_token": "opaque-1", "a": 1}
    [span] = recording.told()
    found = span.attributes
    [(path, headers)] = asked
    assert found["xaa.request.target"] == path == "/token?x=1"
    assert json.loads(found["xaa.request.headers"]) == [list(pair) for pair in headers]
    assert found["xaa.request.body"] == "client_secret=[redacted]&scope=todos.read+todos.write"
    assert found["xaa.request.size"] == len("client_secret=s3cret&scope=todos.read+todos.write")
    assert (found["xaa.response.status"], ["X-One", "1"] in json.loads(found["xaa.response.headers"])) == (
        200,
        True,
    )
    assert found["xaa.response.body"].startswith('{"access_token": "[redacted AT-')
    assert "opaque-1" not in str(span.to_json())
    assert f"{span.context.trace_id:032x}" in dict(headers)["traceparent"]


@pytest.mark.parametrize(("limit", "status"), [(10, None), (1000, 200)])
def test_an_answer_that_is_refused_has_no_status_and_one_that_is_taken_has(recording, limit, status):
    with far_side(lambda handler: send(handler, b"a" * 100)) as url:
        http = OutgoingHttp(allow_private=True, max_bytes=limit)
        if status is None:
            with pytest.raises(HttpFailure):
                http.get(url)
        else:
            http.get(url)
    [span] = recording.told()
    assert span.attributes.get("xaa.response.status") == status
    assert span.attributes["xaa.request.target"] == "/"
    assert span.attributes.get("error.type") == (None if status else "HttpFailure")


def test_a_far_side_that_does_not_answer_is_told_without_its_words(recording):
    with pytest.raises(HttpFailure):
        OutgoingHttp(allow_private=True, timeout=1).get("http://localhost:9/?code=s3cret")
    [span] = recording.told()
    assert span.attributes["xaa.request.target"] == "/?code=[redacted]"
    assert span.attributes["error.type"] == "ConnectionError"
    assert "s3cret" not in span.to_json()
    assert "exception.message" not in span.to_json()


def test_telling_is_not_told_of(recording):
    with far_side(lambda handler: send(handler, b"")) as url, suppress_instrumentation():
        OutgoingHttp(allow_private=True).get(url)
    assert recording.told() == []
