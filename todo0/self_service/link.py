"""The link: opened by anybody any number of times, used once, by a form.

In the flow programs open a link before people do: mail filters, previews in a chat. So opening it shows a page
with one button, and the button begins the setup. The secret is in the address of that one page, which no server of
ours logs, and in the body of that one form; from then on the browser has a cookie.

Deliberately does not: say what will be set up to whoever has no working link.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from todo0.self_service.gate import find_setup, let_in, refuse, refuse_guess
from todo0.self_service.invitations import LinkRefused, State, begin, digest, find_by_link


@never_cache
@csrf_exempt
@sensitive_variables("link")
def show_link(request: HttpRequest, link: str) -> HttpResponse:
    """Whatever the method is: a refusal of it would put the address of a link that works into the log."""
    try:
        invitation = find_by_link(link)
    except LinkRefused as refused:
        return explain(request, link, refused.state)
    domains = list(invitation.domains.values_list("domain", flat=True))
    response = render(request, "setup/link.html", {"invitation": invitation, "domains": domains, "link": link})
    # The address must not travel on. "no-referrer" would make the form's Origin null, which CSRF protection
    # refuses.
    response["Referrer-Policy"] = "strict-origin"
    return response


@never_cache
@require_POST
@sensitive_post_parameters("link")
@sensitive_variables("link", "browser")
def begin_setup(request: HttpRequest) -> HttpResponse:
    link = request.POST.get("link", "")
    try:
        invitation, browser = begin(link)
    except LinkRefused as refused:
        return explain(request, link, refused.state)
    response = HttpResponseRedirect(reverse("setup"), status=303)
    let_in(response, browser, invitation)
    return response


@sensitive_variables("link")
def explain(request: HttpRequest, link: str, state: State | None) -> HttpResponse:
    """Why it does not open; but the browser that used it is taken to where it was."""
    if state is None:
        return refuse_guess(request, None)
    setup = find_setup(request)
    if setup and setup.link_hash == digest(link) and state in (State.UNDER_WAY, State.FINISHED):
        return HttpResponseRedirect(reverse("setup"), status=303)
    return refuse(request, state)
