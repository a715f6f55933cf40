"""The whole IdP, walked as everybody of three enterprises, as their apps, and as nobody."""

import logging
from collections.abc import Iterator

import pytest
import responses
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from idp_mock import clock
from idp_mock.directory.models import Enterprise
from tests.idp_mock.walk_world import browsers, make_history, mark_everything, programs
from tests.walk.everybody import *  # noqa: F403
from tests.walk.ledger import Ledger
from tests.walk.tour import Tour
from tests.walk.walker import Walk

pytestmark = pytest.mark.django_db

SIGN_IN = (r"/(acme|globex|todo0-inc)/login\?next=",)
METADATA = "metadata, which is there to be found by whoever wants to sign somebody in (RFC 8414 §3)"
KEYS = "the public halves of the keys (RFC 7517 §5)"
SIGN_IN_PAGE = "where one signs in; without the stage it names nobody"
AUTHORIZE = "an app's request, refused on a page as long as it names no app and redirect URI (RFC 6749 §4.1.2.1)"
TOKEN = "for apps; it refuses whoever is none (RFC 6749 §5.2)"
SIGN_OUT = "signing out, which asks whoever has no session for nothing and tells her nothing"
OPEN_TO_ALL = {
    "health": "for whoever watches over the process",
    "": "the front page, which names no enterprise without the stage",
    ".well-known/oauth-authorization-server/<slug:tenant>": METADATA,
    ".well-known/openid-configuration/<slug:tenant>": METADATA,
    "<slug:tenant>/.well-known/oauth-authorization-server": METADATA,
    "<slug:tenant>/.well-known/openid-configuration": METADATA,
    "<slug:tenant>/saml/metadata": METADATA,
    "<slug:tenant>/keys": KEYS,
    "<slug:tenant>/oauth2/v1/keys": KEYS,
    "<slug:tenant>/login": SIGN_IN_PAGE,
    "<slug:tenant>/login/second-factor": "the question after a sign-in; without one it says that it is lost",
    "<slug:tenant>/authorize": AUTHORIZE,
    "<slug:tenant>/oauth2/v1/authorize": AUTHORIZE,
    "<slug:tenant>/authorize/resume": AUTHORIZE,
    "<slug:tenant>/saml/sso": AUTHORIZE,
    "<slug:tenant>/token": TOKEN,
    "<slug:tenant>/oauth2/v1/token": TOKEN,
    "<slug:tenant>/revoke": TOKEN,
    "<slug:tenant>/oauth2/v1/revoke": TOKEN,
    "<slug:tenant>/logout": SIGN_OUT,
    "<slug:tenant>/oauth2/v1/logout": SIGN_OUT,
    "<slug:tenant>/logout/confirm": SIGN_OUT,
    "<slug:tenant>/admin": "adds the slash, and no more",
}
NOISE = {
    "django_session": "a browser's session, which is looked up by its cookie alone",
    "xaa_throttle_failedattempts": "counts whoever gets a password or a secret wrong",
}
LOGS = {
    "systemlog_event": "tells an enterprise of whoever came, also in vain",
    "keys_keyfetch": "tells an enterprise who read its public keys",
}
OWN_TABLES = frozenset({"idp_signin_idpsession"})
"""What somebody who is no admin may change, of her own: she may sign out."""


@pytest.fixture(scope="module")
def tour(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Tour]:
    """As a product (``STAGE`` off), because the demo's sign-in page names everybody on purpose."""
    logging.disable(logging.CRITICAL)  # thousands of refusals, each with a line
    no_network = responses.RequestsMock(assert_all_requests_are_fired=False)
    with django_db_blocker.unblock(), transaction.atomic(), no_network:
        words = mark_everything()
        people = list(browsers(OWN_TABLES))
        apps, tokens = programs()
        make_history(clock.now())
        walk = Walk(Ledger(words, {one.slug: [one] for one in Enterprise.objects.all()}), NOISE, LOGS)
        with override_settings(STAGE=False):
            yield Tour(walk, [*people, *apps], OPEN_TO_ALL, SIGN_IN, tuple(tokens)).run()
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


@pytest.mark.spec("SEC-37")
def test_no_answer_to_anybody_holds_a_word_of_another_enterprise(tour: Tour) -> None:
    assert tour.leaks == []


def test_what_was_looked_for_is_there_and_its_owners_see_it(tour: Tour) -> None:
    """The good twin: each admin read the words of everybody of hers, so that a leak would have been found."""
    for admin, enterprise in (("carol", "acme"), ("alice-globex", "globex"), ("tove", "todo0-inc")):
        hers = {owner for owner in tour.walk.ledger.words if owner.partition("/")[0] == enterprise}
        assert tour.seen[admin] == hers
    assert tour.changed["carol"] > 5
