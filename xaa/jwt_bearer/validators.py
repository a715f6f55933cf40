"""django-oauth-toolkit's validator, told of the grant: ``OAUTH2_PROVIDER["OAUTH2_VALIDATOR_CLASS"]``.

Use the ready class, or the mixin over your own validator.
"""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet
from oauth2_provider.models import get_application_model
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.settings import oauth2_settings

from xaa import protocol
from xaa.jwt_bearer.client_authentication import authenticate_by_key, has_keys, uses_assertion
from xaa.jwt_bearer.client_documents import read_document


class JwtBearerValidatorMixin:
    """What the grant needs of the validator, and nothing that changes another grant."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Authenticate as always, or by a key; but nobody who names another client in the form than elsewhere.

        Two readers of such a request could take it for two clients' (RFC 6749 §2.3). And spend a hash on unknown
        clients too: otherwise the time of the answer tells which client ids exist (RFC 9700 §2.5).
        """
        if uses_assertion(request):
            authenticated = authenticate_by_key(request, self._load_application)
        else:
            authenticated = self._authenticate_by_secret(request, *args, **kwargs)
        return authenticated and request.client_id in (None, "", request.client.client_id)

    def client_authentication_required(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Whoever sends a client assertion is held to it, and whoever has registered keys must send one.

        Otherwise a client that the toolkit calls public could be played by anybody who knows its id
        (draft-ietf-oauth-client-id-metadata-document §6.2).
        """
        required: bool = super().client_authentication_required(request, *args, **kwargs)  # type: ignore[misc]
        return required or uses_assertion(request) or has_keys(request.client)

    def _authenticate_by_secret(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """A client with a key has no secret, whatever its row says (RFC 9700 §2.5)."""
        authenticated = bool(super().authenticate_client(request, *args, **kwargs))  # type: ignore[misc]
        if not authenticated and request.client is None:
            make_password(str(request.client_secret), hasher=oauth2_settings.CLIENT_SECRET_HASHER)
        return authenticated and not has_keys(request.client)

    def _extract_basic_auth(self, request: Any) -> str | None:
        """What follows ``Basic``, in whichever case it is written (RFC 9110 §11.1); the toolkit knows one.

        Base64 is ASCII; the toolkit lets anything else end in a 500.
        """
        scheme, _, encoded = (request.headers.get("HTTP_AUTHORIZATION") or "").partition(" ")
        return encoded if scheme.lower() == "basic" and encoded and encoded.isascii() else None

    def _check_secret(self, provided_secret: str, stored_secret: str) -> bool:
        """Nobody proves who they are by an empty secret (ID-JAG §9.1).

        The toolkit takes it for the right one where a client was saved without any: then its id alone would do. It
        is compared all the same, so that it takes as long as another wrong one.
        """
        matches = bool(super()._check_secret(provided_secret, stored_secret))  # type: ignore[misc]
        return matches and provided_secret != ""

    def known_applications(self) -> QuerySet[Any]:
        """Among which a client is looked up. A project annotates what it wants to know in the same statement."""
        found: QuerySet[Any] = get_application_model().objects.select_related("cross_app_access")
        return found

    def _load_application(self, client_id: str | None, request: Any) -> Any:
        """The client, with what its document says if its id is a URL; unknown when the document is not usable.

        Its permission comes in the same statement; the toolkit takes what it finds in the request. No client id
        has a NUL, and PostgreSQL cannot look one up; the toolkit lets that end in a 500.
        """
        if "\x00" in (client_id or ""):
            return None
        request.client = request.client or self.known_applications().filter(client_id=client_id).first()
        application = super()._load_application(client_id, request) if request.client else None  # type: ignore[misc]
        request.client = read_document(application)
        return request.client

    def save_bearer_token(self, token: dict[str, Any], request: Any, *args: Any, **kwargs: Any) -> Any:
        """Store the token. Ours is one INSERT, which needs no transaction around it."""
        if request.grant_type in (protocol.GRANT_JWT_BEARER, protocol.GRANT_JWT_DPOP):
            return self._save_bearer_token(token, request, *args, **kwargs)  # type: ignore[attr-defined]
        return super().save_bearer_token(token, request, *args, **kwargs)  # type: ignore[misc]


class JwtBearerValidator(JwtBearerValidatorMixin, OAuth2Validator):
    """The stock validator and the JWT bearer grant."""
