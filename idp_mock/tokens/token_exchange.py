"""Token exchange: an ID Token becomes an ID-JAG, if the enterprise wants it to (RFC 8693, ID-JAG §4.3).

    Agent0 ── ID Token, "for Todo0's authorization server" ──▶ IdP ── ID-JAG ──▶ Agent0 ──▶ Todo0

In the flow this is where the enterprise decides. A consent screen asks one person once; this asks the directory
and the admin's policy at every exchange, so that switching a connection off works from the next request on.

``exchange`` is the whole story: read the request, put it through ``CHECKS``, mint, write it down, answer. A check
is one rule with a public number. They are told in three files, in the order in which they run:
``token_exchange_request`` (I1-I3), ``token_exchange_subject`` (I4-I7) and ``token_exchange_policy`` (I8-I14).

Deliberately does not: authenticate the client or forbid caching (``endpoint`` does), take actor tokens, or
issue an access or refresh token with an ID-JAG, ever (ID-JAG §4.3.4). An app that has a SAML assertion instead of
an ID Token exchanges that for a refresh token before (``idp_mock.saml.exchange``). It writes nothing but the
system log and so opens no transaction: two reads of what is true now, a signature, an INSERT. That takes the
ID-JAG's number in a monthly quota, too, which is there once: of two requests for the last one, one is refused.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError

from idp_mock.directory.models import App
from idp_mock.policy.standing import first_of_month
from idp_mock.saml.exchange import exchange_assertion
from idp_mock.systemlog.models import EVENT_ID_JAG, Event
from idp_mock.systemlog.record import record
from idp_mock.tokens.errors import OAuthError
from idp_mock.tokens.form import TokenForm
from idp_mock.tokens.id_jag import IssuedIdJag, issue_id_jag
from idp_mock.tokens.token_exchange_policy import (
    check_audience,
    check_authorization_details,
    check_client_id_mapping,
    check_connection,
    check_groups,
    check_resource,
    check_scope,
    check_sign_in,
)
from idp_mock.tokens.token_exchange_request import check_client, check_request, check_subject_token_type
from idp_mock.tokens.token_exchange_state import Exchange, read_request
from idp_mock.tokens.token_exchange_subject import (
    check_person,
    check_subject_audience,
    check_subject_is_live,
    check_subject_token,
)
from xaa import protocol
from xaa.authorization_details import dump_details
from xaa.checks import Check, CheckRun

log = logging.getLogger("idp_mock.token_exchange")

# The order is the argument.
#
# The client comes before its request, so that a stranger learns nothing and costs nothing, not even a row in the
# log. What is asked comes before the token offered for it: reading a form is free, verifying a signature is not.
#
# Then the token, from the outside in. Its kind comes first, because the kind says how to verify it. Its signature
# comes before its claims, because an unverified claim is the sender's opinion. To whom it was issued comes before
# whether it still counts, so that a thief hears that it is not his, and not that a fresher one would do.
#
# Only then the person, who is by now certainly the one who signed in. The directory comes before the policy: no
# policy is about people who are gone.
#
# Then the admin's rows, from wide to narrow: is there such an audience, such a connection, for her, to this API,
# with these scopes? So the client hears of the widest thing that is wrong. Scopes are late because theirs is an
# answer that can be "less" instead of "no"; details come after them, because they say less than the scopes do.
#
# Then the client's name at the resource app, nobody's fault but ours. How fresh the sign-in is comes last,
# since that answer sends a person back to sign in, and signing in must then help (ID-JAG §9.2).
CHECKS = (
    check_client,  # I1
    check_request,  # I2
    check_subject_token_type,  # I3
    check_subject_token,  # I4
    check_subject_audience,  # I5
    check_subject_is_live,  # I6
    check_person,  # I7
    check_audience,  # I8
    check_connection,  # I9
    check_groups,  # I10
    check_resource,  # I11
    check_scope,  # I12
    check_authorization_details,  # I12
    check_client_id_mapping,  # I14
    check_sign_in,  # I13
)

ANEW = CHECKS.index(check_subject_token)
"""From here on a request is judged again that has lost its number in a quota to another: all that rows say may
have changed. What comes before reads the form, and has spent the proof."""

MAX_NOTE = 300
"""Characters of a verdict's note in the system log. I12 names the scopes that it withheld, and a client may ask
for any number: its request would otherwise leave as much in the enterprise's log as it likes."""


def exchange(app: App, form: TokenForm, now: datetime) -> dict[str, object]:
    """Answer ``grant_type=token-exchange`` of the authenticated ``app``; raises ``OAuthError``.

    Both outcomes are in the system log before they are on the wire.
    """
    asked = read_request(form)
    if asked.requested_token_type == protocol.TOKEN_TYPE_REFRESH_TOKEN:
        return exchange_assertion(app, asked, now)
    run = CheckRun(Exchange(app, asked, now), OAuthError, log)
    id_jag = decide(run, CHECKS)
    while not record_issue(run, id_jag):
        del run.verdicts[ANEW:]
        id_jag = decide(run, CHECKS[ANEW:])
    return answer(id_jag)


def decide(run: CheckRun[Exchange], checks: Sequence[Check[Exchange]]) -> IssuedIdJag:
    """The ID-JAG that ``checks`` grant, in nobody's hands yet; a refusal is written down and raised."""
    try:
        return issue_id_jag(run.through(checks))
    except OAuthError as refusal:
        refusal.check = run.failed
        record_refusal(run, refusal)
        raise


def answer(id_jag: IssuedIdJag) -> dict[str, object]:
    """The token response (ID-JAG §4.3.4). ``access_token`` is where RFC 8693 §2.2.1 puts whatever was issued, and
    ``N_A`` says that it is no access token, so that no client sends it as one."""
    members: dict[str, object] = {
        "access_token": id_jag.value,
        "issued_token_type": protocol.TOKEN_TYPE_ID_JAG,
        "token_type": protocol.TOKEN_TYPE_NOT_APPLICABLE,
        "expires_in": id_jag.lifetime,
    }
    if id_jag.scope:
        members["scope"] = id_jag.scope
    if id_jag.resource:
        members["resource"] = id_jag.resource
    if id_jag.details:  # always, also where nothing was taken away: the client need not guess (RFC 9396 §7)
        members[protocol.AUTHORIZATION_DETAILS] = list(id_jag.details)
    return members


def record_issue(run: CheckRun[Exchange], id_jag: IssuedIdJag) -> bool:
    """False, and nothing is written, if a request beside this one took its number in the person's quota."""
    event, standing = describe_event(run), run.state.standing
    event.outcome, event.scope_granted, event.jti = Event.Outcome.ALLOWED, id_jag.scope, id_jag.jti
    event.details_granted = dump_details(id_jag.details)
    event.expires_at = event.at + timedelta(seconds=id_jag.lifetime)
    if standing.connection.monthly_quota is None:
        record(event)
        return True
    event.quota_month, event.quota_number = first_of_month(event.at).date(), standing.issued_this_month + 1
    try:
        record(event)
    except IntegrityError:
        return False
    return True


def record_refusal(run: CheckRun[Exchange], refusal: OAuthError) -> None:
    event = describe_event(run)
    event.outcome, event.refused_by = Event.Outcome.DENIED, refusal.check
    event.error, event.reason = refusal.error, refusal.description
    record(event)


def describe_event(run: CheckRun[Exchange]) -> Event:
    """Who asked for what, as far as it was established: an unverified token puts nobody's name into the log."""
    exchange, asked = run.state, run.state.requested
    person = exchange.subject.person if exchange.subject else None
    target = exchange.standing.resource_app if exchange.standing else None
    return Event(
        enterprise=exchange.app.enterprise,
        at=exchange.now,
        event_type=EVENT_ID_JAG,
        person_sub=person.sub if person else "",
        person_name=person.name if person else "",
        requesting_client_id=exchange.app.client_id,
        requesting_app_name=exchange.app.name,
        audience=" ".join(asked.audiences),
        resource_app_name=target.app.name if target else "",
        resource=" ".join(asked.resources),
        scope_asked=asked.scope,
        details_asked=dump_details(exchange.asked_details),
        checks=[verdict._replace(note=verdict.note[:MAX_NOTE])._asdict() for verdict in run.verdicts],
    )
