"""An invitation from its link to its end: made, begun once, withdrawn, or replaced by a new link.

In the flow Todo0's staff makes one and sends the link by a way of their own. Whoever opens it first begins the
setup, and from then on the browser that did so is the only one that goes on (``gate``). Every step writes through
``change_setup``, which looks again, under a lock, whether the setup is still under way.

A new link starts from nothing: what was entered is dropped, for nobody knows who entered it. Of a setup that is
withdrawn or has run out, the secret and the proofs are: at once, or as soon as anybody looks at any setup, and by
``forget_redemptions``, which runs daily.

Deliberately does not: send mail, or tell a caller more of a wrong link than that it is wrong.
"""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from stage.kit.changes import StaleVersion
from todo0 import at_rest
from todo0.console.changes import By, Kind, Terms, change_row, record_change
from todo0.federation.models import Connection
from todo0.self_service.conf import SETUP_LIFETIME, USUAL_LIFETIME
from todo0.self_service.models import ClaimedDomain, Invitation
from xaa.signin.models import FederatedIdentity

State = Invitation.State
LABELS: Final = {
    "name": "Enterprise",
    "state": "State",
    "link": "Link",
    "expires_at": "Good until",
    "domains": "Domains it may claim",
    "preset": "Preset",
    "xaa_enabled": "Cross App Access from the start",
    "issuer": "Issuer",
    "client_id": "Our client id there",
    "client_secret": "Our client secret there",
    "proved": "Domains proved",
    "tried_by": "Test sign-in by",
}
WHOEVER_HAS_THE_LINK: Final = "Whoever has the link"
TIME: Final = "Time, which ran out"


class LinkRefused(Exception):
    """``state`` is what has become of the invitation; None when there is no such link."""

    def __init__(self, state: State | None) -> None:
        super().__init__(f"expected a link that has not been used, found {state or 'none'}")
        self.state = state


class SetupOver(Exception):
    """The setup ended while a page of it was open: withdrawn, run out, or finished in another tab."""


def describe(invitation: Invitation) -> dict[str, Any]:
    """Without the time: that it ran out is seen by its date."""
    claimed = list(invitation.domains.values_list("domain", "proved_at"))
    is_finished, sealed = invitation.finished_at is not None, invitation.client_secret_sealed
    told = {
        "name": invitation.name,
        "state": str(invitation.state_at(invitation.expires_at - timedelta(seconds=1)).label),
        "link": f"mark {invitation.link_hash[:4]}",
        "expires_at": f"{invitation.expires_at:%Y-%m-%d %H:%M} UTC",
        "domains": [domain for domain, _ in claimed],
        "preset": invitation.preset,
        "xaa_enabled": invitation.xaa_enabled,
        "issuer": invitation.issuer,
        "client_id": invitation.client_id,
        "client_secret": "in the connection" if is_finished else at_rest.mark_of(sealed),
        "proved": [domain for domain, proved_at in claimed if proved_at],
        "tried_by": invitation.tried_by if invitation.is_tried or is_finished else "",
    }
    return {name: None if value in ("", []) else value for name, value in told.items()}


def write(invitation: Invitation, terms: Terms) -> None:
    raise NotImplementedError("An invitation is changed by its own steps; there is nothing to undo.")


INVITATION: Final = Kind("invitation", Invitation, LABELS, describe, write)


def digest(secret: str) -> str:
    """Of 256 random bits, which need no slow hash: nobody guesses them at any speed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make_invitation(typed: Terms, *, by: By) -> tuple[Invitation, str]:
    """The invitation, and its link's secret, which is to be shown once."""
    link = secrets.token_urlsafe(32)
    with transaction.atomic():
        made = Invitation(made_by=by.user, made_at=by.at, expires_at=by.at + timedelta(days=typed["lifetime"]))
        for name in ("name", "slug", "connection", "preset", "xaa_enabled"):
            setattr(made, name, typed[name])
        start_afresh(made, link)
        made.save(force_insert=True)
        ClaimedDomain.objects.bulk_create(ClaimedDomain(invitation=made, domain=one) for one in typed["domains"])
        record_change(INVITATION, made, before={}, after=describe(made), version=1, by=by)
    return made, link


def renew_link(pk: int, *, by: By) -> tuple[Invitation, str]:
    """Another link in place of the former, which opens nothing any more, nor does the browser that used it."""
    link = secrets.token_urlsafe(32)
    with change_row(INVITATION, pk, version=None, by=by) as row:
        if row.finished_at:
            raise SetupOver
        row.begun_at = row.revoked_at = None
        row.expires_at = by.at + timedelta(days=USUAL_LIFETIME)
        start_afresh(row, link)
        row.domains.update(proved_at=None)
        row.save()
    return row, link


def start_afresh(invitation: Invitation, link: str) -> None:
    invitation.link_hash, invitation.browser_hash = digest(link), ""
    invitation.challenge = secrets.token_hex(16)
    for name in ("issuer", "algorithms", "client_id", "client_secret_sealed", "tried_by", "tried_with"):
        setattr(invitation, name, "")


def revoke(pk: int, *, by: By) -> Invitation:
    """What was entered goes with it. Raises ``SetupOver`` for one that is finished: that is a connection now."""
    with change_row(INVITATION, pk, version=None, by=by) as row:
        if row.finished_at:
            raise SetupOver
        row.revoked_at = row.revoked_at or by.at
        drop_secret_and_proofs(row)
    invitation: Invitation = row
    return invitation


def drop_secret_and_proofs(invitation: Invitation) -> None:
    invitation.client_secret_sealed = invitation.tried_with = invitation.tried_by = ""
    invitation.domains.update(proved_at=None)
    invitation.save()


def wipe_what_ran_out(now: datetime) -> int:
    """Of setups that nobody finished in time; how many they were. Each is told in its history."""
    holds_some = ~Q(client_secret_sealed="") | ~Q(tried_by="") | Q(domains__proved_at__isnull=False)
    over = Invitation.objects.filter(holds_some, finished_at=None, revoked_at=None, expires_at__lte=now)
    wiped = 0
    for pk in over.order_by("pk").values_list("pk", flat=True).distinct():
        with suppress(StaleVersion), change_row(INVITATION, pk, version=None, by=By(now, called=TIME)) as row:
            if row.state_at(now) is State.EXPIRED:  # it may have a new link by now
                drop_secret_and_proofs(row)
                wiped += 1
    return wiped


def find_drafts() -> QuerySet[Connection]:
    """Connections that are nobody's way in: off, and nobody came by them yet."""
    people = FederatedIdentity.objects.filter(issuer=OuterRef("issuer"))
    drafts = Connection.objects.filter(~Exists(people), active=False).exclude(slug=settings.STAFF_CONNECTION)
    return drafts.order_by("name")


def find_by_link(link: str) -> Invitation:
    """The invitation whose link has not been used yet; raises ``LinkRefused``."""
    wipe_what_ran_out(now := timezone.now())
    found = Invitation.objects.filter(link_hash=digest(link)).first()
    state = found.state_at(now) if found else None
    if found is None or state is not State.WAITING:
        raise LinkRefused(state)
    return found


def begin(link: str) -> tuple[Invitation, str]:
    """Use the link up; the secret that is returned makes the browser known. Of two at once, one begins."""
    found, browser, now = find_by_link(link), secrets.token_urlsafe(32), timezone.now()
    with change_row(INVITATION, found.pk, version=None, by=By(now, called=WHOEVER_HAS_THE_LINK)) as row:
        state = row.state_at(now)
        if state is not State.WAITING or row.link_hash != digest(link):
            raise LinkRefused(state)
        row.begun_at, row.browser_hash, row.expires_at = now, digest(browser), now + SETUP_LIFETIME
        row.save()
    return row, browser


@contextmanager
def change_setup(invitation: Invitation) -> Iterator[Invitation]:
    """The row of a setup that is still this browser's and under way, locked; raises ``SetupOver``."""
    by = By(timezone.now(), called=name_of(invitation))
    with change_row(INVITATION, invitation.pk, version=None, by=by) as row:
        if row.state_at(by.at) is not State.UNDER_WAY or row.browser_hash != invitation.browser_hash:
            raise SetupOver
        yield row
        row.save()


def name_of(invitation: Invitation) -> str:
    """Who sets up, as far as it is known: nobody vouches for her but the link, until she has signed in."""
    return f"{invitation.tried_by or 'An administrator'} ({invitation.name}, by invitation)"
