"""Issue an assertion: the IdP's word to one service provider that somebody signed in (SAML Profiles §4.1.4.2).

In the flow it goes to the app through the browser, inside a Response. An app that wants to act for the person
brings it back within minutes and gets a refresh token for it (ID-JAG §4.5).

It says which sign-in it tells of: ``SessionIndex`` is the session's ``sid`` and ``AuthnInstant`` its
``auth_time``, as in an ID Token, so that it ends with that session.

Deliberately does not: encrypt, sign the Response around it, or tell more about a person than the app's name for
her.
"""

import secrets
from datetime import datetime, timedelta

from lxml import etree
from saml2 import saml, samlp

from idp_mock.directory.models import Enterprise
from idp_mock.saml.certificates import load_saml_keys
from idp_mock.saml.models import ServiceProvider
from idp_mock.saml.name_id import NameId, name_at, saml_issuer
from idp_mock.saml.signature import sign
from idp_mock.signin.factors import resolve_acr
from idp_mock.signin.models import IdpSession

LIFETIME = timedelta(minutes=5)
AMR = "amr"
"""An attribute with the values of RFC 8176 §2: ``AuthnContextClassRef`` has room for one of them alone."""
PREFIXES = {"saml": saml.NAMESPACE, "samlp": samlp.NAMESPACE}


def issue_response(provider: ServiceProvider, session: IdpSession, *, in_response_to: str, now: datetime) -> bytes:
    """The Response that the browser carries to the service provider (SAML Bindings §3.5)."""
    response = samlp.Response(
        id=new_id(),
        version="2.0",
        issue_instant=instant(now),
        destination=provider.acs_url,
        in_response_to=in_response_to,
        issuer=saml.Issuer(text=saml_issuer(provider.app.enterprise)),
        status=samlp.Status(status_code=samlp.StatusCode(value=samlp.STATUS_SUCCESS)),
    )
    document = etree.fromstring(response.to_string(nspair=PREFIXES))
    document.append(issue_assertion(provider, session, in_response_to=in_response_to, now=now))
    return etree.tostring(document)


def issue_assertion(
    provider: ServiceProvider, session: IdpSession, *, in_response_to: str, now: datetime
) -> etree._Element:
    enterprise = provider.app.enterprise
    assertion = describe(provider, session, in_response_to=in_response_to, now=now)
    return sign(assertion.to_string(nspair=PREFIXES), load_saml_keys(enterprise))


def describe(
    provider: ServiceProvider, session: IdpSession, *, in_response_to: str, now: datetime
) -> saml.Assertion:
    enterprise: Enterprise = provider.app.enterprise
    until = instant(now + LIFETIME)
    confirmed = saml.SubjectConfirmationData(
        recipient=provider.acs_url, not_on_or_after=until, in_response_to=in_response_to
    )
    return saml.Assertion(
        id=new_id(),
        version="2.0",
        issue_instant=instant(now),
        issuer=saml.Issuer(text=saml_issuer(enterprise)),
        subject=saml.Subject(
            name_id=write_name(name_at(provider, session.person)),
            subject_confirmation=[
                saml.SubjectConfirmation(method=saml.SCM_BEARER, subject_confirmation_data=confirmed)
            ],
        ),
        conditions=saml.Conditions(
            not_before=instant(now),
            not_on_or_after=until,
            audience_restriction=[saml.AudienceRestriction(audience=[saml.Audience(text=provider.entity_id)])],
        ),
        authn_statement=[describe_sign_in(session)],
        attribute_statement=[saml.AttributeStatement(attribute=[describe_amr(session)])],
    )


def describe_sign_in(session: IdpSession) -> saml.AuthnStatement:
    context = saml.AuthnContextClassRef(text=resolve_acr(session.amr, ()))
    return saml.AuthnStatement(
        authn_instant=instant(session.auth_time),
        session_index=session.sid,
        authn_context=saml.AuthnContext(authn_context_class_ref=context),
    )


def describe_amr(session: IdpSession) -> saml.Attribute:
    values = [saml.AttributeValue(text=method) for method in session.amr]
    return saml.Attribute(name=AMR, attribute_value=values)


def write_name(name: NameId) -> saml.NameID:
    return saml.NameID(
        text=name.value,
        format=name.format,
        name_qualifier=name.name_qualifier or None,
        sp_name_qualifier=name.sp_name_qualifier or None,
        sp_provided_id=name.sp_provided_id or None,
    )


def read_name(name_id: saml.NameID) -> NameId:
    return NameId(
        value=name_id.text or "",
        format=name_id.format or "",
        name_qualifier=name_id.name_qualifier or "",
        sp_name_qualifier=name_id.sp_name_qualifier or "",
        sp_provided_id=name_id.sp_provided_id or "",
    )


def new_id() -> str:
    """An xs:ID, which no digit may begin (SAML Core §1.3.4)."""
    return f"_{secrets.token_hex(20)}"


def instant(moment: datetime) -> str:
    """A time as SAML writes it: UTC, whole seconds (SAML Core §1.3.3)."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
