"""A WSGI application, watched: what it read and gave is noted, and nothing about it is changed."""

import json
from io import BytesIO

import pytest
from django.http import HttpResponse

from stage.kit.telemetry import wsgi
from stage.kit.telemetry.traceparent import read
from tests.stage.telemetry_side import Recording

TRACE = f"00-{'ab' * 16}-{'cd' * 8}-01"


class Request:
    def __init__(self, environ):
        self.META = environ


@pytest.fixture
def recording():
    made = Recording()
    yield made
    made.outbox.close()


def serve(recording, application, **environ):
    """As a server does, with a span around the application as Django's instrumentation makes it."""
    sent = {"REQUEST_METHOD": "GET", "PATH_INFO": "/chat", "QUERY_STRING": "", "wsgi.input": BytesIO(), **environ}
    answered = []

    def instrumented(environ, start_response):
        with recording.tracer.start_as_current_span("GET") as span:
            wsgi.on_django_request(recording.spans, span, Request(environ))
            body = application(environ, start_response)
            wsgi.on_django_response(recording.spans, span, Request(environ), HttpResponse())
            return body

    body = wsgi.watched(instrumented)(sent, lambda *started: answered.append(started))
    whole = b"".join(body)
    if close := getattr(body, "close", None):
        close()
    return answered[0][0], answered[0][1], whole


def answer_with(body, *, status="200 OK", read=lambda body: body.read()):
    def application(environ, start_response):
        read(environ["wsgi.input"])
        start_response(status, [("Content-Type", "text/plain")])
        return body

    return application


def test_it_notes_what_was_read_and_given(recording):
    status, headers, body = serve(
        recording,
        answer_with([b"one", b" two"], status="201 Created"),
        REQUEST_METHOD="POST",
        PATH_INFO="/a b/\u00c3\u00a9",
        QUERY_STRING="x=%41&y",
        CONTENT_TYPE="text/plain; charset=utf-8",
        CONTENT_LENGTH="4",
        HTTP_X_ONE="1",
        **{"wsgi.input": BytesIO(b"sent")},
    )
    assert (status, headers, body) == ("201 Created", [("Content-Type", "text/plain")], b"one two")
    [span] = recording.told()
    found = span.attributes
    assert found["xaa.request.target"] == "/a%20b/%C3%A9?x=%41&y"
    assert json.loads(found["xaa.request.headers"]) == [
        ["Content-Type", "text/plain; charset=utf-8"],
        ["Content-Length", "4"],
        ["X-One", "1"],
    ]
    assert (found["xaa.request.body"], found["xaa.request.size"]) == ("sent", 4)
    assert json.loads(found["xaa.response.headers"]) == [["Content-Type", "text/plain"]]
    assert (found["xaa.response.status"], found["xaa.response.body"], found["xaa.response.size"]) == (
        201,
        "one two",
        7,
    )


@pytest.mark.parametrize(
    "read",
    [
        lambda body: [body.read(3), body.read()],
        lambda body: [body.readline(), body.read()],
        lambda body: body.readlines(),
        list,
    ],
)
def test_it_notes_a_body_however_it_is_read(recording, read):
    serve(recording, answer_with([b""], read=read), **{"wsgi.input": BytesIO(b"one\ntwo\n")})
    assert recording.told()[0].attributes["xaa.request.body"] == "one\ntwo\n"


def test_a_stream_is_told_when_it_has_ended(recording):
    started = []

    def stream():
        started.append(len(recording.collector.spans))
        yield b"one"
        assert recording.outbox.flush(1)
        started.append(len(recording.collector.spans))
        yield b"two"

    assert serve(recording, answer_with(stream()))[2] == b"onetwo"
    assert started == [0, 0]
    assert recording.told()[0].attributes["xaa.response.body"] == "onetwo"


def test_closing_reaches_the_application(recording):
    closed = []

    class Streamed(list):
        def close(self):
            closed.append(True)

    serve(recording, answer_with(Streamed([b"x"])))
    assert closed == [True]


@pytest.mark.parametrize("path", ["/static/kit/house.css", "/health", "/-/stage/state"])
def test_what_is_no_part_of_the_flow_passes_untouched(recording, path):
    body = [b"x"]
    seen = {}

    def application(environ, start_response):
        seen.update(environ)
        return body

    source = BytesIO()
    assert wsgi.watched(application)({"PATH_INFO": path, "wsgi.input": source}, None) is body
    assert seen["wsgi.input"] is source


def test_the_environment_of_the_process_is_no_header(recording, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://user:password@proxy")
    serve(recording, answer_with([b""]), HTTP_PROXY="http://user:password@proxy", HTTP_HOST="localhost")
    assert json.loads(recording.told()[0].attributes["xaa.request.headers"]) == [["Host", "localhost"]]


def test_a_failing_application_fails_as_before(recording):
    def application(environ, start_response):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        serve(recording, application)


# The trace of a person's way


def carried(headers):
    return [value.partition(";")[0] for name, value in headers if name == "Set-Cookie"]


@pytest.mark.parametrize("path", ["/signin/start", "/signin/callback", "/acme/authorize", "/acme/login"])
def test_a_step_of_a_sign_in_goes_on_with_the_trace_of_its_cookie(recording, path):
    seen = {}
    environ = {"PATH_INFO": path, "HTTP_COOKIE": f"other=1; xaa_trace={TRACE}"}
    serve(recording, lambda environ, start: seen.update(environ) or answer_with([b""])(environ, start), **environ)
    assert seen["HTTP_TRACEPARENT"] == TRACE


@pytest.mark.parametrize(
    ("path", "cookie"),
    [
        ("/chat", f"xaa_trace={TRACE}"),
        ("/", f"xaa_trace={TRACE}"),
        ("/acme/admin/policy", f"xaa_trace={TRACE}"),
        ("/acme/authorize", "xaa_trace=00-0-0-0"),
        ("/acme/authorize", f"xaa_trace={TRACE}, a\\;b=\x01"),
        ("/acme/authorize", f"xaa_trace=00-{'0' * 32}-{'cd' * 8}-01"),
        ("/acme/authorize", ""),
    ],
)
def test_nothing_else_does(recording, path, cookie):
    seen = {}
    environ = {"PATH_INFO": path, "HTTP_COOKIE": cookie, "HTTP_TRACESTATE": "a=b"}
    serve(recording, lambda environ, start: seen.update(environ) or answer_with([b""])(environ, start), **environ)
    assert "HTTP_TRACEPARENT" not in seen
    assert "HTTP_TRACESTATE" not in seen


def test_a_traceparent_is_believed_before_a_cookie(recording):
    seen = {}
    other = f"00-{'ef' * 16}-{'cd' * 8}-01"
    environ = {"PATH_INFO": "/acme/authorize", "HTTP_COOKIE": f"xaa_trace={TRACE}", "HTTP_TRACEPARENT": other}
    serve(recording, lambda environ, start: seen.update(environ) or answer_with([b""])(environ, start), **environ)
    assert seen["HTTP_TRACEPARENT"] == other


def test_agent0s_open_front_begins_a_trace(recording, settings):
    settings.PLACE = "agent0"
    _, headers, _ = serve(recording, answer_with([b""]), PATH_INFO="/")
    [cookie] = carried(headers)
    [span] = recording.told()
    assert read(cookie.removeprefix("xaa_trace=")).trace_id == span.context.trace_id
    assert json.loads(span.attributes["xaa.response.headers"])[1] == [
        "Set-Cookie",
        "xaa_trace=[redacted]; HttpOnly; Max-Age=600; Path=/; SameSite=Lax",
    ]


def test_a_front_that_leads_on_or_is_anothers_begins_none(recording, settings):
    settings.PLACE = "agent0"
    assert carried(serve(recording, answer_with([b""], status="302 Found"), PATH_INFO="/")[1]) == []
    settings.PLACE = "todo0"
    assert carried(serve(recording, answer_with([b""]), PATH_INFO="/")[1]) == []


def test_a_sign_in_that_starts_without_a_trace_begins_one_and_its_callback_ends_it(recording):
    assert carried(serve(recording, answer_with([b""]), PATH_INFO="/signin/start")[1])[0].startswith(
        "xaa_trace=00-"
    )
    with_cookie = {"HTTP_COOKIE": f"xaa_trace={TRACE}"}
    assert carried(serve(recording, answer_with([b""]), PATH_INFO="/signin/start", **with_cookie)[1]) == []
    ended = serve(recording, answer_with([b""]), PATH_INFO="/signin/callback", **with_cookie)[1]
    assert [value for name, value in ended if name == "Set-Cookie"] == [
        "xaa_trace=; HttpOnly; Max-Age=0; Path=/; SameSite=Lax"
    ]


def test_under_https_the_cookie_goes_over_tls_alone(recording, settings):
    settings.PLACE, settings.SESSION_COOKIE_SECURE = "agent0", True
    headers = serve(recording, answer_with([b""]), PATH_INFO="/")[1]
    assert headers[-1][1].endswith("; Secure")
