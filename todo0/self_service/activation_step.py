"""The pages of step 5: what will be true, the one button, and what is true from then on.

In the flow the second page is the last that the setup's browser sees; the link and the cookie open nothing else
any more.

Deliberately does not: offer a way to switch it off again. Todo0's staff can, and so can the enterprise at its IdP.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from todo0.self_service.activation import NotActivated, activate
from todo0.self_service.gate import invited_only
from todo0.self_service.models import Invitation
from todo0.self_service.registration_step import what_todo0_is
from todo0.self_service.steps import invited_to, show_step
from todo0.self_service.trial import proved_domains


@require_http_methods(["GET", "POST"])
@invited_to("activation")
def activation(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    context = {"domains": proved_domains(invitation)}
    if request.method == "GET":
        return show_step(request, invitation, "activation", **context)
    try:
        activate(invitation)
    except NotActivated as missing:
        return show_step(request, invitation, "activation", status=409, missing=str(missing), **context)
    return HttpResponseRedirect(reverse("setup-done"), status=303)


@require_safe
@invited_only
def done(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if not invitation.finished_at or invitation.connection is None:
        return HttpResponseRedirect(reverse("setup"), status=303)
    connection = invitation.connection
    domains = list(connection.email_domains.order_by("domain").values_list("domain", flat=True))
    context = {"invitation": invitation, "connection": connection, "domains": domains, **what_todo0_is()}
    context["resources"] = list(connection.apis.filter(active=True).values_list("identifier", flat=True))
    return render(request, "setup/done.html", context)
