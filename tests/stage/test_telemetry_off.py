"""Without the stage nothing of this exists: OpenTelemetry is not even imported."""

import os
import subprocess
import sys

import pytest

from stage.kit import telemetry
from stage.kit.telemetry.setup import build_exporter

ENTRY_POINTS = ["agent0.wsgi", "todo0.wsgi", "todo0.mcp.asgi", "idp_mock.wsgi", "agent0.celery"]
LOADED = "import sys, {}; print(sorted(name for name in sys.modules if name.startswith('opentelemetry.sdk')))"


@pytest.mark.parametrize("entry_point", ENTRY_POINTS)
def test_no_entry_point_loads_it_with_the_stage_off(entry_point):
    party = entry_point.partition(".")[0]
    environment = {**os.environ, "STAGE": "0", "STAGE_KEY": "a-key-all-the-same"}
    environment["DJANGO_SETTINGS_MODULE"] = f"{party}.settings"
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(entry_point)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n", done.stdout


def test_every_function_does_nothing():
    def application():
        return None

    telemetry.start("web")
    assert not telemetry.is_on()
    assert telemetry.record(application) is application
    assert telemetry.record_asgi(application) is application
    assert (telemetry.current_trace_id(), telemetry.current_traceparent()) == ("", "")
    telemetry.link_to(f"00-{'ab' * 16}-{'cd' * 8}-01")
    with telemetry.going_on_from(f"00-{'ab' * 16}-{'cd' * 8}-01"):
        assert telemetry.current_trace_id() == ""


@pytest.mark.parametrize(
    ("endpoint", "url", "has_key"),
    [
        ("", "http://localhost:8000/v1/traces", True),
        ("http://localhost:8000/", "http://localhost:8000/v1/traces", True),
        ("http://localhost:4318", "http://localhost:4318/v1/traces", False),
        ("http://jaeger:4318", "http://jaeger:4318/v1/traces", False),
        ("https://collector.example/otlp", "https://collector.example/otlp/v1/traces", False),
    ],
)
def test_the_stages_key_goes_to_the_stage_alone(monkeypatch, endpoint, url, has_key):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    exporter = build_exporter("the-stages-key")
    assert exporter._endpoint == url
    assert ("the-stages-key" in str(exporter._client._headers)) is has_key
