"""Todo0's own rules as a row, for whoever comes, whichever connection vouches (``tenant`` reads and changes it).

Deliberately does not: hold what one enterprise is held to. That is its connection's.
"""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from xaa.jwt_bearer.policy import FALLBACK, IGNORED, NARROWS
from xaa.throttle.allowance import parse_allowance

SCOPE_PARAMETER = {NARROWS: "Narrows what is granted", IGNORED: "Is ignored"}
RESOURCE_PARAMETER = {
    NARROWS: "Picks among the ID-JAG's",
    FALLBACK: "Counts where the ID-JAG names none",
    IGNORED: "Is ignored",
}
RFC, AUTH0 = "rfc", "auth0"
ANSWERS = {RFC: "As the RFCs say", AUTH0: "As Auth0 documents"}


def check_limit(value: str) -> None:
    try:
        _ = value == "off" or parse_allowance(value)
    except ValueError as error:
        raise ValidationError(f"{str(error).capitalize()}.") from error


class Tenant(models.Model):
    """Todo0's own rules for whoever comes, whichever connection vouches: one row, made by the seed.

    Without the row the settings hold (``JWT_BEARER_...``). Where they forbid to disclose, no row allows it.
    """

    default_audience = models.CharField(
        max_length=255,
        blank=True,
        help_text="The API that is meant when an ID-JAG names none; empty: it is refused.",
    )
    disclose_unknown_user = models.BooleanField(
        default=True, help_text="Answer “User not found”; off: as every other refusal."
    )
    url_clients = models.BooleanField(
        default=True, help_text="Clients whose id is the address of their document may come, if they are listed."
    )
    scope_parameter = models.CharField(
        max_length=10, choices=SCOPE_PARAMETER, default=NARROWS, help_text="Of a client, beside its ID-JAG."
    )
    resource_parameter = models.CharField(
        max_length=10, choices=RESOURCE_PARAMETER, default=NARROWS, help_text="Of a client, beside its ID-JAG."
    )
    id_jag_limit = models.CharField(
        max_length=40,
        blank=True,
        validators=[check_limit],
        help_text="Of ID-JAGs, such as 5/s burst 5; off: none. Empty: as the environment says.",
    )
    client_share = models.PositiveSmallIntegerField(
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="100: all of it, as at Auth0. With less, one client's flood leaves the others the rest.",
    )

    answers = models.CharField(
        max_length=10,
        choices=ANSWERS,
        default=RFC,
        help_text="To an ID-JAG. Auth0: its words, 401 for a bad signature, 403 for what is not allowed.",
    )

    def __str__(self) -> str:
        return "Todo0"
