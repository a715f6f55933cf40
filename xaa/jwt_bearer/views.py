"""The token endpoint and its metadata: django-oauth-toolkit's views, with what an ID-JAG needs.

Mount ``TokenView`` in the place of the toolkit's own, and ``AuthorizationServerMetadataView`` at
``/.well-known/oauth-authorization-server`` (RFC 8414 §3).
"""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from oauth2_provider.signals import app_authorized
from oauth2_provider.views import TokenView as ToolkitTokenView
from oauth2_provider.views.metadata import OAuthServerMetadataView

from xaa import client_assertion, protocol
from xaa.dpop import ALGORITHMS
from xaa.jwt_bearer.conf import conf
from xaa.jwt_bearer.errors import InvalidRequest
from xaa.jwt_bearer.form import check_form

CLIENT_ENDPOINTS = frozenset({"token_endpoint", "introspection_endpoint", "revocation_endpoint"})
"""Where clients authenticate, all through the validator, so that a key works at each (RFC 8414 §2)."""


class TokenView(ToolkitTokenView):
    """The token endpoint: a well-formed form first (R2), then oauthlib, and never a cacheable answer.

    The device flow, which the stock view answers apart, is not offered.
    """

    @method_decorator(
        sensitive_post_parameters("assertion", "client_assertion", "client_secret", "code", "code_verifier")
    )
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            check_form(request)
            response: HttpResponse = self.authorization_flow_token_response(request)
        except InvalidRequest as error:
            response = HttpResponse(error.json, status=error.status_code)
        response["Content-Type"] = "application/json"
        response["Cache-Control"] = "no-store"  # RFC 6749 §5.1, §5.2: on errors too
        response["Pragma"] = "no-cache"
        return response

    def authorization_flow_token_response(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The toolkit's, which looks its new token up again for a signal: only if somebody listens to it."""
        if app_authorized.has_listeners(self):
            found: HttpResponse = super().authorization_flow_token_response(request, *args, **kwargs)
            return found
        _, headers, body, status = self.create_token_response(request)
        return HttpResponse(body, status=status, headers=headers)


class AuthorizationServerMetadataView(OAuthServerMetadataView):
    """RFC 8414 metadata that says: this server understands ID-JAGs (ID-JAG §7.2).

    Deliberately does not: name the issuers it trusts. That would publish a customer list (ID-JAG §9.4).
    """

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        document = json.loads(super().get(request, *args, **kwargs).content)
        grants = document.setdefault("grant_types_supported", [])
        if protocol.GRANT_JWT_BEARER not in grants:  # the profile promises the grant (ID-JAG §7.2)
            grants.append(protocol.GRANT_JWT_BEARER)
        if conf.token_endpoint:  # RFC 9449 §5.1; draft-parecki-oauth-jwt-dpop-grant §3
            grants += [protocol.GRANT_JWT_DPOP] if protocol.GRANT_JWT_DPOP not in grants else []
            document["token_endpoint"] = conf.token_endpoint  # the address that we hold a proof's htu to
            document[protocol.META_DPOP_ALGORITHMS] = list(ALGORITHMS)
        for endpoint in CLIENT_ENDPOINTS & document.keys():
            methods = [*document[f"{endpoint}_auth_methods_supported"], "private_key_jwt"]
            document[f"{endpoint}_auth_methods_supported"] = list(dict.fromkeys(methods))
            document[f"{endpoint}_auth_signing_alg_values_supported"] = list(client_assertion.ALGORITHMS)
        if types := sorted(conf.details_types):
            document[protocol.META_DETAILS_TYPES] = types
        document |= {"issuer": conf.issuer, protocol.META_GRANT_PROFILES: [protocol.GRANT_PROFILE_ID_JAG]}
        document[protocol.META_CLIENT_ID_DOCUMENTS] = True  # for URLs that our admin has listed
        return JsonResponse(document, headers={"Access-Control-Allow-Origin": "*"})
