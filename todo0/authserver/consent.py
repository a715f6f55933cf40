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
from xaa.jwt_bearer.client_documents import read_document

BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})|%00")


class ConsentView(AuthorizationView):
    template_name = "consent.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The toolkit breaks on a query that is not URL-encoded text; the person gets a page instead."""
        if BROKEN_ESCAPE.search(request.META["QUERY_STRING"]):
            return self._refuse("The address is not URL-encoded text.")
        given = (request.GET.getlist("resource"), request.POST.getlist("resource"))
        if not all(_is_url(resource) for resources in given for resource in " ".join(resources).split()):
            return self._refuse("A resource is not a URL.")
        if protocol.AUTHORIZATION_DETAILS in {*request.GET, *request.POST}:  # ignored, they would limit nothing
            return self._refuse("Authorization details come with an ID-JAG alone, not through this page.")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """And on a form whose hidden client id was altered to one that does not exist.

        It would send whoever says no to an altered redirect URI, registered or not (RFC 9700 §4.11).
        """
        client = read_document(Application.objects.filter(client_id=form.cleaned_data["client_id"]).first())
        if client is None:
            return self._refuse("There is no such client.")
        redirect_uri = form.cleaned_data["redirect_uri"]
        if not _is_url(redirect_uri) or not client.redirect_uri_allowed(redirect_uri):
            return self._refuse("The client has not registered this redirect URI.")
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


def _is_url(text: str) -> bool:
    """Python can take it apart: ``http://[`` is none."""
    try:
        urlsplit(text)
    except ValueError:
        return False
    return True
