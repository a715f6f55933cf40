"""The authorization endpoint's page, for an app that comes through the browser instead of with an ID-JAG.

In the flow this is the way that Cross App Access replaces: the person is asked. It is kept, because an ID-JAG
may be refused and a client then has to fall back to it (ID-JAG §7.2).

Deliberately does not: widen anything. PKCE with S256 and exact redirect URIs are the toolkit's, and stay on.
"""

import re
from typing import Any, Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

from todo0.authserver.dot import Application, AuthorizationView
from xaa import protocol

BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})|%00")


class ConsentView(AuthorizationView):
    template_name = "consent.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The toolkit breaks on a query that is not URL-encoded text; the person gets a page instead."""
        if BROKEN_ESCAPE.search(request.META["QUERY_STRING"]):
            return self._refuse("The address is not URL-encoded text.")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """And on a form whose hidden client id was altered to one that does not exist."""
        if not Application.objects.filter(client_id=form.cleaned_data["client_id"]).exists():
            return self._refuse("There is no such client.")
        return super().form_valid(form)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Our policy forbids forms to leave this site; this one is answered with a redirect to the client."""
        response = super().render_to_response(context, **kwargs)
        target = urlsplit(context.get("redirect_uri") or "")
        if target.scheme in ("http", "https"):
            response._csp_update = {"form-action": [f"{target.scheme}://{target.netloc}"]}
        return response

    def _refuse(self, description: str) -> HttpResponse:
        error = {"error": protocol.ERROR_INVALID_REQUEST, "description": description}
        return self.render_to_response({"error": error}, status=400)
