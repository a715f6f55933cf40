"""The enterprise IdP: who it is, whom it serves, then the boilerplate.

One process serves several enterprises; each is an issuer of its own under a path: ``{IDP_URL}/acme``. An issuer
shares nothing with its neighbour but this process: people, apps, keys, policy and log all hang off the enterprise.
"""

from datetime import timedelta

from stage.kit import env
from stage.kit.addresses import IDP_URL
from stage.kit.settings_base import *  # noqa: F403
from stage.kit.settings_base import allowed_hosts_for, cache_for, cookies_for, database_for, templates_for

# Who am I
PLACE = "idp"
SECRET_KEY = env.text("IDP_SECRET_KEY")
ALLOWED_HOSTS = allowed_hosts_for(IDP_URL)

# OAuth and OpenID Connect
IDP_CODE_LIFETIME = timedelta(seconds=60)  # RFC 9700 §4.5: short, single use
IDP_ID_TOKEN_LIFETIME = timedelta(minutes=10)
IDP_ACCESS_TOKEN_LIFETIME = timedelta(minutes=5)  # opens UserInfo only
IDP_REFRESH_TOKEN_LIFETIME = timedelta(days=7)
IDP_LOGOUT_TOKEN_LIFETIME = timedelta(minutes=2)  # OpenID Connect Back-Channel Logout §2.4: at most
IDP_ID_JAG_QUOTA = env.integer("IDP_ID_JAG_QUOTA", 250)  # for the seed: a person's in a month, as Okta's; 0: any
IDP_LOGOUT_TIMEOUT = 2.0  # seconds for an app to answer a logout token, and to end its answer
IDP_LOGOUT_PATIENCE = 3.0  # seconds that a person who signs out waits for all apps together
IDP_PUSH_LIFETIME = timedelta(minutes=2)  # how long a question for the second factor may be answered
IDP_SIGN_IN_TIME_LIMIT = timedelta(minutes=30)  # how long a sign-in page may stay open

# DEMO ONLY: the apps run on this machine over plain http. A product leaves the variable out.
XAA_ALLOW_PRIVATE_ADDRESSES = env.flag("XAA_ALLOW_PRIVATE_ADDRESSES", default=False)

# The stage's machinery, off in production
STAGE = env.flag("STAGE", default=True)
FAULTS = "idp_mock.faults"  # what the stage can break here
BIND = env.text("GRANIAN_HOST", "")  # the address we listen on, as far as the server was told by this
IDP_LAB_SIGNS = env.flag("IDP_LAB_SIGNS", default=False)  # DEMO ONLY: bent ID-JAGs, even where others reach us
SEED = "idp_mock.seed.seed"
RESET_KEEPS = ("directory.Enterprise", "keys.SigningKeyRecord")  # apps have cached the keys

# Boilerplate
INSTALLED_APPS = [
    "idp_mock.directory",
    "idp_mock.keys",
    "idp_mock.signin",
    "idp_mock.tokens",
    "idp_mock.policy",
    "idp_mock.saml",
    "idp_mock.systemlog",
    "idp_mock.website",
    "xaa.throttle",
    "stage.kit",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [*MIDDLEWARE, "idp_mock.systemlog.request_context.remember_request"]  # noqa: F405
ROOT_URLCONF = "idp_mock.urls"
WSGI_APPLICATION = "idp_mock.wsgi.application"
DATABASES = database_for("idp")
CACHES = cache_for("idp")
TEMPLATES = templates_for("idp_mock", "idp_mock.directory.frame.names")
SESSION_COOKIE_AGE = 8 * 60 * 60  # a browser's sign-in at the IdP lasts a working day
APPEND_SLASH = False  # protocol URLs are exact; a redirect would turn a POST into a GET
globals().update(cookies_for("idp"))
