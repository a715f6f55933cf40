"""The authorization server's own description, at ``/.well-known/oauth-authorization-server`` (RFC 8414).

``xaa.jwt_bearer`` says that ID-JAGs are understood; added here are the keys of our access tokens, and how an
authorization response comes. Clients cache it.

Deliberately does not: list the issuers we trust (ID-JAG §9.4).
"""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse

from todo0.resources.apis import load_apis
from xaa.jwt_bearer.views import AuthorizationServerMetadataView


class Todo0MetadataView(AuthorizationServerMetadataView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        document = json.loads(super().get(request, *args, **kwargs).content)
        document["jwks_uri"] = settings.JWT_BEARER_ISSUER + reverse("jwks")
        document["response_modes_supported"] = ["query"]  # left out, it would mean fragment as well (RFC 8414 §2)
        document["protected_resources"] = [api.identifier for api in load_apis()]  # RFC 9728 §4
        return JsonResponse(
            document, headers={"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
        )
