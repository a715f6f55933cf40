"""The profile from the UserInfo endpoint (OpenID Connect Core §5.3), for connections that want it.

Its ``sub`` must be the ID Token's, or an access token that was slipped in would dress one person in another's
name (OpenID Connect Core §5.3.2).

Deliberately does not: read signed or encrypted UserInfo responses (``application/jwt``).
"""

from collections.abc import Mapping
from typing import Any

from xaa.http import HttpFailure
from xaa.signin import conf
from xaa.signin.failures import IDP_UNAVAILABLE, TOKENS_UNUSABLE, USERINFO_REFUSED, SignInFailed


def fetch_userinfo(endpoint: str, *, access_token: str, subject: str) -> Mapping[str, Any]:
    if not endpoint:
        raise SignInFailed(IDP_UNAVAILABLE, "Expected the metadata to have a userinfo_endpoint.")
    try:
        answer = conf.outgoing_http().get(endpoint, headers={"Authorization": f"Bearer {access_token}"})
        profile = answer.json()
    except HttpFailure as failure:
        raise SignInFailed(IDP_UNAVAILABLE, str(failure)) from failure
    if answer.status != 200:
        raise SignInFailed(TOKENS_UNUSABLE, f"{endpoint}: expected status 200, found {answer.status}")
    if profile.get("sub") != subject:
        raise SignInFailed(USERINFO_REFUSED, "Expected UserInfo's sub to be the ID Token's.")
    return profile
