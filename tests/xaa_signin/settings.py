"""Django and ``xaa.signin``, and nothing else of this repository: the sign-in's lift proof."""

import os
from pathlib import Path

from xaa.signin.connections import Connection, StaticConnections

HERE = Path(__file__).parent
VAR = Path(os.environ["DEMO_VAR"])

SECRET_KEY = "tests-only"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "tests.xaa_signin.urls"
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "xaa.signin",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR / "xaa_signin.sqlite3",
        "TEST": {"NAME": VAR / "xaa_signin-test.sqlite3"},  # a file, so that threads share it
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
if location := os.environ.get("DATABASE_URL"):  # the same suite on PostgreSQL
    import dj_database_url

    DATABASES = {"default": dj_database_url.parse(location.replace("{party}", "xaa_signin"))}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",  # beside ours, as in an app that also has local accounts
    "xaa.signin.backend.SignInBackend",
]
LOGIN_REDIRECT_URL = "/home"

# The suite replaces these two by connections to the IdP that it starts on a free port (conftest.py).
SIGNIN_CONNECTIONS = StaticConnections(
    [Connection("acme", "Acme", "https://idp.example/acme", "app-at-acme", "s", email_domains=("acme.example",))]
)
XAA_ALLOW_PRIVATE_ADDRESSES = True
