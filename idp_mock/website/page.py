"""What ``{enterprise}.example`` says of itself: the page that sets it, and the address that says it.

In the flow an app that wants to know whose an e-mail domain is asks its web server (RFC 8615). Nobody's name
server knows ``.example``, so here the IdP serves the file in the web server's place, under the enterprise's path,
and the app is told where to ask (``TODO0_DOMAIN_HOSTS``).

DEMO ONLY: a web server is no part of an IdP. That is also why the system log, which is the IdP's, has none of
this.
"""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from idp_mock.console.gate import Visitor, admins_only
from idp_mock.directory.tenants import load_enterprise
from idp_mock.website.models import DomainFile


class FileForm(forms.Form):
    text = forms.RegexField(
        r"\A[\t\r\n -~]*\Z",
        required=False,
        max_length=2000,
        label="The file",
        error_messages={"invalid": "Expected plain ASCII text, found other characters."},
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
    )


@require_http_methods(["GET", "POST"])
@admins_only
def domain(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    enterprise = visitor.enterprise
    found = DomainFile.objects.filter(enterprise=enterprise).first()
    form = FileForm(
        request.POST if request.method == "POST" else None, initial={"text": found.text if found else ""}
    )
    if form.is_valid():
        DomainFile.objects.update_or_create(enterprise=enterprise, defaults={"text": form.cleaned_data["text"]})
        messages.success(request, "The web server says so from now on.")
        return HttpResponseRedirect(reverse("domain", args=[enterprise.slug]), status=303)
    context = {"form": form, "domain": f"{enterprise.slug}.example"}
    context["address"] = request.build_absolute_uri(reverse("domain_file", args=[enterprise.slug]))
    status = 200 if request.method == "GET" else 400
    return visitor.show(request, "admin/domain.html", status=status, here="domain", **context)


@require_safe
def domain_file(request: HttpRequest, tenant: str) -> HttpResponse:
    found = DomainFile.objects.filter(enterprise=load_enterprise(tenant)).first()
    if not found or not found.text:
        return HttpResponse("There is no such file.\n", status=404, content_type="text/plain")
    return HttpResponse(f"{found.text}\n", content_type="text/plain")
