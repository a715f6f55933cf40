"""Where the IdP answers. Everything of an enterprise is under its path, since that path is its issuer.

The endpoints have a second, Okta-shaped address (``/{tenant}/oauth2/v1/...``), so that programs written for an
Okta org run against this IdP with another issuer and nothing else changed.
"""

from django.urls import include, path

from idp_mock.directory.views import enterprises
from idp_mock.keys.views import jwks
from idp_mock.metadata import metadata
from idp_mock.saml.metadata import metadata as saml_metadata
from idp_mock.saml.sso import sso
from idp_mock.signin.authorize import authorize, resume
from idp_mock.signin.second_factor import second_factor
from idp_mock.signin.sign_in import sign_in
from idp_mock.signin.sign_out import sign_out, sign_out_confirmed
from idp_mock.tokens.endpoint import token
from idp_mock.tokens.revocation import revoke
from idp_mock.tokens.userinfo import userinfo
from idp_mock.website.page import domain_file
from stage.kit.control.door import door
from stage.kit.health import health

well_known = [
    path(".well-known/oauth-authorization-server/<slug:tenant>", metadata),  # RFC 8414 §3.1
    path("<slug:tenant>/.well-known/openid-configuration", metadata),  # OpenID Connect Discovery §4
    path(".well-known/openid-configuration/<slug:tenant>", metadata),  # what clients mix up, both ways
    path("<slug:tenant>/.well-known/oauth-authorization-server", metadata),
]

okta_shaped = [
    path("authorize", authorize),
    path("token", token),
    path("revoke", revoke),
    path("keys", jwks),
    path("userinfo", userinfo),
    path("logout", sign_out),
]

urlpatterns = [
    path("health", health),
    path("-/stage/<slug:command>", door),
    path("", enterprises, name="enterprises"),
    *well_known,
    path("<slug:tenant>/oauth2/v1/", include(okta_shaped)),
    path("<slug:tenant>/authorize", authorize, name="authorize"),
    path("<slug:tenant>/authorize/resume", resume, name="authorize_resume"),
    path("<slug:tenant>/token", token, name="token"),
    path("<slug:tenant>/revoke", revoke, name="revoke"),
    path("<slug:tenant>/keys", jwks, name="jwks"),
    path("<slug:tenant>/userinfo", userinfo, name="userinfo"),
    path("<slug:tenant>/login", sign_in, name="sign_in"),
    path("<slug:tenant>/login/second-factor", second_factor, name="second_factor"),
    path("<slug:tenant>/logout", sign_out, name="sign_out"),
    path("<slug:tenant>/logout/confirm", sign_out_confirmed, name="sign_out_confirmed"),
    path("<slug:tenant>/saml/metadata", saml_metadata, name="saml_metadata"),
    path("<slug:tenant>/saml/sso", sso, name="saml_sso"),
    path("<slug:tenant>/.well-known/todo0-domain-verification", domain_file, name="domain_file"),
    path("<slug:tenant>/", include("idp_mock.console.urls")),
]
