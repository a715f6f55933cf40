"""The authorization endpoint's page, for an app that comes through the browser instead of with an ID-JAG.

In the flow this is the way that Cross App Access replaces: the person is asked. It is kept, because an ID-JAG
may be refused and a client then has to fall back to it (ID-JAG §7.2).

Deliberately does not: widen anything. PKCE with S256 and exact redirect URIs are the toolkit's, and stay on.
"""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse

from todo0.authserver.dot import AuthorizationView


class ConsentView(AuthorizationView):
    template_name = "consent.html"

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Our policy forbids forms to leave this site; this one is answered with a redirect to the client."""
        response = super().render_to_response(context, **kwargs)
        target = urlsplit(context.get("redirect_uri") or "")
        if target.scheme in ("http", "https"):
            response._csp_update = {"form-action": [f"{target.scheme}://{target.netloc}"]}
        return response
