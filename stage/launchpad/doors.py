"""The launchpad's three doors, Watch, Learn and Test, and what each person of the cast is good for.

In the flow nothing: these are the ways into it, one list for each of the three who come here, the presenter, the
trainee and the integrator. The first way of a door is the door's own.

Deliberately does not: name an address that is written down here. Each is made from where the parties are.
"""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from stage.kit import addresses, people
from stage.kit.people import PEOPLE, Person
from stage.kit.registry.faults import load_faults


@dataclass(frozen=True)
class Way:
    words: str
    url: str


@dataclass(frozen=True)
class Door:
    name: str
    promise: str
    icon: str
    ways: tuple[Way, ...]

    @property
    def url(self) -> str:
        return self.ways[0].url


POLICY: Final = f"{addresses.IDP_URL}/acme/admin/policy"
AGENT0: Final = f"{addresses.AGENT0_URL}/?start=first-flight"
THIEF: Final = "F06"


def list_doors(*, idp_is_ours: bool) -> tuple[Door, ...]:
    """With an IdP of somebody else's (docs/okta.md) nothing leads to ours, which does not run."""
    watch = (
        Way("Split view: Agent0 beside everybody else", reverse("show")),
        Way("The newest flow, message by message", reverse("recorder-latest")),
        Way("The presenter's card, for a second screen", reverse("presenter")),
    )
    learn = [
        Way("How it works, in six frames", reverse("how-it-works")),
        Way(f"Break it: {len(load_faults())} faults, and the check that objects", reverse("break")),
    ]
    if idp_is_ours:
        learn.append(Way("Be the admin: switch Agent0 off at Acme", POLICY))
    test = (
        Way("Token desk: what Todo0 would say to any JWT", reverse("recorder-desk")),
        Way("Compare a good flow with a broken one", reverse("recorder-compare")),
        Way("For your own app: addresses and client ids", f"{addresses.AGENT0_URL}/developer"),
    )
    return (
        Door("Watch", "The whole flow, told before an audience.", "icons/play.svg", watch),
        Door("Learn", "What each step is for, and who stops a cheat.", "icons/book.svg", tuple(learn)),
        Door("Test", "Hold a token or an app of yours against it.", "icons/flask.svg", test),
    )


def list_people() -> list[tuple[Person, Way]]:
    """Each with what she shows best, at the page where it begins."""
    trials = {
        people.ALICE.key: Way("Ask Agent0 for a todo", AGENT0),
        people.BOB.key: Way("Ask Agent0: blocked by Acme", AGENT0),
        people.CAROL.key: Way("Switch Agent0 off, and ask again as Alice", POLICY),
        people.DAN.key: Way("Ask Agent0: no account at Todo0", AGENT0),
        people.EVE.key: Way("Steal Alice's ID-JAG", reverse("break-one", args=[THIEF])),
        people.GLOBEX_ALICE.key: Way("Look at Globex's own policy", f"{addresses.IDP_URL}/globex/admin/policy"),
        people.TOVE.key: Way("Decide whose word Todo0 takes", f"{addresses.TODO0_URL}/admin/"),
    }
    return [(person, trials[person.key]) for person in PEOPLE]
