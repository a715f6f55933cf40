"""Cross App Access for one Run: ``xaa.client`` put together from the settings and the person's sealed tokens.

In the flow: both token endpoints come from the metadata of the two *configured* issuers (RFC 8414 §3), each
with Agent0's credentials at that one place; neither address nor secret is ever chosen by a token or by an
API.

Deliberately does not: keep a session object between Runs. What may be reused is in the token cache.
"""

from collections.abc import Callable
from typing import Literal

from django.conf import settings

from agent0.client_key import load_client_key
from agent0.jobs.models import Run
from agent0.tokens.access_tokens import SealedTokenCache
from agent0.tokens.proof_key import load_proof_key
from agent0.tokens.subject import SubjectSource
from xaa.client import CrossAppSession, Event, TokenEndpoint, discover_token_endpoint
from xaa.metadata import MetadataError
from xaa.signin import conf


class IssuerUnusable(Exception):
    """What a configured issuer publishes about itself cannot be had or used; ``leg`` is the arrow it stands at."""

    def __init__(self, leg: Literal["token exchange", "redemption"], cause: MetadataError) -> None:
        super().__init__(f"{leg}: {cause}")
        self.leg = leg
        self.cause = cause
        self.reason = str(cause)
        self.retry_after = None


def open_session(run: Run, *, subject: SubjectSource, observe: Callable[[Event], None]) -> CrossAppSession:
    """Raises ``IssuerUnusable`` when the metadata of one of the two cannot be had."""
    return CrossAppSession(
        http=conf.outgoing_http(),
        idp=discover_idp(),
        resource_as=discover_resource_as(),
        subject=subject,
        user=str(run.session_id),
        cache=SealedTokenCache(session_id=run.session_id, user_id=run.user_id),
        observe=observe,
        proof_key=load_proof_key(),
    )


def discover_idp() -> TokenEndpoint:
    try:
        return discover_token_endpoint(
            conf.issuer_directory(),
            settings.IDP_ISSUER,
            client_id=settings.IDP_CLIENT_ID,
            client_secret=settings.IDP_CLIENT_SECRET,
            client_key=load_client_key() if settings.SIGNS else None,
            kind="openid",
        )
    except MetadataError as error:
        raise IssuerUnusable("token exchange", error) from error


def discover_resource_as() -> TokenEndpoint:
    try:
        return discover_token_endpoint(
            conf.issuer_directory(),
            settings.RESOURCE_AS_ISSUER,
            client_id=settings.RESOURCE_CLIENT_ID,
            client_secret=settings.RESOURCE_CLIENT_SECRET,
            client_key=load_client_key() if settings.RESOURCE_USES_KEY else None,
        )
    except MetadataError as error:
        raise IssuerUnusable("redemption", error) from error
