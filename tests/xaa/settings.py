"""Django, django-oauth-toolkit and ``xaa``, and nothing else of this repository: the lift proof's settings."""

import os
from pathlib import Path
from typing import Any

import tests.environment  # noqa: F401  DEMO_VAR, also outside pytest

SECRET_KEY = "tests-only"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "tests.xaa.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "oauth2_provider",
    "xaa.jwt_bearer",
]
DATABASES: dict[str, Any] = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Path(os.environ["DEMO_VAR"]) / "xaa.sqlite3",
        "TEST": {"NAME": Path(os.environ["DEMO_VAR"]) / "xaa-test.sqlite3"},  # a file, so that threads share it
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
if location := os.environ.get("DATABASE_URL"):  # the same suite on PostgreSQL
    import dj_database_url

    DATABASES = {"default": dj_database_url.parse(location.replace("{party}", "xaa"))}
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER = {
    "OAUTH2_SERVER_CLASS": "xaa.jwt_bearer.server.JwtBearerServer",
    "OAUTH2_VALIDATOR_CLASS": "xaa.jwt_bearer.validators.JwtBearerValidator",
    "SCOPES": {"todos.read": "See your todos", "todos.write": "Change your todos"},
    "DEFAULT_SCOPES": [],
    "ACCESS_TOKEN_EXPIRE_SECONDS": 300,
    "CLIENT_SECRET_HASHER": "md5",
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

JWT_BEARER_ISSUER = "https://todo.example"
JWT_BEARER_RESOURCES = ("https://todo.example/api",)
JWT_BEARER_DEFAULT_RESOURCE = "https://todo.example/api"
JWT_BEARER_TRUSTED_ISSUERS = {"https://idp.example/acme": {"algorithms": ("ES256", "RS256")}}
JWT_BEARER_TOKEN_ENDPOINT = "https://todo.example/o/token/"
JWT_BEARER_SUBJECT_RESOLVER = "tests.xaa.subjects.resolve_subject"
