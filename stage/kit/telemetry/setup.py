"""OpenTelemetry put together for one process: provider, exporter, instrumentation of Django, requests and Celery.

In the flow: ``start`` calls this once, before the application is built, since Django's instrumentation is a
middleware. Evidence goes to ``OTEL_EXPORTER_OTLP_ENDPOINT``, or to the stage, and the stage's key to nobody else.

Deliberately does not: sample, on anybody's word, or hand on ``tracestate`` and baggage.
"""

import logging
import os
from functools import partial
from typing import Final

import requests
from django.conf import settings
from opentelemetry import trace
from opentelemetry.exporter.http.transport._urllib3 import Urllib3HTTPTransport
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.propagate import set_global_textmap
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from stage.kit import addresses, env
from stage.kit.telemetry import outgoing, verdicts, wsgi
from stage.kit.telemetry.finish import Finisher
from stage.kit.telemetry.outbox import Outbox
from stage.kit.telemetry.paths import AS_PATTERNS
from stage.kit.telemetry.spans import Spans

TIMEOUT: Final = 2.0
STABLE_NAMES: Final = {"OTEL_SEMCONV_STABILITY_OPT_IN": "http"}  # those of HTTP, and the former ones no more


def install(place: str, instance: str, *, stage_key: str) -> Spans:
    os.environ.update(STABLE_NAMES)
    spans = Spans(Outbox(build_exporter(stage_key), Finisher()))
    provider = TracerProvider(
        resource=Resource({"service.name": place, "service.instance.id": instance}), sampler=ALWAYS_ON
    )
    provider.add_span_processor(spans)
    trace.set_tracer_provider(provider)
    set_global_textmap(TraceContextTextMapPropagator())
    DjangoInstrumentor().instrument(
        request_hook=partial(wsgi.on_django_request, spans),
        response_hook=partial(wsgi.on_django_response, spans),
        excluded_urls=AS_PATTERNS,
        # It asks for the host, which under a name that is not ours is an error: static files come before that.
        middleware_position=settings.MIDDLEWARE.index("whitenoise.middleware.WhiteNoiseMiddleware") + 1,
    )
    RequestsInstrumentor().instrument(
        request_hook=partial(outgoing.on_request, spans), response_hook=partial(outgoing.on_response, spans)
    )
    if hasattr(settings, "CELERY_BROKER_URL"):
        from opentelemetry.instrumentation.celery import CeleryInstrumentor

        CeleryInstrumentor().instrument()
    verdicts.listen()
    return spans


def build_exporter(stage_key: str) -> OTLPSpanExporter:
    """To the stage, or to the collector that the environment names; that one never sees the stage's key."""
    logging.getLogger("opentelemetry.exporter.otlp").setLevel(logging.CRITICAL)  # the outbox says it, once
    endpoint = env.url("OTEL_EXPORTER_OTLP_ENDPOINT", addresses.STAGE_URL).rstrip("/")
    url = f"{endpoint}/v1/traces"
    if endpoint == addresses.STAGE_URL:
        headers = {"Authorization": f"Bearer {stage_key}"}
        # The lighter of the SDK's two ways out: what is told in passing must not cost what is told.
        return OTLPSpanExporter(url, headers=headers, timeout=TIMEOUT, _transport=Urllib3HTTPTransport())
    session = requests.Session()
    session.trust_env = False  # no proxy sees evidence
    return OTLPSpanExporter(url, timeout=TIMEOUT, session=session)
