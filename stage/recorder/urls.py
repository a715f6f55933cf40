"""The recorder's addresses, under ``/recorder``."""

from django.urls import path

from stage.recorder import comparing, desk, gate, history, live, strangers, tape, views
from stage.recorder.export import views as exports

urlpatterns = [
    path("", history.show_history, name="recorder"),
    path("compare", comparing.compare_traces, name="recorder-compare"),
    path("desk", desk.show_desk, name="recorder-desk"),
    path("gate", gate.show_gate, name="recorder-gate"),
    path("gate/news", gate.show_gate_news, name="recorder-gate-news"),
    path("live", live.show_live, name="recorder-live"),
    path("latest", views.show_latest, name="recorder-latest"),
    path("strangers", strangers.show_strangers, name="recorder-strangers"),
    path("tape", tape.show_tape, name="recorder-tape"),
    path("traces/<slug:trace_id>", views.show_trace, name="recorder-trace"),
    path("traces/<slug:trace_id>/live", live.show_news, name="recorder-live-trace"),
    path("traces/<slug:trace_id>/tokens", comparing.compare_tokens, name="recorder-tokens"),
    path("traces/<slug:trace_id>/print", exports.show_printable, name="recorder-print"),
    path("traces/<slug:trace_id>/export/<slug:form>", exports.export, name="recorder-export"),
]
