"""What ends at Todo0 when an enterprise's IdP says that somebody signed out: ``SIGNIN_TOKEN_STORE``.

In the flow, her sessions here end, and so do the access tokens that apps got on that IdP's word for her: the
next call of the API answers 401 at once instead of within five minutes (OpenID Connect Back-Channel Logout §2.7).

Sessions end by ``sid``, where the logout names one. Access tokens end by person: an ID-JAG carries no ``sid``
(ID-JAG §3.1 has no such claim), so which of her sign-ins an app acted on is not known here. A sign-in of hers that
is still alive elsewhere loses little by it: the app asks the IdP for another ID-JAG, and gets it.

An ID-JAG that was issued before the logout and not yet redeemed is refused from now on, also one for somebody who
is not known here yet, or not by this name (``subjects``).

Deliberately does not: end tokens of the authorization code grant, which stand on a consent given here.
"""

from datetime import UTC, datetime

from django.http import HttpRequest

from todo0.authserver.dot import AccessToken
from todo0.console.administrators import remember_sign_in
from todo0.federation.organizations import join_organization
from xaa.signin.logout_token import LogoutToken
from xaa.signin.models import SignedInSession
from xaa.signin.sign_outs import remember_sign_outs
from xaa.signin.stores import SessionTokenStore, SignedIn


class SessionsAndAccessTokens(SessionTokenStore):
    def keep(self, request: HttpRequest, signed_in: SignedIn) -> None:
        """A sign-in by the connection of an organization makes a member, too; one by the staff's, perhaps more."""
        join_organization(signed_in.user, signed_in.issuer)
        remember_sign_in(request, signed_in)
        super().keep(request, signed_in)

    def end(self, logout: LogoutToken) -> None:
        # First, for a sid alone names its person by the session that is about to go.
        end_what_apps_hold(logout, subjects=[logout.subject] if logout.subject else find_subjects(logout))
        super().end(logout)


def end_what_apps_hold(logout: LogoutToken, *, subjects: list[str]) -> None:
    """ID-JAGs first, access tokens second, so that no ID-JAG is redeemed between the two.

    A redemption that has passed its checks in this very moment still gets its token, for five minutes.
    """
    remember_sign_outs(logout.issuer, subjects, at=datetime.fromtimestamp(logout.issued_at, UTC))
    AccessToken.objects.filter(origin__issuer=logout.issuer, origin__subject__in=subjects).delete()


def find_subjects(logout: LogoutToken) -> list[str]:
    return list(SignedInSession.objects.filter(logout.covers()).values_list("subject", flat=True))
