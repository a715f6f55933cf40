"""What if: the checks of a token exchange, asked about a person who has asked for nothing.

In the flow this is the exchange without its ends. ``CHECKS`` is the very tuple that an exchange runs, in its
order, over the rows as they are now; but no token comes in, so the two checks that look at one are assumed to
pass, and none goes out.

Deliberately does not: write. Every statement but a SELECT is refused while it runs, so that a check which one day
writes cannot do it for an admin's question.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from idp_mock.directory.models import App, Person
from idp_mock.signin.factors import resolve_acr
from idp_mock.signin.models import IdpSession
from idp_mock.tokens.errors import OAuthError
from idp_mock.tokens.form import TokenForm
from idp_mock.tokens.id_jag import describe
from idp_mock.tokens.token_exchange import CHECKS
from idp_mock.tokens.token_exchange_request import check_subject_token_type
from idp_mock.tokens.token_exchange_state import Exchange, Subject, read_request
from idp_mock.tokens.token_exchange_subject import check_subject_token
from xaa import protocol
from xaa.checks import Check, CheckRun, Verdict

log = logging.getLogger("idp_mock.rehearsal")
ASSUMED = (check_subject_token_type, check_subject_token)
NO_TOKEN = "<none: this is a rehearsal>"


class WriteRefused(RuntimeError):
    """A check tried to write during a rehearsal. Nothing was written."""


@dataclass(frozen=True)
class Supposed:
    """Who would ask for what, and the sign-in that her ID Token would tell of."""

    app: App
    person: Person
    audience: str
    resources: tuple[str, ...]
    scope: str
    signed_in_at: datetime
    amr: tuple[str, ...]


@dataclass(frozen=True)
class Rehearsed:
    """How each check went. ``claims`` is what the ID-JAG would say, empty when a check refuses."""

    verdicts: tuple[Any, ...]
    claims: dict[str, Any]
    refused_by: str = ""
    reason: str = ""
    error: str = ""


def rehearse(supposed: Supposed, *, now: datetime) -> Rehearsed:
    run = CheckRun(Exchange(supposed.app, read_request(form_of(supposed)), now), OAuthError, log)
    with connection.execute_wrapper(refuse_writes):
        try:
            granted = run.through(assume(CHECKS, suppose_subject(supposed, now=now)))
        except OAuthError as refusal:
            return Rehearsed(tell(run.verdicts), {}, run.failed, refusal.description, refusal.error)
        claims = describe(granted)
    del claims["jti"]  # no ID-JAG was made, so there is none to name
    return Rehearsed(tell(run.verdicts), claims)


def form_of(supposed: Supposed) -> TokenForm:
    """The request that the app would send."""
    fields = {
        "grant_type": (protocol.GRANT_TOKEN_EXCHANGE,),
        "requested_token_type": (protocol.TOKEN_TYPE_ID_JAG,),
        "audience": (supposed.audience,),
        "resource": supposed.resources,
        "scope": (supposed.scope,),
        "subject_token": (NO_TOKEN,),
        "subject_token_type": (protocol.TOKEN_TYPE_ID_TOKEN,),
    }
    return TokenForm(fields)


def suppose_subject(supposed: Supposed, *, now: datetime) -> Subject:
    """What an ID Token says that was issued to the app a moment ago. Its session is in no table."""
    session = IdpSession(person=supposed.person, auth_time=supposed.signed_in_at, started_at=supposed.signed_in_at)
    return Subject(
        audiences=(supposed.app.client_id,),
        authorized_party="",
        issued_at=now,
        expires_at=now + settings.IDP_ID_TOKEN_LIFETIME,
        session=session,
        auth_time=supposed.signed_in_at,
        amr=supposed.amr,
        acr=resolve_acr(supposed.amr, ()),
        shares_email=False,
    )


def assume(checks: Sequence[Check[Exchange]], subject: Subject) -> list[Check[Exchange]]:
    """The same checks in the same order; those that look at the token find ``subject`` in its place."""

    def find(exchange: Exchange) -> Exchange:
        return replace(exchange, subject=subject)

    return [replace(check, find=find) if check in ASSUMED else check for check in checks]


def tell(verdicts: Sequence[Verdict]) -> tuple[dict[str, str], ...]:
    """For the page: an assumption never looks like a finding."""
    numbers = {check.number for check in ASSUMED}
    return tuple(
        verdict._asdict() | ({"outcome": "assumed"} if verdict.number in numbers else {}) for verdict in verdicts
    )


def refuse_writes(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if not sql.lstrip().upper().startswith("SELECT"):
        raise WriteRefused(sql.split(maxsplit=1)[0])
    return execute(sql, params, many, context)
