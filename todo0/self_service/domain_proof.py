"""Whether an enterprise holds an e-mail domain: its web server says what Todo0 asked it to say.

In the flow Todo0 fetches ``https://{domain}/.well-known/todo0-domain-verification`` (RFC 8615) and looks for a
line with the challenge of this invitation. It is the proof that certificates are given for (RFC 8555 §8.3), by
https, so that a name server or a network in between cannot answer in the domain's place. The call goes out through
``xaa.http``: public addresses alone, no redirect, a short answer in a short time.

The field mostly asks for a TXT record in the DNS instead. ``docs/decisions/0010`` says why not here.

Deliberately does not: take a subdomain's word for its parent, or the other way round.
"""

import functools
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from todo0.federation.models import EmailDomain
from todo0.self_service import conf
from todo0.self_service.invitations import change_setup
from todo0.self_service.models import ClaimedDomain, Invitation
from xaa.http import HttpAnswer, HttpFailure, OutgoingHttp

PATH: Final = "/.well-known/todo0-domain-verification"
TAKEN: Final = "This domain belongs to another connection, or is being set up for one."


class NotProved(Exception):
    """What was expected, and what was found. It quotes nothing that the web server said."""


@dataclass(frozen=True)
class Asked:
    """One domain, and how asking for it went; ``problem`` is empty when it is proved."""

    domain: str
    problem: str


@functools.cache
def outgoing() -> OutgoingHttp:
    allow_private = settings.XAA_ALLOW_PRIVATE_ADDRESSES
    return OutgoingHttp(allow_private=allow_private, max_bytes=4096, purpose="proof of an e-mail domain")


def line_of(invitation: Invitation) -> str:
    """What the file must have as a line of its own, so that several customers of one company fit into it."""
    return f"todo0-domain-verification={invitation.challenge}"


def address_of(domain: str) -> str:
    """Where Todo0 looks. DEMO ONLY: a domain that no name server knows is asked for where ``conf`` says."""
    host = conf.DOMAIN_HOSTS.get(domain) if settings.XAA_ALLOW_PRIVATE_ADDRESSES else None
    return f"{host or f'https://{domain}'}{PATH}"


def prove_domains(invitation: Invitation) -> list[Asked]:
    """Ask for each domain that is not proved yet; nothing is locked while a far side takes its time."""
    asked = []
    for claimed in invitation.domains.filter(proved_at=None):
        try:
            check_line(claimed.domain, line_of(invitation))
            take_note(invitation, claimed.domain)
            asked.append(Asked(claimed.domain, ""))
        except NotProved as error:
            asked.append(Asked(claimed.domain, str(error)))
    return asked


def check_line(domain: str, line: str) -> None:
    address = address_of(domain)
    try:
        answer = outgoing().get(address, headers={"Accept": "text/plain"})
    except HttpFailure as error:
        raise NotProved(str(error)) from error
    if answer.status != 200:
        where = " A redirect is not followed." if 300 <= answer.status < 400 else ""
        raise NotProved(f"{address}: expected status 200, found {answer.status}.{where}")
    if line not in lines_of(answer):
        raise NotProved(f"{address}: expected the line {line}, found other text.")


def lines_of(answer: HttpAnswer) -> list[str]:
    return [line.strip() for line in answer.body.decode("ascii", "replace").splitlines()]


def take_note(invitation: Invitation, domain: str) -> None:
    """The domain is this invitation's now, if its challenge is still the one that was asked for."""
    with change_setup(invitation) as row:
        if row.challenge != invitation.challenge:
            raise NotProved("The link was replaced meanwhile.")
        now = timezone.now()
        release_what_is_over(domain, now)
        if is_taken(domain, row):
            raise NotProved(TAKEN)
        try:
            with transaction.atomic():
                row.domains.filter(domain=domain, proved_at=None).update(proved_at=now)
        except IntegrityError as error:  # the constraint: another setup has proved it
            raise NotProved(TAKEN) from error


def is_taken(domain: str, invitation: Invitation) -> bool:
    """Whether it leads to a connection that is not this invitation's own draft."""
    return EmailDomain.objects.filter(domain=domain).exclude(connection=invitation.connection_id).exists()


def release_what_is_over(domain: str, now: datetime) -> None:
    """A proof holds a domain only while its setup is under way; a finished one's connection holds it since."""
    over = Q(invitation__expires_at__lte=now) | Q(invitation__revoked_at__isnull=False)
    over |= Q(invitation__finished_at__isnull=False)
    ClaimedDomain.objects.filter(over, domain=domain, proved_at__isnull=False).update(proved_at=None)
