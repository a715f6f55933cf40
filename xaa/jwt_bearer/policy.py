"""What this server grants: never more than the ID-JAG, the client's registration and the request all allow.

Pure functions over tuples, without Django, so that each can be read and tested as a sentence.

Deliberately does not: look at the user's own rights. The resource server checks those at every call, on every
object (ID-JAG §1).
"""

from collections.abc import Collection

Names = tuple[str, ...]


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
        raise NotGranted(f"expected resources of this server, found {foreign[:3]!r:.200}")
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
    ID-JAG without ``scope`` grants nothing: a missing claim must not mean everything.
    """
    wider = [scope for scope in requested if scope not in claimed]
    if wider:
        raise NotGranted(f"expected scopes within the ID-JAG's, found {wider[:5]!r:.200}")
    granted = tuple(scope for scope in (requested or claimed) if scope in allowed)
    if not granted:
        raise NotGranted(f"expected a scope that this client is registered for, found {claimed!r:.200}")
    return granted
