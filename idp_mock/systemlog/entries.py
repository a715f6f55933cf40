"""A system log entry in a sentence, for people who do not know Okta's event types by heart.

Deliberately does not: translate an event type it does not know. It shows the type, so that nothing is left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from idp_mock.directory.person_change import GROUP_ADD, GROUP_REMOVE
from idp_mock.signin import events
from idp_mock.systemlog.models import (
    EVENT_CONNECTION,
    EVENT_DOMAIN,
    EVENT_ID_JAG,
    EVENT_KEY_ANNOUNCED,
    EVENT_KEY_RETIRED,
    EVENT_KEY_ROTATION,
    EVENT_REFRESH_TOKEN,
    EVENT_RESOURCE_SERVER,
    EVENT_RESUME,
    EVENT_SECRET,
    EVENT_STOP,
    Event,
)

SENTENCES = {
    EVENT_ID_JAG: "{app} asked to act at {target}",
    EVENT_REFRESH_TOKEN: "{app} asked for a refresh token in return for an assertion",
    EVENT_CONNECTION: "changed {app} at {target}",
    EVENT_RESOURCE_SERVER: "changed {target} as a resource server",
    EVENT_STOP: "stopped all cross app access",
    EVENT_RESUME: "allowed cross app access again",
    EVENT_DOMAIN: "changed the file of the domain",
    EVENT_SECRET: "made a new secret for {app}",
    EVENT_KEY_ANNOUNCED: "announced a signing key",
    EVENT_KEY_ROTATION: "rotated the signing keys",
    EVENT_KEY_RETIRED: "retired a signing key",
    events.SESSION_START: "signed in here",
    events.SESSION_END: "signed out here",
    events.SECOND_FACTOR: "was asked for a second factor, for {app}",
    events.SIGN_IN_TO_APP: "signed in to {app}",
    events.APP_LOGOUT: "was to be signed out of {app}",
    events.PERSON_SUSPEND: "was suspended",
    events.PERSON_REACTIVATE: "is no longer suspended",
    GROUP_ADD: "joined a group",
    GROUP_REMOVE: "left a group",
    events.TOKEN_REUSE: "a used token of {app} came back",
}
NEAREST_IN_OKTA = {
    EVENT_CONNECTION: "policy.rule.update",
    EVENT_DOMAIN: "system.custom_url_domain.verify",
    EVENT_KEY_ANNOUNCED: EVENT_KEY_ROTATION,
    EVENT_KEY_RETIRED: EVENT_KEY_ROTATION,
}
"""What Okta has instead of an event type of ours. All others are Okta's own."""
KINDS = {
    "": ("Everything", ()),
    "id-jag": ("ID-JAGs", (EVENT_ID_JAG,)),
    "policy": (
        "Policy",
        (EVENT_CONNECTION, EVENT_RESOURCE_SERVER, EVENT_STOP, EVENT_RESUME, EVENT_DOMAIN),
    ),
    "keys": ("Keys and secrets", (EVENT_SECRET, EVENT_KEY_ANNOUNCED, EVENT_KEY_ROTATION, EVENT_KEY_RETIRED)),
    "people": (
        "People",
        (events.PERSON_SUSPEND, events.PERSON_REACTIVATE, GROUP_ADD, GROUP_REMOVE),
    ),
    "sign-in": (
        "Sign-ins",
        (
            events.SESSION_START,
            events.SESSION_END,
            events.SECOND_FACTOR,
            events.SIGN_IN_TO_APP,
            events.APP_LOGOUT,
            events.TOKEN_REUSE,
            EVENT_REFRESH_TOKEN,
        ),
    ),
}
CHANGES = tuple(event_type for kind in ("policy", "keys", "people") for event_type in KINDS[kind][1])
"""What admins did."""


@dataclass(frozen=True)
class Entry:
    event: Event
    sentence: str

    @property
    def in_okta(self) -> str:
        return NEAREST_IN_OKTA.get(self.event.event_type, self.event.event_type)

    @property
    def is_nearest(self) -> bool:
        return self.event.event_type in NEAREST_IN_OKTA

    @property
    def is_narrowed(self) -> bool:
        return any(verdict["outcome"] == "narrowed" for verdict in self.event.checks)


def tell(found: Iterable[Event]) -> list[Entry]:
    return [
        Entry(
            event,
            SENTENCES.get(event.event_type, event.event_type).format(
                app=event.requesting_app_name or "an app",
                target=event.resource_app_name or event.audience or "an audience it did not name",
            ),
        )
        for event in found
    ]
