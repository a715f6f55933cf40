"""The IdP's SAML metadata: who it is, where sign-ins go, and the certificates its assertions are verified with.

Deliberately does not: name a service provider, or sign itself. It is fetched from the IdP, as its JWKS is.
"""

import base64

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from saml2 import BINDING_HTTP_REDIRECT, md, samlp, xmldsig

from idp_mock.directory.models import Enterprise
from idp_mock.directory.tenants import load_enterprise, tell_unknown_tenant_in_json
from idp_mock.saml.certificates import load_saml_keys
from idp_mock.saml.models import NameIdFormat
from idp_mock.saml.name_id import saml_issuer

MEDIA_TYPE = "application/samlmetadata+xml"  # SAML Metadata §4.1.1


def describe(enterprise: Enterprise) -> md.EntityDescriptor:
    sso = md.SingleSignOnService(binding=BINDING_HTTP_REDIRECT, location=f"{enterprise.issuer}/saml/sso")
    return md.EntityDescriptor(
        entity_id=saml_issuer(enterprise),
        idpsso_descriptor=md.IDPSSODescriptor(
            protocol_support_enumeration=samlp.NAMESPACE,
            want_authn_requests_signed="false",
            key_descriptor=[describe_key(found) for found in load_saml_keys(enterprise).published],
            name_id_format=[md.NameIDFormat(text=found) for found in NameIdFormat.values],
            single_sign_on_service=[sso],
        ),
    )


def describe_key(certificate: x509.Certificate) -> md.KeyDescriptor:
    text = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    data = xmldsig.X509Data(x509_certificate=xmldsig.X509Certificate(text=text))
    return md.KeyDescriptor(use="signing", key_info=xmldsig.KeyInfo(x509_data=data))


@require_safe
@tell_unknown_tenant_in_json
def metadata(request: HttpRequest, tenant: str) -> HttpResponse:
    prefixes = {"md": md.NAMESPACE, "ds": xmldsig.NAMESPACE}
    document = describe(load_enterprise(tenant)).to_string(nspair=prefixes)
    return HttpResponse(document, content_type=MEDIA_TYPE, headers={"Cache-Control": "public, max-age=300"})
