"""An entry of this log as Okta's System Log would hold it, so that what reads one reads the other.

Most event types here are Okta's own. A policy is a matrix here and rules there, so its changes have the nearest
name, and the page says so.

Deliberately does not: claim more than the names. The numbered checks have no place in Okta's events; they are in
``debugContext``, where Okta puts what has no field.
"""

from typing import Any

from idp_mock.systemlog.entries import Entry


def describe_event(entry: Entry) -> dict[str, Any]:
    """The members of Okta's ``LogEvent`` that this log has something for."""
    event, is_allowed = entry.event, entry.event.outcome == "allowed"
    person = party("User", event.person_sub, event.person_name)
    by = party("User", event.by_sub, event.by_name)
    app = party("AppInstance", event.requesting_client_id, event.requesting_app_name)
    target = party("AppInstance", event.audience, event.resource_app_name)
    return {
        "uuid": str(event.pk),
        "published": event.at.isoformat().replace("+00:00", "Z"),
        "eventType": entry.in_okta,
        "displayMessage": entry.sentence,
        "severity": "INFO" if is_allowed else "WARN",
        "outcome": {"result": "SUCCESS" if is_allowed else "FAILURE", "reason": event.reason or None},
        "actor": by or person or app,
        "target": [found for found in (person if by else None, app, target) if found],
        "client": {
            "ipAddress": event.request.get("address"),
            "userAgent": {"rawUserAgent": event.request.get("user_agent")},
        },
        "debugContext": {"debugData": describe_rest(entry)},
    }


def describe_rest(entry: Entry) -> dict[str, Any]:
    event = entry.event
    rest = {
        "eventTypeHere": event.event_type,
        "requestUri": event.request.get("path"),
        "traceId": event.request.get("trace"),
        "error": event.error,
        "refusedBy": event.refused_by,
        "scopeAsked": event.scope_asked,
        "scopeGranted": event.scope_granted,
        "resource": event.resource,
        "jti": event.jti,
        "checks": event.checks,
    }
    return {name: value for name, value in rest.items() if value}


def party(kind: str, identifier: str, name: str) -> dict[str, str] | None:
    return {"type": kind, "id": identifier, "displayName": name} if identifier or name else None
