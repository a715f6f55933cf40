"""How a redemption is answered: as the RFCs say, or as Auth0 documents (``Answers``, a rule of the server).

In the flow this is the last step, when all is decided and in the log. The rule was read with the client. Auth0's
statuses tell more than the RFCs' do: whoever forges a signature hears that this was it, and nothing beyond.

Deliberately does not: invent. Where Auth0's pages give a status alone, the code is the RFC's; where they say
nothing, as of a wrong ``resource``, the whole answer is. Nor call a missing parameter ``invalid_grant``, as they
do: ``invalid_request`` tells a developer more, and nobody else anything.
"""

from typing import Any, Final

from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from todo0.federation.server_rules import AUTH0
from xaa import protocol
from xaa.jwt_bearer.errors import UNIFORM_DESCRIPTION, Refused, TooManyRequests
from xaa.jwt_bearer.grant import JwtBearerGrant

AUTH0_DESCRIPTION: Final = "Assertion is invalid or has expired"
AUTH0_LIMIT: Final = "Rate limit exceeded. Please retry after some time."
FORBIDDEN: Final = (protocol.ERROR_UNAUTHORIZED_CLIENT, protocol.ERROR_INVALID_SCOPE)
"""What the client, or an ID-JAG with these scopes, may not do here: 403 at Auth0, 400 by RFC 6749 §5.2."""
SIGNATURE: Final = "R6"


class WordedGrant(JwtBearerGrant):
    def word_refusal(self, request: Any, error: OAuth2Error) -> tuple[int, dict[str, str]]:
        status, body = super().word_refusal(request, error)
        if not answers_as_auth0(request):
            return status, body
        if body.get("error_description") == UNIFORM_DESCRIPTION:
            body["error_description"] = AUTH0_DESCRIPTION
        if isinstance(error, TooManyRequests):
            body["error_description"] = AUTH0_LIMIT
        if isinstance(error, Refused) and error.check == SIGNATURE:
            return 401, body
        return (403 if error.error in FORBIDDEN else status), body

    def word_token(self, request: Any, token: dict[str, Any]) -> dict[str, Any]:
        """Auth0 names no ``resource``, and ``scope`` only where it is another than was asked (RFC 6749 §5.1)."""
        if not answers_as_auth0(request):
            return token
        asked = (request.scope or "").split() or request.id_jag.scope
        left_out = {"resource"} | ({"scope"} if set(asked) == set(request.scopes) else set())
        return {name: value for name, value in token.items() if name not in left_out}


def answers_as_auth0(request: Any) -> bool:
    """By the rule that came with the client's row; a stranger has none, and hears what everybody does."""
    return getattr(request.client, "answers", None) == AUTH0
