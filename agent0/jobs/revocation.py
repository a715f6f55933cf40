"""Revoke a token of an ended sign-in: a refresh token at the IdP, an access token at its server (RFC 7009).

In the flow this follows a sign-out, here or at the IdP, by seconds and in the worker. Each token goes to the
server that issued it, with the credentials that Agent0 has there; where the endpoint is, that server's metadata
says.

Deliberately does not: repeat an attempt by itself. A row that stays comes up again, until its token has expired.
"""

import logging
import uuid

from django.conf import settings
from django.utils import timezone

from agent0.jobs.cross_app import IssuerUnusable, discover_idp, discover_resource_as
from agent0.tokens import retired
from agent0.tokens.models import RetiredToken
from agent0.tokens.sessions import SigninEnded
from xaa.client import (
    NoAnswer,
    TokenEndpoint,
    TokenEndpointError,
    UnexpectedResponse,
    discover_revocation_endpoint,
    revoke_token,
)
from xaa.clock import read_clock
from xaa.metadata import MetadataError
from xaa.signin import conf

logger = logging.getLogger(__name__)


def revoke(row_id: uuid.UUID) -> None:
    """One attempt. The row stays for another if the server did not answer, and goes otherwise."""
    row = RetiredToken.objects.filter(uuid=row_id).first()
    if row is None:
        return
    try:
        _revoke(row)
    except (NoAnswer, IssuerUnusable, MetadataError) as error:
        logger.warning("not revoked yet, one %s, to be tried again: %s", row.kind, error)
        retired.put_off(row.issuer, timezone.now())
        return
    except (TokenEndpointError, UnexpectedResponse, SigninEnded) as error:
        logger.warning("not revoked, one %s, and not tried again: %s", row.kind, error)
    row.delete()


def _revoke(row: RetiredToken) -> None:
    endpoint, token = _find_endpoint(row), retired.open_token(row)
    if endpoint and token:
        revoke_token(conf.outgoing_http(), endpoint, token, hint=row.kind, now=read_clock())
        logger.info("revoked one %s at %s", row.kind, endpoint.issuer)


def _find_endpoint(row: RetiredToken) -> TokenEndpoint | None:
    directory = conf.issuer_directory()
    if row.kind == "refresh_token":
        return discover_revocation_endpoint(directory, discover_idp(row.issuer), kind="openid")
    if row.issuer != settings.RESOURCE_AS_ISSUER:
        raise SigninEnded("this token is of a server that is asked no more")
    return discover_revocation_endpoint(directory, discover_resource_as(row.issuer))
