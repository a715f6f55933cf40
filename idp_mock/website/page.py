"""What ``{enterprise}.example`` says of itself: the page that sets it, and the address that says it.

In the flow an app that wants to know whose an e-mail domain is asks its web server (RFC 8615). Nobody's name
server knows ``.example``, so here the IdP serves the file in the web server's place, under the enterprise's path,
and the app is told where to ask (``TODO0_DOMAIN_HOSTS``).

DEMO ONLY: a web server is no part of an IdP.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from idp_mock.console.gate import Visitor, admins_only
from idp_mock.console.saving import bring_back, save_form, tell_history
from idp_mock.directory.models import Enterprise
from idp_mock.directory.tenants import load_enterprise
from idp_mock.website.change import FILE, load_file
from idp_mock.website.models import DomainFile, DomainFileChange

SAVED = "The web server says so from now on."
RESTORED = "Restored: the web server says what it said before version {version}."


class FileForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.RegexField(
        r"\A[\t\r\n -~]*\Z",
        required=False,
        max_length=2000,
        label="The file",
        help_text="One line an app. Left empty, there is no file.",
        error_messages={"invalid": "Expected plain ASCII text, found other characters."},
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, found: DomainFile, data: Any = None) -> None:
        super().__init__(data, initial={"text": found.text, "version": found.version})

    def terms(self) -> dict[str, str]:
        return {"text": self.cleaned_data["text"]}


@require_http_methods(["GET", "POST"])
@admins_only
def domain(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the file, or save it. What was typed is shown again whenever it was not saved."""
    found = load_file(visitor.enterprise)
    if request.method == "GET":
        return show(request, visitor, FileForm(found))
    form = FileForm(found, request.POST)
    if refused := save_form(visitor, FILE, found, form):
        return show(request, visitor, form, **refused)
    messages.success(request, SAVED)
    return HttpResponseRedirect(address_of(visitor.enterprise), status=303)


@require_POST
@admins_only
def restore_domain(request: HttpRequest, visitor: Visitor, change: int) -> HttpResponse:
    """Bring back what was before one change of the history, over the version that the admin looked at."""
    wanted = get_object_or_404(DomainFileChange, enterprise=visitor.enterprise, pk=change)
    found, done = load_file(visitor.enterprise), RESTORED.format(version=wanted.version)
    bring_back(request, visitor, FILE, found, wanted, done=done)
    return HttpResponseRedirect(address_of(visitor.enterprise), status=303)


@require_safe
def domain_file(request: HttpRequest, tenant: str) -> HttpResponse:
    found = load_file(load_enterprise(tenant))
    if not found.text:
        return HttpResponse("There is no such file.\n", status=404, content_type="text/plain")
    return HttpResponse(f"{found.text}\n", content_type="text/plain")


def address_of(enterprise: Enterprise) -> str:
    return reverse("domain", args=[enterprise.slug])


def show(
    request: HttpRequest,
    visitor: Visitor,
    form: FileForm,
    *,
    status: int = 200,
    missed: list[dict[str, object]] | None = None,
) -> HttpResponse:
    slug, found = visitor.enterprise.slug, load_file(visitor.enterprise)
    return visitor.show(
        request,
        "admin/domain.html",
        here="domain",
        status=status,
        form=form,
        missed=missed,
        domain=f"{slug}.example",
        address=request.build_absolute_uri(reverse("domain_file", args=[slug])),
        version=found.version,
        history=tell_history(FILE, found, lambda change: reverse("domain_restore", args=[slug, change.pk])),
    )
