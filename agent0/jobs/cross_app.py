"""Cross App Access for one Run: ``xaa.client`` put together from the settings and the person's sealed tokens.

In the flow: both token endpoints come from the metadata of two *configured* issuers (RFC 8414 §3), each with
Agent0's credentials at that one place. The IdP is the one that the person signed in at; neither address nor secret
is ever chosen by a token or by an API.

Deliberately does not: keep a session object between Runs. What may be reused is in the token cache.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from django.conf import settings
from django.dispatch import Signal

from agent0.client_key import load_client_key
from agent0.jobs import guard, todo0_api, todo0_mcp
from agent0.jobs.actions import READ, WRITE
from agent0.jobs.asked import Asked
from agent0.jobs.models import Run
from agent0.jobs.todo_list import TodoList
from agent0.tokens.access_tokens import SealedTokenCache
from agent0.tokens.proof_key import load_proof_key
from agent0.tokens.sessions import find_enterprise
from agent0.tokens.subject import SubjectSource
from agent0.tokens.unspent import SealedIdJags
from agent0.ways import Way, resource_of
from xaa.client import CrossAppSession, Event, TokenEndpoint, discover_token_endpoint
from xaa.http import HttpAnswer, OutgoingHttp
from xaa.metadata import MetadataError
from xaa.signin import conf

opening_http = Signal()
"""Sent with ``run``; a receiver may return another way out. DEMO ONLY: the lab (``agent0.faults``) does, while a
fault is armed. Nobody listens where there is no stage."""


class IssuerUnusable(Exception):
    """What a configured issuer publishes about itself cannot be had or used; ``leg`` is the arrow it stands at."""

    def __init__(self, leg: Literal["discovery", "token exchange", "redemption"], cause: MetadataError) -> None:
        super().__init__(f"{leg}: {cause}")
        self.leg = leg
        self.cause = cause
        self.reason = str(cause)
        self.retry_after = None


def discover_guard(run: Run, *, observe: Callable[[Event], None]) -> str:
    """The issuer of the authorization server to go to: the configured one; where Agent0 discovers, as over MCP it
    always does, the API has to name that one, too."""
    if run.way != Way.MCP and not settings.RESOURCE_DISCOVERS:
        return settings.RESOURCE_AS_ISSUER
    api = todo0_mcp if run.way == Way.MCP else todo0_api
    try:
        return guard.discover_guard(
            open_http(run),
            conf.issuer_directory(),
            resource=resource_of(run.way),
            call=api.call_without_token,
            observe=observe,
        )
    except MetadataError as error:
        raise IssuerUnusable("discovery", error) from error


def open_session(
    run: Run, issuer: str, *, subject: SubjectSource, observe: Callable[[Event], None]
) -> CrossAppSession:
    """``issuer`` is the guard. Raises ``IssuerUnusable`` when the metadata of one of the two cannot be had."""
    return CrossAppSession(
        http=open_http(run),
        idp=discover_idp(run.session.issuer),
        resource_as=discover_resource_as(issuer),
        subject=subject,
        user=str(run.session_id),
        cache=SealedTokenCache(session_id=run.session_id, user_id=run.user_id),
        observe=observe,
        proof_key=load_proof_key(),
        unspent=SealedIdJags(run_id=run.uuid, session_id=run.session_id, user_id=run.user_id),
        widest=(READ, WRITE) if run.way == Way.MCP else (),  # MCP authorization: a scope challenge is answered
    )


def open_http(run: Run) -> OutgoingHttp:
    ways = (way for _, way in opening_http.send(sender=Run, run=run))
    return next((way for way in ways if way is not None), None) or conf.outgoing_http()


def open_todo_list(run: Run, session: CrossAppSession, asked: Asked) -> TodoList:
    """The person's todos, by the Run's way, called with the Run's token."""

    def send(method: str, path: str = "", **of_request: Any) -> HttpAnswer:
        return session.request(method, f"{asked.resource}{path}", **asked._asdict(), **of_request)

    return todo0_mcp.McpTodoList(partial(send, "POST")) if run.way == Way.MCP else todo0_api.RestTodoList(send)


def discover_idp(issuer: str) -> TokenEndpoint:
    """The IdP of one enterprise, with who Agent0 is there; raises ``SigninEnded`` where it is nobody any more."""
    enterprise = find_enterprise(issuer)
    try:
        return discover_token_endpoint(
            conf.issuer_directory(),
            enterprise.issuer,
            client_id=enterprise.client_id,
            client_secret=enterprise.client_secret,
            client_key=enterprise.client_key,
            kind="openid",
        )
    except MetadataError as error:
        raise IssuerUnusable("token exchange", error) from error


def discover_resource_as(issuer: str) -> TokenEndpoint:
    try:
        return discover_token_endpoint(
            conf.issuer_directory(),
            issuer,
            client_id=settings.RESOURCE_CLIENT_ID,
            client_secret=settings.RESOURCE_CLIENT_SECRET,
            client_key=load_client_key() if settings.RESOURCE_USES_KEY else None,
        )
    except MetadataError as error:
        raise IssuerUnusable("redemption", error) from error
