"""The words a person can send to whoever can change a decision. Copied by hand: Agent0 sends no mail."""

from django.conf import settings
from django.contrib.auth.models import User

from agent0.assistant import outcomes
from agent0.assistant.cards import Card
from agent0.connections import find_connection_for_issuer


def write_request(card: Card, user: User) -> str:
    """Plain text for an administrator; "" when nobody but the person can do anything."""
    if card.explanation is None or card.explanation.next_step != outcomes.ASK_ADMIN:
        return ""
    outcome, issuer = card.run.outcome, card.run.session.issuer
    said = f"{outcome.get('error', '')} {outcome.get('description', '')}".strip() or outcome.get("reason", "")
    lines = [
        f"Hello, I would like Agent0 to act for me at {settings.RESOURCE_NAME}, and it was stopped:",
        f"{card.explanation.title}.",
        "",
        f"Person: {user.get_full_name() or user.get_username()} {user.email}".rstrip(),
        f"Requesting app: Agent0, client {client_id_at(issuer)} at {issuer}",
        f"Resource app: {settings.RESOURCE_NAME}, {settings.RESOURCE_AS_ISSUER}, API {settings.RESOURCE}",
        f"Scopes asked for: {card.asked}" + (f"; actions: {card.actions_asked}" if card.actions_asked else ""),
        f"Answer: {said}" if said else "",
        f"Time: {card.run.finished_at:%Y-%m-%d %H:%M:%S} UTC, run {card.run.uuid}",
    ]
    return "\n".join(line for line in lines if line or line == "")


def client_id_at(issuer: str) -> str:
    try:
        return find_connection_for_issuer(issuer).client_id
    except LookupError:
        return "none any more"
