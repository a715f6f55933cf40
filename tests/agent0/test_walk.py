"""The whole Agent0, walked as everybody of two enterprises and as nobody."""

import logging
from collections.abc import Iterator
from unittest.mock import patch

import pytest
import responses
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from agent0.jobs.tasks import revoke_token, run_job
from stage.door.demo_env import client_key
from tests.agent0.walk_world import CAST, fill, owner_of, publish_idps
from tests.walk.everybody import *  # noqa: F403
from tests.walk.ledger import Ledger
from tests.walk.tour import Tour
from tests.walk.walker import Walk
from xaa.signin import conf

pytestmark = pytest.mark.django_db

SIGN_IN = (r"/\?next=", r"http://localhost:8003/acme/authorize\?")
SIGN_IN_PAGE = "where one signs in, and comes back from it"
SIGN_OUT = "where a sign-out is confirmed and ends, also for whoever is signed out already"
OPEN_TO_ALL = {
    "health": "for whoever watches over the process",
    "": "the front page, where one signs in",
    "client-metadata.json": "what Agent0 says of itself to servers that know it by this address",
    "signin/start": SIGN_IN_PAGE,
    "signin/callback": SIGN_IN_PAGE,
    "signin/logout": SIGN_OUT,
    "signin/logged-out": SIGN_OUT,
    "signin/backchannel-logout": "for IdPs; it refuses whatever is no logout token of one that is trusted",
}
NOISE = {"django_session": "a browser's session, which is looked up by its cookie alone"}
LOGS = {"tokens_retiredtoken": "tokens of a sign-in that ended, sealed for nobody, on their way to be revoked"}
LEADS_OUT = {"signin/start": "it leads to the IdP of the enterprise that was named in the request"}


@pytest.fixture(scope="module")
def tour(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Tour]:
    """As a product (``STAGE`` off), because the demo's front page names the cast on purpose."""
    logging.disable(logging.CRITICAL)  # hundreds of refusals, each with a line
    conf.issuer_directory.cache_clear()
    wire = responses.RequestsMock(assert_all_requests_are_fired=False)
    changed = {"XAA_ALLOW_PRIVATE_ADDRESSES": True, "STAGE": False, "CLIENT_KEY": client_key()}
    open_network = override_settings(**changed)
    broker = patch.object(run_job, "apply_async"), patch.object(revoke_token, "apply_async")
    with django_db_blocker.unblock(), transaction.atomic(), wire, open_network, broker[0], broker[1]:
        publish_idps(wire)
        words, visitors = fill()
        walk = Walk(Ledger(words, {}), NOISE, LOGS, LEADS_OUT)
        yield Tour(walk, visitors, OPEN_TO_ALL, SIGN_IN).run()
        transaction.set_rollback(True)
    conf.issuer_directory.cache_clear()
    logging.disable(logging.NOTSET)


@pytest.mark.spec("SEC-37")
def test_no_answer_to_anybody_holds_a_word_of_another_enterprise_or_person(tour: Tour) -> None:
    assert tour.leaks == []


def test_what_was_looked_for_is_there_and_its_owners_see_it(tour: Tour) -> None:
    """The good twin: each word was read by whom it is meant for, so that a leak would have been found."""
    for person in CAST:
        assert tour.seen[person.key] == {person.enterprise, owner_of(person)}
        assert tour.changed[person.key] > 0
