"""What a sign-in proves, in two claims: ``amr`` says what was done, ``acr`` what that is worth.

In the flow these reach the app in the ID Token, the resource app in the ID-JAG and its API in the access token, so
that each may ask for more than it finds (ID-JAG §9.2, RFC 9470). ``amr`` holds the values of RFC 8176 §2 for what
really happened: a typed password is ``pwd``, a clicked persona is no more than somebody present (``user``), and
``mfa`` comes with a second factor.

Deliberately does not: rank beyond these classes, or know how a factor is asked for.
"""

from collections.abc import Iterable, Sequence
from typing import Final

AMR_PERSONA: Final = ("user",)
AMR_PASSWORD: Final = ("pwd",)
AMR_SECOND_FACTOR: Final = "mfa"

ACR_MFA: Final = "urn:xaa-demo:acr:mfa"
"""A second factor followed the first. DEMO ONLY: the push is simulated, and so is a first factor that is a
click."""
ACR_PASSWORD: Final = "urn:xaa-demo:acr:password"
ACR_NONE: Final = "0"
"""No confidence that the person is who she says (OpenID Connect Core §2)."""
CLASSES: Final = (ACR_MFA, ACR_PASSWORD, ACR_NONE)


def classes_met(amr: Iterable[str]) -> tuple[str, ...]:
    """Every class that a sign-in by ``amr`` satisfies, the strongest first."""
    done = set(amr)
    met = {ACR_MFA: AMR_SECOND_FACTOR in done, ACR_PASSWORD: done.issuperset(AMR_PASSWORD), ACR_NONE: True}
    return tuple(found for found in CLASSES if met[found])


def meets(amr: Iterable[str], asked: Sequence[str]) -> bool:
    """Whether the sign-in is of one of the classes ``asked`` for; with none asked for, any will do."""
    return not asked or not set(asked).isdisjoint(classes_met(amr))


def resolve_acr(amr: Iterable[str], asked: Sequence[str]) -> str:
    """The ``acr`` to tell: the first of ``asked`` that is met, in the client's order, else the strongest met."""
    met = classes_met(amr)
    return next((wanted for wanted in asked if wanted in met), met[0])
