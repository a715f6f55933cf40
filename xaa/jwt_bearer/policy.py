"""What this server grants: never more than the ID-JAG, the client's registration and the request all allow.

Pure functions over tuples, without Django, so that each can be read and tested as a sentence. What a type of
``authorization_details`` means is the project's to say, in a function of its own (``DecideDetail``).

Deliberately does not: look at the user's own rights. The resource server checks those at every call, on every
object (ID-JAG §1).
"""

from collections.abc import Collection, Mapping
from typing import Final, Protocol

from xaa.authorization_details import Detail, Details, DetailsRefused, are_within

Names = tuple[str, ...]
NARROWS: Final = "narrows"  # RFC 8707 §2.2, RFC 6749 §3.3: the form picks among what is granted
FALLBACK: Final = "fallback"  # the form's resource counts where the ID-JAG names none
IGNORED: Final = "ignored"  # it is no parameter here
RESOURCE_PARAMETER: Final = (NARROWS, FALLBACK, IGNORED)
SCOPE_PARAMETER: Final = (NARROWS, IGNORED)


class DecideDetail(Protocol):
    """One type of ``authorization_details`` at this server (``JWT_BEARER_DETAILS_TYPES``).

    What of ``detail`` the token gets, given the scope and the resource that it gets: ``detail``, less, or None.
    Raises ``DetailsRefused`` for an object that is not of the type (RFC 9396 §5).
    """

    def __call__(self, detail: Detail, *, scope: Names, resource: Names) -> Detail | None: ...


class NotGranted(ValueError):
    """The request asks for what the ID-JAG or this server does not cover. The text is for the log."""


def decide_resource(*, claimed: Names, governed: Collection[str], default: str) -> Names:
    """The APIs the token will be for (RFC 8707 §2; ID-JAG §4.4.1).

    All that is claimed must be ours, or the whole ID-JAG is refused: it was meant for somebody else. Nothing
    claimed means the configured default, never "everything".
    """
    granted = claimed or ((default,) if default else ())
    if not granted:
        raise NotGranted("expected a resource claim, found none, and no default resource is configured")
    foreign = [resource for resource in granted if resource not in governed]
    if foreign:
        raise NotGranted(f"expected resources of this server for this issuer, found {foreign[:3]!r:.200}")
    return granted


def narrow_resource(granted: Names, *, requested: Names) -> Names:
    """The form's ``resource`` picks among what was granted and adds nothing (RFC 8707 §2.2)."""
    wider = [resource for resource in requested if resource not in granted]
    if wider:
        raise NotGranted(f"expected a resource within the ID-JAG's, found {wider[:3]!r:.200}")
    return requested or granted


def decide_scope(*, claimed: Names, requested: Names, allowed: Collection[str]) -> Names:
    """The scopes of the token: those that the ID-JAG, the client's registration and the form all name.

    A form that asks beyond the ID-JAG is refused (RFC 7521 §4.1); beyond the registration, it is narrowed. An
    ID-JAG without ``scope`` grants nothing: a missing claim must not mean everything. ``allowed`` is what both the
    client and the APIs have (``scopes_of_all``).
    """
    wider = [scope for scope in requested if scope not in claimed]
    if wider:
        raise NotGranted(f"expected scopes within the ID-JAG's, found {wider[:5]!r:.200}")
    granted = tuple(scope for scope in (requested or claimed) if scope in allowed)
    if not granted:
        raise NotGranted(f"expected a scope that client and API have, found {(requested or claimed)!r:.200}")
    return granted


def scopes_of_all(resources: Names, *, known: Mapping[str, Names], allowed: Names) -> Names:
    """Those of ``allowed`` that every one of ``resources`` has; a resource that is not in ``known`` has any.

    A token's scopes count at each of its resources (RFC 8707 §2.2), so one that an API does not have would
    otherwise reach it by way of another.
    """
    return tuple(scope for scope in allowed if all(scope in known.get(one, allowed) for one in resources))


def decide_details(
    *, claimed: Details, requested: Details, types: Mapping[str, DecideDetail], scope: Names, resource: Names
) -> Details:
    """The details of the token: those of the ID-JAG, or what the form picks of them, each as its type decides.

    All that is claimed must be understood, also what the form leaves out: the ID-JAG is judged, not a part of it.
    """
    if claimed and not are_within(requested, claimed):
        raise DetailsRefused("Expected details within those of the ID-JAG.")
    unknown = [detail for detail in (*claimed, *requested) if detail["type"] not in types]
    if unknown:
        raise DetailsRefused(f"Expected one of the types {sorted(types)}.")
    decided = [types[detail["type"]](detail, scope=scope, resource=resource) for detail in (*claimed, *requested)]
    chosen = requested or claimed
    granted = tuple(detail for detail in decided[len(claimed) if requested else 0 :] if detail is not None)
    if chosen and not granted:
        raise DetailsRefused("Nothing is left of them after the scope and the resource.")
    if not are_within(granted, chosen):
        raise TypeError("Expected a type to decide for what was asked or less, found more.")
    return granted
