"""Mint a logout token: the IdP's word to one app that a sign-in is over (OpenID Connect Back-Channel Logout §2.4).

Signed as the app's ID Tokens are. ``typ`` and the event say what it is, and there is no ``nonce``, so that it
never passes as an ID Token. It lives for two minutes: it is presented at once or not at all.

Deliberately does not: send it (``idp_mock.signin.backchannel_logout`` does), or encrypt it.
"""

import secrets
from datetime import datetime

from django.conf import settings

from idp_mock.clock import epoch
from idp_mock.directory.models import App, Person
from idp_mock.directory.subjects import subject_at
from idp_mock.keys.keystore import load_signing_key
from xaa import jose, protocol


def issue_logout_token(app: App, person: Person, *, sid: str, now: datetime) -> str:
    """For the session ``sid``, or with "" for all sessions that ``person`` has at ``app``."""
    claims = {
        "iss": app.enterprise.issuer,
        "sub": subject_at(app, person),
        "aud": app.client_id,
        "iat": epoch(now),
        "exp": epoch(now + settings.IDP_LOGOUT_TOKEN_LIFETIME),
        "jti": secrets.token_urlsafe(24),
        "events": {protocol.EVENT_LOGOUT: {}},
    }
    if sid:
        claims["sid"] = sid
    key = load_signing_key(app.enterprise, alg=app.id_token_signed_response_alg)
    return jose.sign(claims, key=key, typ=protocol.TYP_LOGOUT_TOKEN)
