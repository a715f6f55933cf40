"""From the IdP's word for a person to one local account.

The project that lifts this package knows its accounts, so it supplies the resolver
(``JWT_BEARER_SUBJECT_RESOLVER``): a function that takes the verified ``IdJag`` and returns the user it names.

The rule (ID-JAG §5; OpenID Connect Core §5.7): the key is (``iss``, ``sub``), the very row that single sign-on
uses. An e-mail address is not a key; whoever can set an e-mail at any trusted IdP would own the account.

Deliberately does not: create accounts.
"""

from typing import Any

from xaa.jwt_bearer.conf import conf


class SubjectNotFound(LookupError):
    """No active local account for this subject. ``reason`` is for the log, never for the wire."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def resolve_subject(id_jag: Any) -> Any:
    """The one active local user that ``id_jag`` speaks of; a deactivated one is refused like an unknown one."""
    user = conf.subject_resolver(id_jag)
    if not user.is_active:
        raise SubjectNotFound("expected an active account, found a deactivated one")
    return user
