"""Writing into the system log."""

from typing import Any

from idp_mock import clock
from idp_mock.directory.models import Enterprise
from idp_mock.systemlog.models import EVENT_ID_JAG, Event
from idp_mock.systemlog.record import record


def event(acme: Enterprise, **override: Any) -> Event:
    return Event(
        **({"enterprise": acme, "at": clock.now(), "event_type": EVENT_ID_JAG, "outcome": "denied"} | override)
    )


def test_it_is_one_statement(acme: Enterprise, django_assert_num_queries: Any) -> None:
    entry = event(acme)
    with django_assert_num_queries(1):
        record(entry)


def test_a_long_parameter_is_cut_and_loses_no_row(acme: Enterprise) -> None:
    long = "x" * 100_000
    kept = record(event(acme, audience=long, scope_asked=long, resource=long, reason=long))
    kept.refresh_from_db()
    assert kept.audience == "x" * 500
    assert kept.reason == "x" * 300


def test_it_outlives_what_it_names(acme: Enterprise) -> None:
    kept = record(event(acme, requesting_app_name="Agent0", person_name="Alice Anders", resource_app_name="Todo0"))
    acme.resource_apps.all().delete()
    acme.apps.all().delete()
    kept.refresh_from_db()
    assert (kept.requesting_app_name, kept.person_name, kept.resource_app_name) == (
        "Agent0",
        "Alice Anders",
        "Todo0",
    )
