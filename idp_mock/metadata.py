"""What an enterprise's IdP says about itself: RFC 8414 and OpenID Connect Discovery, one document for both.

An issuer with a path has two addresses for it: RFC 8414 §3.1 inserts the well-known part before the path, OpenID
Connect Discovery §4 appends it. Clients try either, so both are served.

Deliberately does not: promise anything that is not enforced, or say which apps and resource apps exist
(ID-JAG §9.4). So it lists no types of ``authorization_details`` either (optional, RFC 9396 §10): each is named for
the resource app that it is of, whose own metadata lists it.
"""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from idp_mock.directory.models import App, Enterprise
from idp_mock.directory.tenants import load_enterprise, tell_unknown_tenant_in_json
from idp_mock.signin.authorization_request import PROMPTS, SCOPES
from idp_mock.signin.factors import CLASSES
from idp_mock.tokens.endpoint import GRANTS
from idp_mock.tokens.id_token import ALGORITHMS
from xaa import client_assertion, protocol

CLIENT_AUTHENTICATION = ("client_secret_basic", "client_secret_post", "private_key_jwt")
CLAIMS = (
    "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "sid", "amr", "acr", "tenant",
    "email", "email_verified", "name", "preferred_username",
)  # fmt: skip


def describe(enterprise: Enterprise) -> dict[str, object]:
    issuer = enterprise.issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "revocation_endpoint": f"{issuer}/revoke",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "end_session_endpoint": f"{issuer}/logout",
        "jwks_uri": f"{issuer}/keys",
        "scopes_supported": list(SCOPES),
        "claims_supported": list(CLAIMS),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANTS),
        protocol.META_REQUESTED_TOKEN_TYPES: [protocol.TOKEN_TYPE_ID_JAG],  # ID-JAG §7.1
        "token_endpoint_auth_methods_supported": list(CLIENT_AUTHENTICATION),
        "token_endpoint_auth_signing_alg_values_supported": list(client_assertion.ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": list(CLIENT_AUTHENTICATION),
        "revocation_endpoint_auth_signing_alg_values_supported": list(client_assertion.ALGORITHMS),
        protocol.META_CLIENT_ID_DOCUMENTS: True,  # for URLs that the enterprise has registered
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,  # RFC 9207 §3
        "subject_types_supported": list(App.SubjectType.values),
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "acr_values_supported": list(CLASSES),
        "prompt_values_supported": list(PROMPTS),
        "backchannel_logout_supported": True,  # OpenID Connect Back-Channel Logout §2.1
        "backchannel_logout_session_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


@require_safe
@tell_unknown_tenant_in_json
def metadata(request: HttpRequest, tenant: str) -> JsonResponse:
    response = JsonResponse(describe(load_enterprise(tenant)))
    response["Cache-Control"] = "public, max-age=300"
    return response
