"""Step 3: the e-mail domain is proved by a file on its web server.

In the flow the proof says two things: whose people are sent to this IdP from now on, and whose word it may be that
a test sign-in speaks for. What cannot be proved leads nobody here.

Deliberately does not: let the admin add a domain. Which she may claim, the invitation says.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from todo0.self_service.calls import TOO_MANY, seconds_until_next_call
from todo0.self_service.domain_proof import Asked, address_of, line_of, prove_domains
from todo0.self_service.models import Invitation
from todo0.self_service.steps import go_on, invited_to, is_one_proved, show_step


@require_http_methods(["GET", "POST"])
@invited_to("domain")
def domain(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if request.method == "GET":
        return show(request, invitation, [])
    if wait := seconds_until_next_call(invitation):
        return show(request, invitation, [], status=429, wait=TOO_MANY.format(wait))
    asked = prove_domains(invitation)
    if all(one.problem for one in asked) and asked:
        return show(request, invitation, asked, status=400)
    if any(one.problem for one in asked):
        return show(request, invitation, asked)
    messages.success(request, "Proved. From the end of the setup on, these domains lead to your sign-in.")
    return go_on(invitation)


def show(
    request: HttpRequest, invitation: Invitation, asked: list[Asked], *, status: int = 200, wait: str = ""
) -> HttpResponse:
    problems = {one.domain: one.problem for one in asked}
    claimed = [
        {
            "row": row,
            "address": (address := address_of(row.domain)),
            "stands_in": not address.startswith(f"https://{row.domain}/"),
            "problem": problems.get(row.domain, ""),
        }
        for row in invitation.domains.all()
    ]
    context = {"claimed": claimed, "line": line_of(invitation), "asked": asked, "wait": wait}
    context["can_go_on"] = is_one_proved(invitation)
    return show_step(request, invitation, "domain", status=status, **context)
