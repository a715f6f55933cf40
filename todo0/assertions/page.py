"""The log as a page: newest first, filtered, every check of an entry a click away."""

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from todo0.assertions.models import Redemption
from todo0.console.gate import staff_only
from todo0.federation.models import Connection

PAGE_SIZE = 25


class Filters(forms.Form):
    """What of the log is wanted. Whatever is not understood filters nothing, and the field says so."""

    event = forms.ChoiceField(required=False, choices=[("", "Every event"), *((e, e) for e in Redemption.Event)])
    client = forms.CharField(required=False, max_length=255, label="Client id")
    issuer = forms.ChoiceField(required=False, label="Enterprise")
    check = forms.RegexField(r"R([1-9]|1[0-5])", required=False, label="Refused by", help_text="R1 to R15")
    person = forms.CharField(required=False, max_length=255, label="Person", help_text="A name or a subject")

    def __init__(self, data: object) -> None:
        super().__init__(data)
        known = Connection.objects.order_by("name").values_list("issuer", "name")
        self.fields["issuer"].choices = [("", "Every enterprise"), *known]

    def wanted(self) -> Q:
        self.is_valid()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        exact = {"event": "event", "client": "client_id", "issuer": "issuer", "check": "refused_by"}
        wanted = Q(**{exact[name]: value for name, value in asked.items() if name in exact})
        if person := asked.get("person"):
            wanted &= Q(subject=person) | Q(person_name__icontains=person)
        return wanted

    def query(self, **more: object) -> str:
        asked = {name: self.data[name] for name in self.fields if self.cleaned_data.get(name)} | more
        return f"?{urlencode({name: value for name, value in asked.items() if value})}"


@require_safe
@staff_only
def log(request: HttpRequest) -> HttpResponse:
    filters = Filters(request.GET)
    rows, before = Redemption.objects.filter(filters.wanted()).order_by("-pk"), request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    entries = list(rows[: PAGE_SIZE + 1])
    context = {
        "here": "assertions",
        "entries": entries[:PAGE_SIZE],
        "filters": filters,
        "newest": filters.query() if before else "",
        "older": filters.query(before=entries[PAGE_SIZE - 1].pk) if entries[PAGE_SIZE:] else "",
    }
    return render(request, "admin/assertions.html", context)
