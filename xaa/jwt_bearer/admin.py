"""Django admin, for projects that use it: which clients may redeem ID-JAGs. Replay rows are nobody's to edit."""

from django.contrib import admin

from xaa.jwt_bearer.models import CrossAppClient


@admin.register(CrossAppClient)
class CrossAppClientAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("application", "enabled", "allowed_scopes")
    autocomplete_fields = ("application",)
