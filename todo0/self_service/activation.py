"""Step 5: the setup becomes a connection, if every proof stands for what is entered now.

In the flow this is the only line between what a stranger typed and what sign-in and ID-JAGs trust. All of it is
looked at again under the lock of the invitation, and written in one transaction: the connection, its proved
domains, its organization, and who did it, with before and after. From the next request on the enterprise's people
sign in.

Deliberately does not: take Cross App Access, a preset or a domain from the form. Those are the invitation's.
"""

from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from stage.kit.changes import NotUndoable
from todo0.console.changes import By, record_change, version_of
from todo0.federation.models import Connection, Organization
from todo0.federation.organizations_page import make_organization
from todo0.federation.terms import CONNECTION, describe, set_domains
from todo0.presets.rules import PRESETS
from todo0.self_service import domain_proof, idp_step
from todo0.self_service.invitations import change_setup, find_drafts, name_of
from todo0.self_service.models import Invitation
from todo0.self_service.trial import proved_domains
from xaa.signin.connections import email_domain

ASK: Final = "Whoever sent you the link can tell you more."


class NotActivated(Exception):
    """What is missing, for the admin. It names no other connection."""


def activate(invitation: Invitation) -> Connection:
    """The connection that is on now; raises ``NotActivated`` or ``SetupOver``, and then nothing is changed."""
    with change_setup(invitation) as row:
        by = By(timezone.now(), called=name_of(row))
        check_proofs(row)
        check_free(row)
        try:
            with transaction.atomic():
                made = write_connection(row, by=by)
        except (IntegrityError, NotUndoable) as error:  # somebody was faster, between our look and our write
            raise NotActivated(f"Todo0 cannot make this connection. {ASK}") from error
        row.connection, row.finished_at = made, by.at
        row.client_secret_sealed = ""  # it is the connection's now
    return made


def check_proofs(invitation: Invitation) -> None:
    """Both, of what is entered now: the domain is hers, and its people come out of this very IdP."""
    proved = proved_domains(invitation)
    if not proved:
        raise NotActivated("No e-mail domain is proved.")
    if not invitation.is_tried:
        raise NotActivated("No test sign-in passed with what is entered now.")
    if email_domain(invitation.tried_by) not in proved:
        raise NotActivated("The test sign-in was by somebody of a domain that is not proved.")


def check_free(invitation: Invitation) -> None:
    """Nothing of it is another connection's; and its own draft, if it has one, is still nobody's way in."""
    if idp_step.is_taken(invitation.issuer, invitation):
        raise NotActivated(idp_step.TAKEN)
    if any(domain_proof.is_taken(domain, invitation) for domain in proved_domains(invitation)):
        raise NotActivated(f"A proved domain belongs to another connection by now. {ASK}")
    if invitation.connection_id and not find_drafts().filter(pk=invitation.connection_id).exists():
        raise NotActivated(f"The connection that this is for is in use already. {ASK}")


def write_connection(invitation: Invitation, *, by: By) -> Connection:
    made = invitation.connection or Connection(slug=invitation.slug)
    before = describe(made) if made.pk else {}
    for name in ("name", "issuer", "algorithms", "client_id", "client_secret_sealed", "xaa_enabled"):
        setattr(made, name, getattr(invitation, name))
    for name, value in (PRESETS[invitation.preset].connection if invitation.preset in PRESETS else {}).items():
        setattr(made, name, value)
    made.active = True
    made.save()
    set_domains(made, proved_domains(invitation))
    version = version_of(CONNECTION, made.pk) + 1
    record_change(CONNECTION, made, before=before, after=describe(made), version=version, by=by)
    if not Organization.objects.filter(connection=made).exists():
        make_organization(made, made.name, joins=True, by=by)
    return made
