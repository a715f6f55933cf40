"""The whole stage, walked as nobody: it signs nobody in, and keeps nobody's rows apart.

DEMO ONLY, all of it, and with ``STAGE=0`` not there. What it records is redacted where it is recorded; here it is
held to answer, to change nothing when it is only looked at, and to keep its doors for programs shut.
"""

import logging
from collections.abc import Iterator

import pytest
import responses
from django.db import transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from tests.walk.ledger import Ledger
from tests.walk.tour import Tour
from tests.walk.walker import Visitor, Walk, is_refusal

pytestmark = pytest.mark.django_db

OPEN = {
    "": "the launchpad",
    "how-it-works": "what all this is",
    "health": "for whoever watches over the process",
    "v1": "where the parties' evidence arrives",
    "flights": "the presenter's",
    "show": "the presenter's",
    "presenter": "the presenter's",
    "preflight": "the presenter's",
    "break": "the presenter's",
    "world": "the buttons on every page, which need a ticket",
    "settings": "how somebody wants her pages, in her own cookies",
    "recorder": "what went over the wire, without its secrets, for the whole room",
}
"""By the first part of an address. Nothing else of the stage answers to anybody."""


@pytest.fixture(scope="module")
def tour(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Tour]:
    logging.disable(logging.CRITICAL)
    with django_db_blocker.unblock(), transaction.atomic(), responses.RequestsMock() as wire:
        wire.assert_all_requests_are_fired = False
        tour = Tour(Walk(Ledger({}, {}), {}, {}), [Visitor("nobody", Client())], OPEN)
        tour.addresses = tour.find_addresses()
        yield tour
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


def test_looking_at_it_breaks_nothing_and_changes_nothing(tour: Tour) -> None:
    for address in tour.addresses:
        answer = tour.walk.visit(tour.visitors[0], "GET", address)
        assert answer.status < 500 or answer.status == 503, answer
        assert answer.differences == (), answer


def test_what_is_not_for_the_room_is_for_nobody(tour: Tour) -> None:
    needed = set()
    for address in tour.addresses:
        for method in ("GET", "POST") if address.route.startswith("-/") else ("GET",):
            answer = tour.walk.visit(tour.visitors[0], method, address, {})
            first = address.route.partition("/")[0]
            assert is_refusal(answer, ()) or first in OPEN, answer
            needed |= {first} - {"-"}
    assert needed == set(OPEN)
