"""The cast: the same people in the seed, the pages, the tests and the docs.

DEMO ONLY: passwords stand in source because these people do not exist. A real directory has neither
known passwords nor a persona picker.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """One seeded employee. ``sub`` is her subject at her enterprise's IdP; ``email`` is never a key."""

    key: str
    name: str
    enterprise: str
    email: str
    sub: str
    groups: tuple[str, ...]
    password: str
    blurb: str
    is_admin: bool = False
    has_todo0_account: bool = False
    is_todo0_staff: bool = False


ALICE = Person(
    key="alice",
    name="Alice Anders",
    enterprise="acme",
    email="alice@acme.example",
    sub="00u1alice",
    groups=("sales",),
    password="alice-demo-only",
    has_todo0_account=True,
    blurb="Sales. Uses Todo0, and may let Agent0 act for her there.",
)
BOB = Person(
    key="bob",
    name="Bob Brandt",
    enterprise="acme",
    email="bob@acme.example",
    sub="00u2bob",
    groups=("engineering",),
    password="bob-demo-only",
    has_todo0_account=True,
    blurb="Engineering. Uses Todo0, but Acme's policy does not let Agent0 act for him.",
)
CAROL = Person(
    key="carol",
    name="Carol Castro",
    enterprise="acme",
    email="carol@acme.example",
    sub="00u3carol",
    groups=("it",),
    password="carol-demo-only",
    is_admin=True,
    blurb="IT. Acme's admin: she decides which app may act for whom, where.",
)
DAN = Person(
    key="dan",
    name="Dan Dupont",
    enterprise="acme",
    email="dan@acme.example",
    sub="00u4dan",
    groups=("sales",),
    password="dan-demo-only",
    blurb="Contractor in Sales. Never signed in to Todo0, so he has no account there.",
)
EVE = Person(
    key="eve",
    name="Eve Ekström",
    enterprise="acme",
    email="eve@acme.example",
    sub="00u5eve",
    groups=("interns",),
    password="eve-demo-only",
    blurb="Runs Evil0, a registered app that nobody connected to Todo0.",
)
GLOBEX_ALICE = Person(
    key="alice-globex",
    name="Alice Adeyemi",
    enterprise="globex",
    email="alice@globex.example",
    sub="00u1alice",
    groups=("sales",),
    password="alice-globex-demo-only",
    is_admin=True,
    blurb="Another Alice, and her enterprise's admin. Todo0 does not trust it until somebody connects the two.",
)

TOVE = Person(
    key="tove",
    name="Tove Tamm",
    enterprise="todo0-inc",
    email="tove@todo0.example",
    sub="00u9tove",
    groups=("it",),
    password="tove-demo-only",
    is_admin=True,
    has_todo0_account=True,
    is_todo0_staff=True,
    blurb="Runs Todo0 at Todo0 Inc.: she decides which IdPs and which clients it trusts.",
)

PEOPLE = (ALICE, BOB, CAROL, DAN, EVE, GLOBEX_ALICE, TOVE)
BY_KEY = {person.key: person for person in PEOPLE}
