"""From an assertion of ours to the sign-in it tells of: the SAML side of check I4 (RFC 7522 §3).

In the flow an app offers the assertion that it got at its own sign-in. What is read here becomes the same
``Subject`` that an ID Token becomes, so the checks after it are the same, too: to whom it was made out, whether
it still counts, whether the person works here.

Deliberately does not: take another IdP's assertion, or one whose sign-in this issuer does not know.
"""

import base64
import binascii
from datetime import UTC, datetime

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError
from saml2 import saml

from idp_mock.directory.models import App
from idp_mock.saml.assertion import AMR, read_name
from idp_mock.saml.certificates import load_saml_keys
from idp_mock.saml.models import ServiceProvider
from idp_mock.saml.name_id import name_at, saml_issuer
from idp_mock.saml.signature import NotSignedByUs, verify
from idp_mock.signin.models import IdpSession
from idp_mock.tokens.errors import invalid_grant
from idp_mock.tokens.token_exchange_state import Subject
from idp_mock.tokens.token_exchange_subject import load_session

LONGEST = 32 * 1024
"""Bytes of an assertion. Ours have about four thousand."""
BAD = "The subject_token is not a valid assertion of this issuer."


class NotOurs(ValueError):
    """Signed by us, and yet no assertion as we write them."""


def decode_assertion(token: str) -> bytes:
    """Base64url, with or without padding (RFC 8693 §3, RFC 7522 §2.1); raises ``OAuthError``."""
    try:
        document = base64.b64decode(token.rstrip("=") + "=" * (-len(token.rstrip("=")) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid_grant("The subject_token is not a base64url-encoded assertion.") from error
    if not document or len(document) > LONGEST:
        raise invalid_grant(f"The subject_token is not an assertion of at most {LONGEST} bytes.")
    return document


def read_subject(app: App, document: bytes) -> tuple[saml.Assertion, Subject]:
    """Verify ``document`` and read what it says; raises ``OAuthError``."""
    try:
        assertion = verify(document, load_saml_keys(app.enterprise))
        return assertion, describe_subject(app, assertion)
    except (NotSignedByUs, NotOurs, ParseError, DefusedXmlException) as error:
        raise invalid_grant(BAD) from error


def describe_subject(app: App, assertion: saml.Assertion) -> Subject:
    """The one AuthnStatement, the one bearer confirmation, the one AudienceRestriction: as we issue them."""
    if assertion.version != "2.0" or not assertion.issuer or assertion.issuer.text != saml_issuer(app.enterprise):
        raise NotOurs("issuer")
    sign_in, confirmed = only(assertion.authn_statement), bearer_confirmation(assertion)
    conditions = assertion.conditions
    if conditions is None or conditions.condition or conditions.one_time_use or conditions.proxy_restriction:
        raise NotOurs("conditions")
    issued_at = moment(conditions.not_before)
    session = load_session(app, sid=text(sign_in.session_index), issued_at=issued_at)
    audiences = read_audiences(conditions)
    provider = ServiceProvider.objects.select_related("app__enterprise").filter(app=app).first()
    if provider is None or text(confirmed.recipient) != provider.acs_url:
        audiences = ()  # delivered elsewhere, so it was for somebody else (RFC 7522 §3 (5))
    elif provider.entity_id in audiences:
        check_name(provider, assertion, session)
    return Subject(
        # An entity id is its app's client id (ID-JAG §4.5); whose others are does not matter (I5).
        audiences=tuple(app.client_id if found == provider.entity_id else "" for found in audiences),
        authorized_party="",
        issued_at=issued_at,
        expires_at=min(moment(conditions.not_on_or_after), moment(confirmed.not_on_or_after)),
        session=session,
        auth_time=moment(sign_in.authn_instant),
        amr=read_amr(assertion),
        acr=text(sign_in.authn_context.authn_context_class_ref.text),
        shares_email=False,  # as the scope of the new refresh token says
        is_revoked=session.had_revocation,
    )


def check_name(provider: ServiceProvider, assertion: saml.Assertion, session: IdpSession) -> None:
    """The NameID is what the app calls the person of that session today."""
    expected, found = name_at(provider, session.person), read_name(assertion.subject.name_id)
    if expected.is_stable and found != expected:
        raise NotOurs("name")


def read_audiences(conditions: saml.Conditions) -> tuple[str, ...]:
    return tuple(text(found.text) for found in only(conditions.audience_restriction).audience)


def bearer_confirmation(assertion: saml.Assertion) -> saml.SubjectConfirmationData:
    if assertion.subject is None or assertion.subject.name_id is None:
        raise NotOurs("subject")
    confirmation = only(assertion.subject.subject_confirmation)
    data = confirmation.subject_confirmation_data
    if confirmation.method != saml.SCM_BEARER or data is None or data.not_before:
        raise NotOurs("confirmation")
    return data


def read_amr(assertion: saml.Assertion) -> tuple[str, ...]:
    attributes = [found for statement in assertion.attribute_statement for found in statement.attribute]
    return tuple(text(value.text) for found in attributes if found.name == AMR for value in found.attribute_value)


def only(found: list[saml.SamlBase]) -> saml.SamlBase:
    if len(found) != 1:
        raise NotOurs("not exactly one")
    return found[0]


def text(value: str | None) -> str:
    if not value or not value.isprintable():
        raise NotOurs("text")
    return value


def moment(value: str | None) -> datetime:
    try:
        return datetime.strptime(text(value), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise NotOurs("time") from error
