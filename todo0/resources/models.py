"""An API that this server issues tokens for, with the scopes it has and how long its tokens live.

In the flow the rows answer check R13 (is this resource ours?), R14 (has it this scope?) and the token's ``exp``.
The seed makes those of ``JWT_BEARER_RESOURCES``; from then on the rows count, and not the setting.

Deliberately does not: serve an API. A row lets tokens be issued that name it; who enforces them is another
program, such as ``todo0.api`` and ``todo0.mcp``.
"""

from django.db import models


class Api(models.Model):
    """``identifier`` is compared to the letter and never changes: tokens and other companies' IdPs name it."""

    identifier = models.CharField(max_length=255, unique=True)
    title = models.CharField(max_length=100)
    scopes = models.JSONField(default=list)
    """``[{"scope": "todos.read", "words": "See your todos"}]``, in the order in which people see them."""
    token_lifetime = models.PositiveIntegerField(default=300)
    """Seconds. So long an access token outlives the IdP's *off* at most (RFC 7521 §4.1)."""
    active = models.BooleanField(default=True)
    """Retired instead of deleted: what names it, such as a log or an ID-JAG, goes on to."""

    class Meta:
        verbose_name = "API"

    def __str__(self) -> str:
        return self.title

    @property
    def scope_names(self) -> tuple[str, ...]:
        return tuple(entry["scope"] for entry in self.scopes)
