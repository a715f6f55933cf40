"""The stage: the launchpad on port 8000, and later the recorder and the workshop. Machinery, not a party.

An integrator deletes this whole project; with ``STAGE=0`` the three parties run without it.

Deliberately does not: take part in the flow. The stage holds no token, no client secret and no key of a party; it
links to the parties and asks them how they are. What it has is Evil0's, whom it plays (``stage.faults.evil0``).
"""

from stage.kit import addresses, env
from stage.kit.settings_base import *  # noqa: F403
from stage.kit.settings_base import allowed_hosts_for, cache_for, cookies_for, database_for, templates_for

# Who am I?
PLACE = "stage"
STAGE = env.flag("STAGE", default=True)
SECRET_KEY = env.text("STAGE_SECRET_KEY")
ALLOWED_HOSTS = allowed_hosts_for(addresses.STAGE_URL)

# DEMO ONLY: the parties live on this machine, so asking after their health means calling loopback addresses.
XAA_ALLOW_PRIVATE_ADDRESSES = env.flag("XAA_ALLOW_PRIVATE_ADDRESSES", default=False)

# Boilerplate.
ROOT_URLCONF = "stage.urls"
WSGI_APPLICATION = "stage.wsgi.application"
SEED = "stage.seed.seed"
# Evidence, and what the stage found out by it, is of a world and no part of it.
RESET_IGNORES = ("recorder.Record", "control.WorldChange", "preflight.Preflight", "autopilot.Flight")
INSTALLED_APPS = [
    "stage.kit",
    "stage.control",
    "stage.autopilot",
    "stage.faults",
    "stage.launchpad",
    "stage.preflight",
    "stage.recorder",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "django_htmx",
]
DATABASES = database_for("stage")
DATABASES["default"]["CONN_MAX_AGE"] = 60  # evidence comes in many small posts; opening costs more than they do
CACHES = cache_for("stage")
TEMPLATES = templates_for("stage")
globals().update(cookies_for("stage"))
# The split view holds the parties' pages, and its own.
_FRAMED = [addresses.AGENT0_URL, addresses.TODO0_URL, addresses.IDP_URL]
CONTENT_SECURITY_POLICY["DIRECTIVES"]["frame-src"] = ["'self'", *_FRAMED]  # noqa: F405
