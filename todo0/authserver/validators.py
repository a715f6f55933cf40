"""What Todo0 adds to the toolkit's validator: every token is for a resource of ours and knows its origin.

In the flow: ``OAUTH2_PROVIDER["OAUTH2_VALIDATOR_CLASS"]``. For an ID-JAG the grant has already decided the
resource (check R13); the authorization code flow decides it here, so that neither way issues an unrestricted
token (RFC 8707 §2).

Deliberately does not: judge an ID-JAG. ``xaa.jwt_bearer.id_jag`` does.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error, InvalidGrantError

from todo0.authserver.client_secrets import find_retiring_hash
from todo0.authserver.dot import Grant
from todo0.authserver.models import AccessTokenOrigin
from todo0.authserver.spent_codes import end_tokens_of, remember_code
from todo0.federation.tenant import load_tenant, with_rules
from todo0.resources.apis import load_apis
from xaa import protocol
from xaa.jwt_bearer.client_documents import has_document
from xaa.jwt_bearer.validators import JwtBearerValidator


class Todo0Validator(JwtBearerValidator):
    def _authenticate_by_secret(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """A client that nobody knows costs the look for a former secret, too: else the time tells which exist."""
        authenticated = super()._authenticate_by_secret(request, *args, **kwargs)
        if not authenticated and "looked_for_former" not in vars(request):
            find_retiring_hash(None)
        return authenticated

    def _authenticate_basic_auth(self, request: Any) -> bool:
        authenticate = super()._authenticate_basic_auth
        return authenticate(request) or _with_former_secret(authenticate, request)

    def _authenticate_request_body(self, request: Any) -> bool:
        authenticate = super()._authenticate_request_body
        return authenticate(request) or _with_former_secret(authenticate, request)

    def known_applications(self) -> Any:
        return with_rules(super().known_applications())

    def _load_application(self, client_id: str | None, request: Any) -> Any:
        """Whether clients come by their document at all is a rule of ours, read only when one does."""
        application = super()._load_application(client_id, request)
        if application is None or not has_document(application) or load_tenant().url_clients:
            return application
        request.client = None
        return None

    def _create_authorization_code(self, request: Any, code: dict[str, str], expires: Any = None) -> Any:
        """A code is for resources we govern, or the default one; another is refused (RFC 8707 §2)."""
        request.resource = _governed(getattr(request, "resource", None), request)
        return super()._create_authorization_code(request, code, expires)

    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kw: Any) -> bool:
        """Also settles the token's resource: what the token request picks, or all that the code is for.

        A code that is not there any more may have been used: then what it brought ends (RFC 6749 §4.1.2).
        """
        found = Grant.objects.values_list("resource", flat=True).filter(code=code, application=client)
        is_valid = super().validate_code(client_id, code, client, request, *args, **kw)
        granted = found.first() if is_valid else None
        if granted is None:
            end_tokens_of(code)
            return False
        if getattr(request, protocol.AUTHORIZATION_DETAILS, None):  # ignored, they would limit nothing
            raise _refusal(
                protocol.ERROR_INVALID_AUTHORIZATION_DETAILS, "They come with an ID-JAG alone.", request
            )
        asked = [value for name, value in request.decoded_body if name == "resource" and value]
        if not set(asked) <= set(granted):
            raise _invalid_target(request)
        request.resource = _governed(asked or granted, request)  # one may have been retired meanwhile
        return True

    def get_code_challenge(self, code: str, request: Any) -> str | None:
        with _ending_a_second_use(code, request):
            return super().get_code_challenge(code, request)

    def get_code_challenge_method(self, code: str, request: Any) -> str | None:
        with _ending_a_second_use(code, request):
            return super().get_code_challenge_method(code, request)

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Any, *args: Any, **kw: Any
    ) -> bool:
        with _ending_a_second_use(code, None):
            return bool(super().confirm_redirect_uri(client_id, code, redirect_uri, client, *args, **kw))

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Any, *args: Any, **kw: Any
    ) -> None:
        with _ending_a_second_use(code, request):
            super().invalidate_authorization_code(client_id, code, request, *args, **kw)

    def _create_access_token(
        self, expires: Any, request: Any, token: dict[str, Any], source_refresh_token: Any = None
    ) -> Any:
        """Token first, origin second, without a transaction: nobody has the token before both are written."""
        access_token = super()._create_access_token(expires, request, token, source_refresh_token)
        id_jag = vars(request).get("id_jag")
        if id_jag is not None:
            AccessTokenOrigin.objects.create(
                access_token=access_token,
                issuer=id_jag.issuer,
                subject=id_jag.subject,
                id_jag_jti=id_jag.jti,
                act=json.dumps(id_jag.act) if id_jag.act else "",
            )
        elif request.grant_type == protocol.GRANT_AUTHORIZATION_CODE:
            remember_code(request.code, access_token)
        return access_token


@contextmanager
def _ending_a_second_use(code: str, request: Any) -> Iterator[None]:
    """Of two uses at once, the later finds the code gone at whichever step it has come to (RFC 6749 §4.1.2).

    The toolkit looks it up anew at each, and expects it to be there.
    """
    try:
        yield
    except (Grant.DoesNotExist, InvalidGrantError) as error:
        end_tokens_of(code)
        raise InvalidGrantError(request=request) from error


def _with_former_secret(authenticate: Callable[[Any], bool], request: Any) -> bool:
    """Once more, with the secret that the client's present one has replaced, while that still works."""
    client = request.client
    if client is None:
        return False
    request.looked_for_former = True
    former = find_retiring_hash(client)
    if not former:
        return False
    present, client.client_secret = client.client_secret, former  # in this request's copy of the row alone
    try:
        return authenticate(request)
    finally:
        client.client_secret = present


def _governed(asked: Any, request: Any) -> list[str]:
    wanted = [asked] if isinstance(asked, str) else list(asked or [load_tenant().default_audience])
    if not set(wanted) <= set(load_apis().filter(identifier__in=wanted).values_list("identifier", flat=True)):
        raise _invalid_target(request)
    return wanted


def _invalid_target(request: Any) -> CustomOAuth2Error:
    description = "The resource is not one that this server issues tokens for."
    return _refusal(protocol.ERROR_INVALID_TARGET, description, request)


def _refusal(error: str, description: str, request: Any) -> CustomOAuth2Error:
    return CustomOAuth2Error(error=error, description=description, request=request)
