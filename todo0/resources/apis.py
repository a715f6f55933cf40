"""Read the APIs, and what an administrator may change of one: its title, its scopes, its tokens' life, its use.

In the flow a redemption reads them with the connection (check R5), so a change counts from the next one on. An API
that is retired loses its access tokens with it.

Deliberately does not: change an identifier. Another identifier is another API.
"""

from collections.abc import Collection
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from stage.kit.changes import NotUndoable
from stage.kit.scopes import read_scopes, write_scopes
from todo0.authserver.dot import AccessToken
from todo0.console.changes import Kind, Terms
from todo0.federation.models import Tenant
from todo0.resources.models import Api

LABELS: Final = {
    "name": "Title",
    "scopes": "Scopes",
    "token_lifetime": "Access tokens live, in seconds",
    "active": "In use",
}


def load_apis() -> QuerySet[Api]:
    """Those in use, oldest first."""
    return Api.objects.filter(active=True).order_by("pk")


def load_scopes() -> dict[str, str]:
    """Every scope that an API in use has, with its words; where two have other words for it, the older one's."""
    found: dict[str, str] = {}
    for entry in (entry for api in load_apis() for entry in api.scopes):
        found.setdefault(entry["scope"], entry["words"])
    return found


def scopes_of(identifier: str) -> list[str]:
    """What a resource server publishes of itself (RFC 9728 §2); nothing of one that is retired."""
    found = load_apis().filter(identifier=identifier).first()
    return sorted(found.scope_names) if found else []


def describe(api: Api) -> dict[str, Any]:
    return {
        "name": api.title,
        "scopes": write_scopes(api.scopes),
        "token_lifetime": api.token_lifetime,
        "active": api.active,
    }


def write(api: Api, terms: Terms) -> None:
    was_active = api.active
    api.title = terms.get("name", api.title)
    api.scopes = read_scopes(terms.get("scopes", describe(api)["scopes"]))
    api.token_lifetime = terms.get("token_lifetime", api.token_lifetime)
    api.active = terms.get("active", api.active)
    if was_active and not api.active:
        if Tenant.objects.filter(default_audience=api.identifier).exists():
            raise NotUndoable(f"{api.title} is the default audience: choose another one first.")
        end_access_tokens_for([api.identifier])
    api.save()


def end_access_tokens_for(identifiers: Collection[str], **only: Any) -> None:
    """Also those that are for another API besides; ``only`` narrows them further.

    Read one by one, since the toolkit's column cannot be asked for a member. There are as many as live now.
    """
    live = AccessToken.objects.filter(expires__gt=timezone.now(), **only).values_list("pk", "resource")
    ended = [pk for pk, resource in live.iterator() if not set(identifiers).isdisjoint(resource)]
    AccessToken.objects.filter(pk__in=ended).delete()


API: Final = Kind("api", Api, LABELS, describe, write)
