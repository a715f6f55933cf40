"""Todo0, the resource app on port 8002: its todo list, its API and its own authorization server.

Read it as: who am I, whom do I trust, what do I issue, then the boilerplate.
"""

from urllib.parse import urlsplit

from stage.kit import addresses, env
from stage.kit.registrations import TODO0_AT_ACME, TODO0_AT_TODO0_INC
from stage.kit.settings_base import *  # noqa: F403
from stage.kit.settings_base import allowed_hosts_for, cache_for, cookies_for, database_for, templates_for
from xaa import protocol

# Who am I?
PLACE = "todo0"
STAGE = env.flag("STAGE", default=True)
SECRET_KEY = env.text("TODO0_SECRET_KEY")
ALLOWED_HOSTS = allowed_hosts_for(addresses.TODO0_URL)
API_RESOURCE = f"{addresses.TODO0_URL}/api"
API_METADATA_PATH = ".well-known/oauth-protected-resource/api"
API_METADATA_URL = f"{addresses.TODO0_URL}/{API_METADATA_PATH}"
MCP_RESOURCE = f"{addresses.TODO0_MCP_URL}/mcp"  # a second resource, with a server of its own (todo0/mcp)

# Whom do I trust? One row a connection, written by the seed; the same row serves sign-in and ID-JAGs.
IDP_ISSUER = env.url("TODO0_IDP_ISSUER", f"{addresses.IDP_URL}/acme")
IDP_CLIENT_ID = env.text("TODO0_IDP_CLIENT_ID", TODO0_AT_ACME.client_id)
STAFF_IDP_ISSUER = env.url("TODO0_STAFF_IDP_ISSUER", f"{addresses.IDP_URL}/todo0-inc")
STAFF_CONNECTION = "acme" if STAFF_IDP_ISSUER == IDP_ISSUER else "todo0-inc"  # my own company's (todo0.console)
STAFF_IDP_CLIENT_ID = env.text("TODO0_STAFF_IDP_CLIENT_ID", TODO0_AT_TODO0_INC.client_id)
AUTHENTICATION_BACKENDS = ["todo0.federation.trial.TrialBackend", "xaa.signin.backend.SignInBackend"]
SIGNIN_CONNECTIONS = "todo0.self_service.connections"
SIGNIN_TOKEN_STORE = "todo0.federation.sign_out.SessionsAndAccessTokens"
JWT_BEARER_TRUSTED_ISSUERS = "todo0.federation.connections.find_trusted_issuer"
# A stage may reset the world, and then an ID-JAG from before is nobody's.
JWT_BEARER_SUBJECT_RESOLVER = f"todo0.{'another_world' if STAGE else 'federation.subjects'}.resolve_subject"
# DEMO ONLY: the IdP runs on this machine over plain http. A product leaves the variable out.
XAA_ALLOW_PRIVATE_ADDRESSES = env.flag("XAA_ALLOW_PRIVATE_ADDRESSES", default=False)
JWT_BEARER_ALLOW_PRIVATE_ADDRESSES = XAA_ALLOW_PRIVATE_ADDRESSES

# What do I issue? Access tokens for my APIs, to clients that bring an ID-JAG made out to them and to me.
JWT_BEARER_ISSUER = addresses.TODO0_URL
JWT_BEARER_RESOURCES = (API_RESOURCE, MCP_RESOURCE)  # for the seed, as the next line: then the console's rows rule
JWT_BEARER_DEFAULT_RESOURCE = API_RESOURCE
JWT_BEARER_TOKEN_ENDPOINT = f"{addresses.TODO0_URL}/oauth/token"  # what a DPoP proof is made out to
JWT_BEARER_DETAILS_TYPES = {"https://todo0.example/authorization/todos": "todo0.authserver.todo_details.decide"}
JWT_BEARER_DECISION_LOG = "todo0.assertions.record.record"
JWT_BEARER_LEEWAY = 60
JWT_BEARER_MAX_LIFETIME = 600
ID_JAG_LIMIT = env.allowance("TODO0_ID_JAG_LIMIT", "5/s burst 5")  # of all clients together; "off": none
JWT_BEARER_ADMIT = "todo0.authserver.limits.admit"
# The one exception to uniform refusals, in Auth0's words: whoever holds a valid ID-JAG learns nothing more by it.
JWT_BEARER_DISCLOSE_UNKNOWN_USER = True
# Clients whose id is a URL, as the admin has listed them; what else there is to know stands there.
CLIENT_URLS = env.words("TODO0_CLIENT_URLS")
ACCESS_TOKEN_ALGORITHM = "ES256"
# What does my API want of a sign-in? Nothing, unless the environment names actions and what they want (RFC 9470).
API_STEP_UP_ACTIONS = env.words("TODO0_STEP_UP_ACTIONS")
API_STEP_UP_ACR_VALUES = env.words("TODO0_STEP_UP_ACR_VALUES")
API_STEP_UP_MAX_AGE = env.integer("TODO0_STEP_UP_MAX_AGE", 0)  # seconds; 0 is any
GRANTS = (protocol.GRANT_AUTHORIZATION_CODE, protocol.GRANT_JWT_BEARER, protocol.GRANT_JWT_DPOP)
BCP_GATES = (
    "IMPLICIT_GRANT", "PASSWORD_GRANT", "PKCE_METHOD", "ACCESS_TOKEN_TRANSPORT", "AUTHZ_RESPONSE_ISS",
    "TOKEN_STORAGE", "REFRESH_TOKEN", "REDIRECT_URI_SCHEME", "REDIRECT_URI_MATCHING", "PKCE_REQUIRED",
)  # fmt: skip
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth2_provider.AccessToken"
OAUTH2_PROVIDER = {
    "OAUTH2_SERVER_CLASS": "todo0.authserver.server.Todo0Server",
    "OAUTH2_VALIDATOR_CLASS": "todo0.authserver.validators.Todo0Validator",
    "ACCESS_TOKEN_GENERATOR": "todo0.authserver.access_tokens.issue_access_token",
    # Revocation lives at the IdP: within this time a switched-off connection ends (RFC 7521 §4.1).
    "ACCESS_TOKEN_EXPIRE_SECONDS": 300,
    "OIDC_ISS_ENDPOINT": JWT_BEARER_ISSUER,  # the toolkit's name for our issuer, also without OpenID Connect
    "OAUTH2_GRANT_TYPES_SUPPORTED": list(GRANTS),
    "OAUTH2_RESPONSE_TYPES_SUPPORTED": ["code"],
    "SCOPES_BACKEND_CLASS": "todo0.authserver.scopes.ScopesOfApis",
    "CLIENT_SECRET_HASHER": "sha256_of_random",
    "PKCE_REQUIRED": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": sorted({"https", urlsplit(JWT_BEARER_ISSUER).scheme}),
    # RFC 9700, every gate the toolkit has. TOKEN_STORAGE: only the SHA-256 of a token is stored.
    **{f"COMPLIANT_BCP_RFC9700_{gate}": True for gate in BCP_GATES},
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
}
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # nobody has a password here; should that change
    "todo0.authserver.secrets.RandomSecretHasher",  # clients only
]

# Boilerplate.
ROOT_URLCONF = "todo0.urls"
WSGI_APPLICATION = "todo0.wsgi.application"
LOGIN_URL, LOGIN_REDIRECT_URL = "home", "todos"
SEED, FAULTS = "todo0.seed.seed", "todo0.faults"  # where it starts, and what the stage can break of it
RESET_KEEPS = ("authserver.AsSigningKey",)  # published, so cached by others
INSTALLED_APPS = [
    "stage.kit",
    "todo0.federation",
    "todo0.resources",
    "todo0.self_service",
    "todo0.authserver",
    "todo0.api",
    "todo0.todos",
    "todo0.console",
    "todo0.assertions",
    "xaa.jwt_bearer",
    "xaa.signin",
    "xaa.throttle",
    "oauth2_provider",
    "mozilla_django_oidc",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
]
DATABASES = database_for("todo0")
CACHES = cache_for("todo0")
TEMPLATES = templates_for("todo0", "todo0.federation.frame.names")
globals().update(cookies_for("todo0"))
