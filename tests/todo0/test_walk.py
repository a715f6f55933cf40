"""The whole Todo0, walked as everybody of two customers, a third to be, its staff, as their apps and as nobody."""

import logging
from collections.abc import Iterator

import pytest
import responses
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from tests.todo0.setup_side import FarSide
from tests.todo0.walk_world import browsers, connect_everybody, programs, publish_idps
from tests.walk.everybody import *  # noqa: F403
from tests.walk.ledger import Ledger
from tests.walk.tour import Tour
from tests.walk.walker import Walk
from todo0.federation import discovery
from todo0.self_service import domain_proof
from todo0.self_service.models import Invitation
from xaa.jwt_bearer import trust

pytestmark = pytest.mark.django_db

SIGN_IN = (
    r"/\?next=",
    r"/signin/start\?connection=todo0-inc&next=%2Fadmin%2F",
    r"http://localhost:8003/todo0-inc/authorize\?",
)
METADATA = "metadata, which is there to be found by whoever wants to come in (RFC 8414 §3, RFC 9728 §3)"
CLIENTS = "for clients; it refuses whoever is none (RFC 6749 §5.2)"
SIGN_IN_PAGE = "where one signs in, and comes back from it"
SIGN_OUT = "where a sign-out is confirmed and ends, also for whoever is signed out already"
OPEN_TO_ALL = {
    "health": "for whoever watches over the process",
    "": "the front page, which names no customer without the stage",
    ".well-known/oauth-protected-resource/api": METADATA,
    ".well-known/oauth-authorization-server": METADATA,
    "api/openapi.json": "how the API is called, the same for everybody",
    "oauth/jwks": "the public halves of the keys (RFC 7517 §5)",
    "oauth/token": CLIENTS,
    "oauth/revoke": CLIENTS,
    "oauth/introspect": CLIENTS,
    "signin/start": SIGN_IN_PAGE,
    "signin/callback": SIGN_IN_PAGE,
    "signin/logout": SIGN_OUT,
    "signin/logged-out": SIGN_OUT,
    "signin/backchannel-logout": "for IdPs; it refuses whatever is no logout token of one that is trusted",
    "admin": "adds the slash, and no more",
}
NOISE = {
    "django_session": "a browser's session, which is looked up by its cookie alone",
    "xaa_throttle_failedattempts": "counts whoever guesses at secrets and links",
    "xaa_throttle_bucket": "counts redemptions, and calls that a setup causes",
}
LOGS = {
    "assertions_redemption": "tells Todo0 of every ID-JAG that a client brought, also in vain",
    "xaa_jwt_bearer_redeemedidjag": "the ID-JAGs that count no more, by a hash",
}


@pytest.fixture(scope="module")
def tour(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Tour]:
    """As a product (``STAGE`` off), because the demo's front page names every customer on purpose."""
    logging.disable(logging.CRITICAL)  # thousands of refusals, each with a line
    cached = (discovery.outgoing, domain_proof.outgoing, trust.load_directory)
    for one in cached:
        one.cache_clear()
    open_network = override_settings(XAA_ALLOW_PRIVATE_ADDRESSES=True, JWT_BEARER_ALLOW_PRIVATE_ADDRESSES=True)
    wire = responses.RequestsMock(assert_all_requests_are_fired=False)
    with django_db_blocker.unblock(), transaction.atomic(), wire, open_network:
        publish_idps(wire)
        far_side = FarSide(wire)
        far_side.publish()
        words, users = connect_everybody(timezone.now())
        people = list(browsers(users, far_side))
        apps, tried = programs()
        roots = {"initech": list(Invitation.objects.all())}
        walk = Walk(Ledger(words, roots), NOISE, LOGS)
        with override_settings(STAGE=False):
            yield Tour(walk, [*people, *apps], OPEN_TO_ALL, SIGN_IN, tuple(tried)).run()
        transaction.set_rollback(True)
    for one in cached:
        one.cache_clear()
    logging.disable(logging.NOTSET)


@pytest.mark.spec("SEC-37", "SR-18")
def test_no_answer_to_anybody_holds_a_word_of_another_customer_or_of_another_persons_todos(tour: Tour) -> None:
    assert tour.leaks == []


def test_what_was_looked_for_is_there_and_its_owners_see_it(tour: Tour) -> None:
    """The good twin: each word was read by whom it is meant for, so that a leak would have been found."""
    own = {"alice": "acme/alice", "alice-globex": "globex/alice", "bob": "acme/bob"}
    for name, owner in own.items():
        hers = {owner, f"{owner}'s todos"}
        assert hers <= tour.seen[name] <= hers | {owner.partition("/")[0]}
    for name in ("alice", "alice-globex"):
        assert f"{own[name]}'s todos" in tour.seen[f"Agent0 for {name}"]
    assert tour.seen["initech's admin"] == {"initech"}
    staff_reads = {owner for owner in tour.walk.ledger.words if "todos" not in owner}
    assert tour.seen["tove"] - {"todo0-inc/tove's todos"} == staff_reads
    assert min(tour.changed[name] for name in ("alice", "alice-globex", "bob", "tove", "initech's admin")) > 0
