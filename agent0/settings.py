"""Agent0's settings: who it is, whom it trusts, what it asks for, how its worker runs; then boilerplate.

Every value that a deployment changes is one environment variable. With Okta in place of the mock IdP nothing
here changes: docs/okta.md.
"""

from stage.kit import addresses, env, registrations
from stage.kit.settings_base import *  # noqa: F403
from stage.kit.settings_base import VAR, allowed_hosts_for, cache_for, cookies_for, database_for, templates_for

# Who am I
PLACE = "agent0"
STAGE = env.flag("STAGE", default=True)
PUBLIC_URL = addresses.AGENT0_URL
SECRET_KEY = env.text("AGENT0_SECRET_KEY")
ALLOWED_HOSTS = allowed_hosts_for(PUBLIC_URL)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CLIENT_DOCUMENT = registrations.AGENT0_DOCUMENT  # what I say of myself, where that can be my client id
SIGNS = env.flag("AGENT0_PRIVATE_KEY_JWT", default=False)  # at both servers, in place of a secret shared with each
CLIENT_KEY = env.text("AGENT0_CLIENT_KEY", None if SIGNS else "")  # what I sign with; without it no such document

# Whom do I trust to say who somebody is: the enterprise's IdP, where I am one client ...
IDP_NAME = env.text("AGENT0_IDP_NAME", "Acme")
IDP_ISSUER = env.url("AGENT0_IDP_ISSUER", f"{addresses.IDP_URL}/acme")
IDP_CLIENT_ID = env.text("AGENT0_IDP_CLIENT_ID", registrations.AGENT0_AT_ACME.client_id)
IDP_CLIENT_SECRET = "" if SIGNS else env.text("AGENT0_IDP_CLIENT_SECRET")
IDP_EMAIL_DOMAINS = env.words("AGENT0_IDP_EMAIL_DOMAINS", "acme.example")
# ... a second one, Globex, as long as the first is another one of our mock IdP ...
IS_MOCK = IDP_ISSUER.startswith(f"{addresses.IDP_URL}/")
GLOBEX = f"{addresses.IDP_URL}/globex"
GLOBEX_ISSUER = GLOBEX if env.flag("AGENT0_GLOBEX", default=IS_MOCK and IDP_ISSUER != GLOBEX) else ""
GLOBEX_CLIENT_SECRET = registrations.AGENT0_AT_GLOBEX.load_secret() if GLOBEX_ISSUER and not SIGNS else ""

# ... and where do I act: the resource app, whose authorization server knows me as another client (ID-JAG §5).
RESOURCE_NAME = env.text("AGENT0_RESOURCE_NAME", "Todo0")
RESOURCE_APP_URL = env.url("AGENT0_RESOURCE_APP_URL", addresses.TODO0_URL)
RESOURCE_AS_ISSUER = env.url("AGENT0_RESOURCE_AS_ISSUER", addresses.TODO0_URL)
RESOURCE = env.url("AGENT0_RESOURCE", f"{addresses.TODO0_URL}/api")
MCP_RESOURCE = env.url("AGENT0_MCP_RESOURCE", f"{addresses.TODO0_MCP_URL}/mcp")  # the same app, spoken to over MCP
RESOURCE_WAY = env.choice("AGENT0_RESOURCE_WAY", "rest", among=("rest", "mcp"))  # until a person chooses
RESOURCE_DISCOVERS = env.flag("AGENT0_RESOURCE_DISCOVERS", default=False)  # ask the API who guards it (RFC 9728)
RESOURCE_CLIENT_ID = env.text("AGENT0_RESOURCE_CLIENT_ID", registrations.AGENT0_AT_TODO0.client_id)
RESOURCE_USES_KEY = SIGNS or RESOURCE_CLIENT_ID == CLIENT_DOCUMENT
RESOURCE_CLIENT_SECRET = "" if RESOURCE_USES_KEY else env.text("AGENT0_RESOURCE_CLIENT_SECRET")

# DEMO ONLY: all parties live on this machine. A product leaves it off and reaches public https addresses only.
XAA_ALLOW_PRIVATE_ADDRESSES = env.flag("XAA_ALLOW_PRIVATE_ADDRESSES", default=False)

# Signing in. offline_access is asked for because a job may run after the ID Token has expired (TX-16).
AUTHENTICATION_BACKENDS = ["xaa.signin.backend.SignInBackend"]
SIGNIN_CONNECTIONS = "agent0.connections"
SIGNIN_TOKEN_STORE = "agent0.tokens.store.SealedTokenStore"
SIGNIN_SCOPE = ("openid", "email", "profile", "offline_access")
LOGIN_URL = "/"
LOGIN_REDIRECT_URL = "/chat"
LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = env.integer("AGENT0_SESSION_SECONDS", 12 * 3600, minimum=60)

# What seals the tokens at rest: Fernet keys, space-separated. The first seals, all of them open.
TOKEN_KEYS = tuple(env.text("AGENT0_TOKEN_KEY").split())
ASK_EACH_TIME = env.flag("AGENT0_ASK_EACH_TIME", default=True)  # of the IdP, for every request that a person makes
DPOP = env.flag("AGENT0_DPOP", default=False)  # bind ID-JAGs and access tokens to a key of ours (RFC 9449)
# Ask for the very actions that a request needs (RFC 9396)? The mock IdP and Todo0 know them; others may not.
DETAILS = env.flag("AGENT0_DETAILS", default=IS_MOCK and RESOURCE_AS_ISSUER == addresses.TODO0_URL)
SUBJECT_TOKEN_MIN_LIFETIME = 30  # seconds an ID Token must still have to be worth presenting

# The worker. The broker is a folder, or Redis by this one variable.
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", "filesystem://localhost/")
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
if CELERY_BROKER_URL.startswith("filesystem:"):
    CELERY_BROKER_TRANSPORT = "agent0.jobs.queue_folder:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR / "queue"),
        "data_folder_out": str(VAR / "queue"),
        "control_folder": str(VAR / "queue" / "control"),
        "polling_interval": 0.1,
    }
else:
    # A page does not wait for a broker that is away: the Run is stored, and the sweeper publishes it later.
    timeouts = {"socket_connect_timeout": 2, "socket_timeout": 5}
    CELERY_BROKER_TRANSPORT_OPTIONS = {**timeouts, "max_retries": 1, "interval_start": 0}

# Runs (agent0/jobs): all in seconds but the attempts and waits.
RUN_LEASE_SECONDS = env.integer("AGENT0_RUN_LEASE_SECONDS", 30, minimum=1)
RUN_PICKUP_SECONDS = env.integer("AGENT0_RUN_PICKUP_SECONDS", 10, minimum=1)
RUN_SWEEP_SECONDS = env.integer("AGENT0_RUN_SWEEP_SECONDS", 1, minimum=1)
RUN_MAX_ATTEMPTS = env.integer("AGENT0_RUN_MAX_ATTEMPTS", 5, minimum=1)
RUN_MAX_WAITS = env.integer("AGENT0_RUN_MAX_WAITS", 50)  # for a server that says 429, which is no failed attempt
RUN_PATIENCE_SECONDS = env.integer("AGENT0_RUN_PATIENCE_SECONDS", 600)  # with such waiting, in all
PROGRESS_MAX_STREAMS = env.integer("AGENT0_PROGRESS_STREAMS", 4)
PROGRESS_STREAM_SECONDS = env.integer("AGENT0_PROGRESS_STREAM_SECONDS", 50, minimum=1)

# Boilerplate
ROOT_URLCONF = "agent0.urls"
WSGI_APPLICATION = "agent0.wsgi.application"
SEED, FAULTS = "agent0.seed.seed", "agent0.faults"  # where it starts, and what the stage can break of it
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "stage.kit",
    "xaa.signin",
    "agent0.tokens",
    "agent0.jobs",
    "agent0.assistant",
]
DATABASES = database_for("agent0")
CACHES = cache_for("agent0")
TEMPLATES = templates_for("agent0", "agent0.assistant.context.names")
globals().update(cookies_for("agent0"))
