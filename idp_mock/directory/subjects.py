"""What an app knows a person by: the ``sub`` of its own tokens (OpenID Connect Core §8).

In the flow every token that names a person to somebody asks here: ID Tokens, UserInfo, logout tokens, and the
ID-JAG, whose ``sub`` is the one that the *resource app* would see, not the one of the app that asked for it
(ID-JAG §5). With ``public`` subjects these are the same; with ``pairwise`` ones two apps cannot compare notes.

Apps whose redirect URIs have one host are one sector and see one ``sub`` (OpenID Connect Core §8.1). Seeded apps
all live at ``localhost``, so they are one sector, whatever their ports.

Deliberately does not: turn a pairwise ``sub`` back into a person. It is a hash; what comes back is compared with
what we would say. Nor ``sector_identifier_uri``: an app with redirect URIs at several hosts stays public.
"""

import base64
import hashlib
import hmac

from idp_mock.directory.models import App, Person


def subject_at(app: App, person: Person) -> str:
    """The ``sub`` of ``person`` in tokens for ``app``."""
    if app.subject_type == App.SubjectType.PUBLIC:
        return person.sub
    (sector,) = app.sectors  # exactly one: an app with several cannot be saved as pairwise
    return pairwise_subject(app.enterprise.pairwise_salt, sector, person.sub)


def pairwise_subject(salt: str, sector: str, sub: str) -> str:
    """A salted hash, always the same, from which nobody without the salt gets back (OpenID Connect Core §8.1).

    A length goes before the sector, so that no sector and ``sub`` together read like another pair.
    """
    named = f"{len(sector)}:{sector}{sub}"
    digest = hmac.new(salt.encode(), named.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_subject_of(app: App, person: Person, sub: object) -> bool:
    """Whether ``sub``, from a token that comes back, is what we call ``person`` when we speak to ``app``."""
    return isinstance(sub, str) and hmac.compare_digest(sub.encode(), subject_at(app, person).encode())
