"""The authentication backend: from the authorization code to the person (``AUTHENTICATION_BACKENDS`` names
it).

mozilla-django-oidc's ``authenticate`` tells the steps, and each step that it does unsafely is replaced: the
code is redeemed at the IdP that this attempt chose, the ID Token passes ``id_token.CHECKS``, the user is
(issuer, subject). Every refusal is a ``SignInFailed`` that the callback turns into its page.

Deliberately does not: call UserInfo unless the connection wants it, or keep tokens: the library would store
them before ``login()``, which flushes the session of whoever was signed in before.
"""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from xaa.clock import read_clock
from xaa.metadata import KeysUnavailable, TrustedIssuer
from xaa.signin import conf
from xaa.signin.attempts import Attempt
from xaa.signin.connections import Connection
from xaa.signin.discovery import IdpMetadata
from xaa.signin.failures import ID_TOKEN_REFUSED, IDP_KEYS_UNAVAILABLE, INACTIVE_USER, SignInFailed
from xaa.signin.id_token import verify_id_token
from xaa.signin.identities import UserNotFound, resolve_user
from xaa.signin.mozilla import FIXED_SETTINGS
from xaa.signin.presented import IdToken, IdTokenRejected
from xaa.signin.stores import SignedIn
from xaa.signin.token_request import redeem_code
from xaa.signin.userinfo import fetch_userinfo


@dataclass
class PendingSignIn:
    """What the callback hands the backend with the request, and what it gets back."""

    attempt: Attempt
    connection: Connection
    idp: IdpMetadata
    signed_in: SignedIn = field(init=False)


class SignInBackend(OIDCAuthenticationBackend):
    pending: PendingSignIn
    tokens: dict[str, Any]
    id_token: IdToken

    def __init__(self) -> None:
        # Not the library's own __init__: it reads one IdP from the settings, on every request with a session.
        self.UserModel = get_user_model()

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractUser | None:
        """None when this is no callback of ours, which is Django's word for "ask the next backend"."""
        pending = getattr(request, "pending_sign_in", None)
        if pending is None:
            return None
        self.pending = pending
        self.OIDC_RP_CLIENT_ID = pending.connection.client_id
        self.OIDC_RP_CLIENT_SECRET = ""  # the token request authenticates on its own terms, see token_request
        user: AbstractUser = super().authenticate(request, **credentials)
        return user

    def get_settings(self, attr: str, *_default: object) -> Any:
        return FIXED_SETTINGS[attr]

    def get_token(self, payload: dict[str, str]) -> dict[str, Any]:
        form = {name: value for name, value in payload.items() if name not in ("client_id", "client_secret")}
        self.tokens = redeem_code(self.pending.connection, self.pending.idp.token_endpoint, form)
        return self.tokens

    def verify_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        connection = self.pending.connection
        trusted = TrustedIssuer(connection.issuer, connection.algorithms, self.pending.idp.jwks_uri)
        try:
            self.id_token = verify_id_token(
                token,
                connection=connection,
                verify_signature=lambda raw: conf.issuer_directory().verify(raw, trusted),
                nonce=kwargs["nonce"],
                max_age=self.pending.attempt.asked.max_age,
                acr_values=self.pending.attempt.asked.acr_values,
                now=read_clock(),
                leeway=conf.leeway(),
            )
        except IdTokenRejected as rejected:
            raise SignInFailed(ID_TOKEN_REFUSED, str(rejected)) from rejected
        except KeysUnavailable as error:
            raise SignInFailed(IDP_KEYS_UNAVAILABLE, str(error)) from error
        return dict(self.id_token.claims)

    def store_tokens(self, access_token: str, id_token: str) -> None:
        """Nothing yet: see the module's docstring."""

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> AbstractUser:
        profile = payload
        if self.pending.connection.wants_userinfo:
            endpoint = self.pending.idp.userinfo_endpoint
            userinfo = fetch_userinfo(endpoint, access_token=access_token, subject=self.id_token.subject)
            profile = {**userinfo, **payload}  # what is signed wins
        try:
            user = resolve_user(
                self.id_token.issuer,
                self.id_token.subject,
                profile=profile,
                authoritative_for=self.pending.connection.authoritative_for,
            )
        except UserNotFound as error:
            raise SignInFailed(INACTIVE_USER, str(error)) from error
        self.pending.signed_in = self._describe(user, raw_id_token=id_token)
        return user

    def get_user(self, user_id: Any) -> AbstractUser | None:
        """Django's own: the library's would keep the sessions of a user who was switched off."""
        user: AbstractUser | None = ModelBackend.get_user(self, user_id)
        return user

    def _describe(self, user: AbstractUser, *, raw_id_token: str) -> SignedIn:
        return SignedIn(
            connection=self.pending.connection,
            user=user,
            issuer=self.id_token.issuer,
            subject=self.id_token.subject,
            sid=self.id_token.sid,
            claims=self.id_token.claims,
            expires_at=self.id_token.expires_at,
            session_expires_at=self.id_token.session_expires_at,
            id_token=raw_id_token,
            refresh_token=self.tokens.get("refresh_token", ""),
        )
