"""From the IdP's word for a person to one local account.

The project that lifts this package knows its accounts, so it supplies the resolver
(``JWT_BEARER_SUBJECT_RESOLVER``): a function that takes the verified ``IdJag`` and returns the user it names.

The rule (ID-JAG §5; OpenID Connect Core §5.7): the key is (``iss``, ``sub``), the very row that single sign-on
uses. An e-mail address is not a key; whoever can set an e-mail at any trusted IdP would own the account.

R12 takes three steps. The person is looked up before the checks that may answer with another code than
``invalid_grant``, and judged after them: neither such an answer nor its time tells who has an account here. A
resolver that gives accounts to people it does not know yet returns a ``Newcomer``: a plan, and nothing written.
It is carried out after every other check, so that no ID-JAG that fails anywhere leaves an account behind.

Deliberately does not: create accounts by itself. What one is, and who may have one, is the project's to say.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from xaa.checks import numbered
from xaa.jwt_bearer.conf import conf
from xaa.jwt_bearer.presented import IdJagRejected, Presented


class SubjectNotFound(LookupError):
    """No active local account for this subject. ``reason`` is for the log, never for the wire."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Newcomer:
    """Somebody without an account here, whom the resolver would give one.

    ``welcome`` makes it, in one transaction, and returns the user. It may be called at the same moment for the
    same person in another process: both must return the one account, or raise ``SubjectNotFound``.
    """

    welcome: Callable[[], Any]


@dataclass(frozen=True)
class Unfit:
    """Nobody that may act here, and why; not yet said."""

    refusal: SubjectNotFound | IdJagRejected


def resolve_subject(id_jag: Any) -> Any:
    """The one active local user that ``id_jag`` speaks of, or a ``Newcomer``; of anybody else, why not."""
    try:
        found = conf.subject_resolver(id_jag)
        return found if isinstance(found, Newcomer) else _check_active(found)
    except (SubjectNotFound, IdJagRejected) as refusal:
        return Unfit(refusal)


@numbered("R12", "person found")
def check_person(presented: Presented) -> Presented:
    """She has an active account here, or is a newcomer who may have one (ID-JAG §4.1)."""
    if isinstance(presented.user, Unfit):
        raise _reject(presented, presented.user.refusal) from presented.user.refusal
    return presented


@numbered("R12", "newcomer given an account")
def check_account(presented: Presented) -> Presented:
    """A newcomer gets an account now that all else has passed; whoever has one passes (ID-JAG §2.2).

    The last of ``id_jag.CHECKS``. Where no resolver returns a ``Newcomer``, it has nothing to do.
    """
    if not isinstance(presented.user, Newcomer):
        return presented
    try:
        return replace(presented, user=_check_active(presented.user.welcome()))
    except SubjectNotFound as error:
        raise _reject(presented, error) from error


def _reject(presented: Presented, error: SubjectNotFound | IdJagRejected) -> IdJagRejected:
    """The uniform refusal, or its one exception, if the setting allows it."""
    if isinstance(error, IdJagRejected):
        return error
    description = "User not found" if presented.rules.disclose_unknown_user else ""
    return IdJagRejected(f"sub: {error.reason}", description=description)


def _check_active(user: Any) -> Any:
    """A deactivated account is refused like an unknown one, whoever found or made it."""
    if not user.is_active:
        raise SubjectNotFound("expected an active account, found a deactivated one")
    return user
