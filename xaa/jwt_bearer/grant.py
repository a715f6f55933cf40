"""The JWT bearer grant (RFC 7523 §2.1), as oauthlib runs a grant: request in, token response out.

In the flow this is step 5, seen from the token endpoint: authenticate the client (R1), look at the shape of the
request (R2), run the ``CHECKS`` over the assertion, and issue an access token without a refresh token (R15).

The client is authenticated before a byte of the assertion is parsed or a key is fetched, so that strangers
cannot make this server work (RFC 7521 §4.1). Then it may be told to come back later (``JWT_BEARER_ADMIT``): after
that, so that strangers use up nobody's allowance, and before the checks, so that waiting spends no ID-JAG.

Deliberately does not: issue refresh tokens. The IdP's next ID-JAG is the refresh, so that its admin's *off*
takes effect within one access token's life (ID-JAG §4.4.3).
"""

import json
import logging
from typing import Any

from oauthlib.oauth2.rfc6749.errors import OAuth2Error
from oauthlib.oauth2.rfc6749.grant_types.base import GrantTypeBase

from xaa import dpop, protocol
from xaa.checks import CheckRun, Outcome, Verdict, tell
from xaa.clock import read_clock
from xaa.jwt_bearer.client_authentication import find_permission, names_several_ways
from xaa.jwt_bearer.client_documents import wants_grant
from xaa.jwt_bearer.conf import conf
from xaa.jwt_bearer.errors import (
    InvalidClient,
    InvalidRequest,
    Refused,
    TemporarilyUnavailable,
    TooManyRequests,
    UnauthorizedClient,
)
from xaa.jwt_bearer.id_jag import CHECKS
from xaa.jwt_bearer.presented import Client, Decision, IdJagRejected, Presented, Rules
from xaa.metadata import KeysUnavailable

log = logging.getLogger("xaa.jwt_bearer")

R1 = ("R1", "authenticate_client", "client authenticated, and may use this grant")
R2 = ("R2", "check_assertion", "one assertion in a well-formed request")
R15 = ("R15", "issue_token", "answered without a refresh token")


class JwtBearerGrant(GrantTypeBase):
    """``grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer`` with an ID-JAG as its assertion.

    The same for ``jwt-dpop``, the grant of a key-bound one (draft-parecki-oauth-jwt-dpop-grant §3.1).
    """

    def create_token_response(self, request: Any, token_handler: Any) -> tuple[dict[str, str], str, int]:
        headers = self._get_default_headers()  # Cache-Control: no-store, Pragma: no-cache
        run: CheckRun[Presented] | None = None
        try:
            client = self._authenticate_client(request)
            _check_assertion(request)
            headers |= conf.admit(client)
            run = self._prepare(request, client)
            presented = _judge(run)
        except OAuth2Error as error:
            # What a stranger tries, in whosever name, and what is told to wait unread, makes no row: a flood would
            # fill the log.
            tell(log, Verdict(*R15, "not reached"))
            if request.client is not None and not isinstance(error, (InvalidClient, TooManyRequests)):
                conf.record_decision(decision_of(request, run, error=error.error))
            status, body = self.word_refusal(request, error)
            return headers | error.headers, json.dumps(body), status
        token = self._issue_token(request, token_handler, presented)
        tell(log, Verdict(*R15, "passed"))
        conf.record_decision(decision_of(request, run))
        return headers, json.dumps(self.word_token(request, token)), 200

    def word_refusal(self, request: Any, error: OAuth2Error) -> tuple[int, dict[str, str]]:
        """Status and body of a refusal, when all is decided. A project that must say it otherwise overrides it."""
        return error.status_code, dict(error.twotuples)

    def word_token(self, request: Any, token: dict[str, Any]) -> dict[str, Any]:
        """The same for an access token's answer; ``request`` holds what was granted and the ID-JAG it came of."""
        return token

    def _authenticate_client(self, request: Any) -> Client:
        """R1: a confidential client with its own secret or key here, allowed this grant (ID-JAG §9.1).

        Two ways of authenticating in one request could name two clients, so both at once is refused
        (RFC 6749 §2.3).
        """
        if names_several_ways(request):
            raise InvalidRequest("Authenticate in one way, not in several.")
        if not self.request_validator.authenticate_client(request):
            tell(log, Verdict(*R1, "failed", f"for client_id {str(request.client_id)[:80]!r}"))
            raise InvalidClient
        application = request.client
        permission = find_permission(application)
        if (
            permission is None
            or not permission.enabled
            or application.client_type != "confidential"
            or not wants_grant(application)
        ):
            tell(log, Verdict(*R1, "failed", f"{application.client_id!r} may not use this grant"))
            raise UnauthorizedClient
        tell(log, Verdict(*R1, "passed"))
        return Client(application.client_id, tuple(permission.allowed_scopes.split()), application)

    def _prepare(self, request: Any, client: Client) -> CheckRun[Presented]:
        """What the checks will look at, and nothing found yet."""
        presented = Presented(
            assertion=request.assertion,
            client=client,
            rules=load_rules(),
            now=read_clock(),
            requested_scope=tuple((request.scope or "").split()),
            requested_resource=tuple(
                value for name, value in request.decoded_body or () if name == "resource" and value
            ),
            requested_details=getattr(request, protocol.AUTHORIZATION_DETAILS, None) or "",
            grant_type=request.grant_type,
            # Where DPoP is off the header means nothing, as at any server that does not know it.
            dpop_headers=dpop.read_headers(request.headers.get("HTTP_DPOP")) if conf.token_endpoint else (),
        )
        return CheckRun(presented, IdJagRejected, log)

    def _issue_token(self, request: Any, token_handler: Any, presented: Presented) -> dict[str, Any]:
        """R15: an access token for exactly what was decided, the decision echoed, and no refresh token."""
        request.user = presented.user
        request.scopes = list(presented.scope)
        request.resource = list(presented.resource)
        request.id_jag = presented.id_jag
        # For ACCESS_TOKEN_GENERATOR: they belong into the token's cnf.jkt and authorization_details. It finds them
        # in vars(request), since as attributes oauthlib shows a client's parameters, too.
        request.dpop_jkt = presented.proof.jkt
        request.granted_details = list(presented.details)
        token: dict[str, Any] = token_handler.create_token(request, refresh_token=False)
        if presented.proof.jkt:
            token["token_type"] = protocol.TOKEN_TYPE_DPOP  # RFC 9449 §5: nobody may take it for a bearer token
        self.request_validator.save_token(token, request)
        id_jag = presented.id_jag
        log.info(
            "redeemed: iss=%s sub=%s jti=%s client=%s scope=%r act=%r",
            id_jag.issuer, id_jag.subject, id_jag.claims.get("jti"), presented.client.client_id, token["scope"],
            id_jag.act,
        )  # fmt: skip
        one_or_more = presented.resource[0] if len(presented.resource) == 1 else list(presented.resource)
        answer = token | {"resource": one_or_more}  # ID-JAG §4.4.1: the client learns what the token is for
        return answer | ({protocol.AUTHORIZATION_DETAILS: request.granted_details} if presented.details else {})


def _check_assertion(request: Any) -> None:
    """R2: one assertion is there (RFC 7523 §2.1). ``TokenView`` has refused repeated parameters before."""
    if not getattr(request, "assertion", None):
        tell(log, Verdict(*R2, "failed", "no assertion"))
        raise InvalidRequest("The parameter assertion is missing: send one ID-JAG.")
    tell(log, Verdict(*R2, "passed"))


def _judge(run: CheckRun[Presented]) -> Presented:
    """Run the checks; their refusals become the uniform answer, an unreachable IdP becomes a 503."""
    client_id = run.state.client.client_id
    try:
        return run.through(CHECKS)
    except IdJagRejected as rejected:
        log.warning("refused at %s for client %s: %s", run.failed, client_id, rejected.reason)
        raise Refused(error=rejected.error, description=rejected.description, check=run.failed) from rejected
    except KeysUnavailable as error:
        log.error("no verdict for client %s: %s", client_id, error)
        raise TemporarilyUnavailable from error


def decision_of(request: Any, run: CheckRun[Presented] | None, *, error: str = "") -> Decision:
    """How it ended, with the verdicts of what is no function in ``CHECKS``: R1 and R2 before them, R15 after."""
    is_client = bool(run) or error == protocol.ERROR_INVALID_REQUEST
    begun: Outcome = "passed" if run else "failed"
    verdicts = [
        Verdict(*R1, "passed" if is_client else "failed"),
        Verdict(*R2, begun if is_client else "not reached"),
        *(run.verdicts if run else ()),
        Verdict(*R15, "not reached" if error else "passed"),
    ]
    return Decision(request.client.client_id, tuple(verdicts), error=error, presented=run.state if run else None)


def load_rules() -> Rules:
    """Today's configuration as the values that the checks compare with."""
    return Rules(
        issuer=conf.issuer,
        resources=conf.resources,
        default_resource=conf.default_resource,
        max_lifetime=conf.max_lifetime,
        leeway=conf.leeway,
        single_use=conf.single_use,
        disclose_unknown_user=conf.disclose_unknown_user,
        token_endpoint=conf.token_endpoint,
        dpop_window=conf.dpop_window,
        bound_resources=conf.bound_resources,
        details_types=conf.details_types,
        resource_scopes=conf.resource_scopes,
        resource_parameter=conf.resource_parameter,
        scope_parameter=conf.scope_parameter,
    )
