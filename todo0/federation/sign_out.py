"""What ends at Todo0 when an enterprise's IdP says that somebody signed out: ``SIGNIN_TOKEN_STORE``.

In the flow, her sessions here end, and so do the access tokens that apps got on that IdP's word for her: the
next call of the API answers 401 at once instead of within five minutes (OpenID Connect Back-Channel Logout §2.7).

Sessions end by ``sid``, where the logout names one. Access tokens end by person: an ID-JAG carries no ``sid``
(ID-JAG §3.1 has no such claim), so which of her sign-ins an app acted on is not known here. A sign-in of hers that
is still alive elsewhere loses little by it: the app asks the IdP for another ID-JAG, and gets it.

Deliberately does not: end tokens of the authorization code grant, which stand on a consent given here; or refuse
an ID-JAG that was issued before the logout and is redeemed after it, within its five minutes.
"""

from todo0.authserver.dot import AccessToken
from xaa.signin.logout_token import LogoutToken
from xaa.signin.models import SignedInSession
from xaa.signin.stores import SessionTokenStore


class SessionsAndAccessTokens(SessionTokenStore):
    def end(self, logout: LogoutToken) -> None:
        end_access_tokens(logout)  # first: a sid alone names its person by the session that is about to go
        super().end(logout)


def end_access_tokens(logout: LogoutToken) -> None:
    """Delete every access token that was got with an ID-JAG of this issuer for this person."""
    subjects = [logout.subject] if logout.subject else _find_subjects(logout)
    AccessToken.objects.filter(origin__issuer=logout.issuer, origin__subject__in=subjects).delete()


def _find_subjects(logout: LogoutToken) -> list[str]:
    return list(SignedInSession.objects.filter(logout.covers()).values_list("subject", flat=True))
