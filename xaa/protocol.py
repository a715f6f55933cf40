"""The wire names of Cross App Access: every URN, media type, claim and metadata name, once.

In the flow this file is the vocabulary: nobody else in the code spells a URN. Each name carries the section
that defines it. ID-JAG is draft-ietf-oauth-identity-assertion-authz-grant.

Deliberately does not: hold logic, or names of one deployment (issuers, client ids, scopes).

Four of these look alike and are four different things: ``TOKEN_TYPE_ID_JAG`` (what the client asks the IdP for),
``TOKEN_TYPE_ID_TOKEN`` (what it gives in return, with an underscore), ``GRANT_PROFILE_ID_JAG`` (what an
authorization server says it understands) and ``TYP_ID_JAG`` (what the JWT says it is, with a plus sign).
"""

from typing import Final

DRAFT: Final = "draft-ietf-oauth-identity-assertion-authz-grant-04"
"""The pinned revision, 21 May 2026. Every ``ID-JAG §`` in this package counts its sections."""

# Grants: the value of ``grant_type``.
GRANT_TOKEN_EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"  # RFC 8693 §2.1; ID-JAG §4.3
GRANT_JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"  # RFC 7523 §2.1; ID-JAG §4.4
GRANT_JWT_DPOP: Final = "urn:ietf:params:oauth:grant-type:jwt-dpop"  # draft-parecki-oauth-jwt-dpop-grant §3.1
GRANT_AUTHORIZATION_CODE: Final = "authorization_code"  # RFC 6749 §4.1.3
GRANT_REFRESH_TOKEN: Final = "refresh_token"  # RFC 6749 §6

# Token types: the values of ``requested_token_type``, ``issued_token_type`` and ``subject_token_type``.
TOKEN_TYPE_ID_JAG: Final = "urn:ietf:params:oauth:token-type:id-jag"  # ID-JAG §4.3, §10
TOKEN_TYPE_ID_TOKEN: Final = "urn:ietf:params:oauth:token-type:id_token"  # RFC 8693 §3
TOKEN_TYPE_REFRESH_TOKEN: Final = "urn:ietf:params:oauth:token-type:refresh_token"  # RFC 8693 §3
TOKEN_TYPE_ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # RFC 8693 §3
TOKEN_TYPE_SAML2: Final = "urn:ietf:params:oauth:token-type:saml2"  # RFC 8693 §3

# JWT header ``typ``: what kind of JWT this is, so that one kind never passes as another (RFC 8725 §3.11).
TYP_ID_JAG: Final = "oauth-id-jag+jwt"  # ID-JAG §3.1
TYP_ACCESS_TOKEN: Final = "at+jwt"  # RFC 9068 §2.1
TYP_DPOP_PROOF: Final = "dpop+jwt"  # RFC 9449 §4.2
TYP_CLIENT_ASSERTION: Final = "client-authentication+jwt"  # draft-ietf-oauth-rfc7523bis §4
TYP_LOGOUT_TOKEN: Final = "logout+jwt"  # OpenID Connect Back-Channel Logout §2.4
TYP_ID_TOKEN: Final = "JWT"  # RFC 7519 §5.1; OpenID Connect Core sets none of its own

# ``token_type`` in a token response.
TOKEN_TYPE_NOT_APPLICABLE: Final = "N_A"  # RFC 8693 §2.2.1: the token issued is no access token
TOKEN_TYPE_BEARER: Final = "Bearer"  # RFC 6750 §4
TOKEN_TYPE_DPOP: Final = "DPoP"  # RFC 9449 §5; also the scheme of the Authorization header, §7.1

# Proof of possession: the header that a proof comes in, and the confirmation member that names its key.
HEADER_DPOP: Final = "DPoP"  # RFC 9449 §4.1
HEADER_DPOP_NONCE: Final = "DPoP-Nonce"  # RFC 9449 §8.1: in an answer, what the next proof must hold
CNF_JKT: Final = "jkt"  # RFC 9449 §6.1, in the claim cnf of RFC 7800 §3.1

# What may be done, more finely than a scope says it: a parameter, a claim, and a member of answers.
AUTHORIZATION_DETAILS: Final = "authorization_details"  # RFC 9396 §2, §7; ID-JAG §3.1

# Who acts for the person, where it is not the client alone: a claim, and a member of introspection.
ACT: Final = "act"  # RFC 8693 §4.1, §7.4; ID-JAG §3.1

# Metadata.
GRANT_PROFILE_ID_JAG: Final = "urn:ietf:params:oauth:grant-profile:id-jag"  # ID-JAG §7.2
META_GRANT_PROFILES: Final = "authorization_grant_profiles_supported"  # ID-JAG §7.2
META_CLIENT_PROFILES: Final = META_GRANT_PROFILES  # ID-JAG §8: the same member, in a client's own metadata
META_CLIENT_ID_DOCUMENTS: Final = "client_id_metadata_document_supported"  # Client ID Metadata Documents, §5
META_REQUESTED_TOKEN_TYPES: Final = "identity_chaining_requested_token_types_supported"  # ID-JAG §7.1
META_DETAILS_TYPES: Final = "authorization_details_types_supported"  # RFC 9396 §10; RFC 9728 §2
META_DPOP_ALGORITHMS: Final = "dpop_signing_alg_values_supported"  # RFC 9449 §5.1; RFC 9728 §2
WELL_KNOWN_OAUTH: Final = "oauth-authorization-server"  # RFC 8414 §3: inserted before the issuer's path
WELL_KNOWN_OIDC: Final = "openid-configuration"  # OpenID Connect Discovery §4: appended to the issuer
WELL_KNOWN_RESOURCE: Final = "oauth-protected-resource"  # RFC 9728 §3: inserted before the resource's path

# The member of ``events`` that makes a JWT a logout token (OpenID Connect Back-Channel Logout §2.4).
EVENT_LOGOUT: Final = "http://schemas.openid.net/event/backchannel-logout"

# Claim ``sub_id``: the same person in another namespace (RFC 9493 §3), here in a SAML service provider's.
SUB_ID_SAML_NAMEID: Final = "saml-nameid"  # ID-JAG §3.2.1
NAMEID_TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"  # SAML Core §8.3.8: never in one

# Error codes: the value of ``error``.
ERROR_INVALID_REQUEST: Final = "invalid_request"  # RFC 6749 §5.2
ERROR_INVALID_CLIENT: Final = "invalid_client"  # RFC 6749 §5.2
ERROR_INVALID_GRANT: Final = "invalid_grant"  # RFC 6749 §5.2; RFC 7523 §3.1
ERROR_UNAUTHORIZED_CLIENT: Final = "unauthorized_client"  # RFC 6749 §5.2
ERROR_UNSUPPORTED_GRANT_TYPE: Final = "unsupported_grant_type"  # RFC 6749 §5.2
ERROR_INVALID_SCOPE: Final = "invalid_scope"  # RFC 6749 §5.2
ERROR_ACCESS_DENIED: Final = "access_denied"  # RFC 6749 §4.1.2.1
ERROR_INVALID_TARGET: Final = "invalid_target"  # RFC 8707 §2; RFC 8693 §2.2.2
ERROR_INVALID_AUTHORIZATION_DETAILS: Final = "invalid_authorization_details"  # RFC 9396 §5
ERROR_TEMPORARILY_UNAVAILABLE: Final = "temporarily_unavailable"  # RFC 6749 §4.1.2.1
ERROR_TOO_MANY_REQUESTS: Final = "too_many_requests"  # Auth0's code with 429 (RFC 6585 §4), in no RFC
ERROR_INSUFFICIENT_USER_AUTHENTICATION: Final = "insufficient_user_authentication"  # RFC 9470 §3; ID-JAG §9.2
ERROR_INVALID_TOKEN: Final = "invalid_token"  # RFC 6750 §3.1
ERROR_INVALID_DPOP_PROOF: Final = "invalid_dpop_proof"  # RFC 9449 §5, §7.1
ERROR_USE_DPOP_NONCE: Final = "use_dpop_nonce"  # RFC 9449 §8, §9
ERROR_INSUFFICIENT_SCOPE: Final = "insufficient_scope"  # RFC 6750 §3.1

CLIENT_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"  # RFC 7523 §2.2
