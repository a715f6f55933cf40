"""The boilerplate of a party's settings: databases, templates, cookies, headers. No OAuth in here, ever.

Use: ``from stage.kit.settings_base import *`` for what is the same everywhere, and the ``..._for`` functions
for what carries the party's name. Every switch is one environment variable, listed in ``.env.example``.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url

from stage.kit import addresses, clock, env

__all__ = [
    "AUTH_PASSWORD_VALIDATORS",
    "CONTENT_SECURITY_POLICY",
    "CSRF_COOKIE_HTTPONLY",
    "DATA_UPLOAD_MAX_MEMORY_SIZE",
    "DEBUG",
    "DEFAULT_AUTO_FIELD",
    "LANGUAGE_CODE",
    "LOGGING",
    "MIDDLEWARE",
    "ROOT",
    "SECURE_CONTENT_TYPE_NOSNIFF",
    "SECURE_REFERRER_POLICY",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE",
    "STAGE_KEY",
    "STATIC_URL",
    "STORAGES",
    "TIME_ZONE",
    "USE_I18N",
    "USE_TZ",
    "VAR",
    "WHITENOISE_USE_FINDERS",
    "X_FRAME_OPTIONS",
    "allowed_hosts_for",
    "cache_for",
    "cookies_for",
    "database_for",
    "templates_for",
]

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(env.text("DEMO_VAR", str(ROOT / "var")))
DEBUG = env.flag("DEBUG", default=False)
# What the stage and the parties know of one another (docs/decisions/0009). Empty: no evidence, no commands.
STAGE_KEY = env.text("STAGE_KEY", "") if env.flag("STAGE", default=True) else ""
if STAGE_KEY:
    clock.install()

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 128 * 1024
# People sign in at the IdP; the parties hold no passwords but the mock IdP's, which the seed sets.
AUTH_PASSWORD_VALIDATORS: list[dict[str, str]] = []

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # no collectstatic step between a clone and the first page
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Before whatever asks for the time; and only where there is a stage, since it costs a statement.
    *(["stage.kit.staged_request.staged_request", "stage.kit.faults.answer_instead"] if STAGE_KEY else []),
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Not "no-referrer": under it a browser sends "Origin: null" with every form, which CSRF protection refuses.
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # the IdP redirects back with a top-level GET, which Lax admits
CSRF_COOKIE_HTTPONLY = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'", *([addresses.STAGE_URL] if STAGE_KEY else [])],  # the buttons of the bar
        "base-uri": ["'none'"],
        # DEMO ONLY: the stage shows two places side by side (``stage.autopilot.show``), and nobody else does.
        "frame-ancestors": [addresses.STAGE_URL] if STAGE_KEY else ["'none'"],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {"django": {"handlers": ["console"], "level": "INFO", "propagate": False}},
}


def allowed_hosts_for(public_url: str) -> list[str]:
    """The public host, and loopback for the health check."""
    return sorted({urlsplit(public_url).hostname or "localhost", "localhost", "127.0.0.1", "[::1]"})


def database_for(party: str) -> dict[str, Any]:
    """SQLite under ``DEMO_VAR``, or ``DATABASE_URL``, in which ``{party}`` is replaced by the party's name."""
    location = env.text("DATABASE_URL", "")
    if location:
        return {"default": dj_database_url.parse(location.replace("{party}", party), conn_max_age=60)}
    VAR.mkdir(parents=True, exist_ok=True)
    return {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR / f"{party}.sqlite3",
            "TEST": {"NAME": VAR / f"{party}-test.sqlite3"},  # a file: one in memory locks its tables
            "OPTIONS": {
                # A write transaction waits for its lock at BEGIN, instead of failing at its first write.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    }


def cache_for(party: str) -> dict[str, object]:
    """Files under ``DEMO_VAR``, or ``CACHE_URL=redis://...``: shared by a party's processes either way."""
    location = env.text("CACHE_URL", "")
    if location:
        return {
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": location,
                "KEY_PREFIX": party,
            }
        }
    return {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": VAR / "cache" / party,
        }
    }


def cookies_for(party: str) -> dict[str, object]:
    """Cookie names of a party's own: cookies ignore ports, so on localhost all parties share one jar.

    Under an https address the browser sends them over TLS alone: one link to http would otherwise show the session
    to everybody on the way (RFC 6265 §4.1.2.5).
    """
    is_https = addresses.url_of(party.upper()).startswith("https://")
    return {
        "SESSION_COOKIE_NAME": f"{party}_session",
        "CSRF_COOKIE_NAME": f"{party}_csrf",
        "LANGUAGE_COOKIE_NAME": f"{party}_language",
        "SESSION_COOKIE_SECURE": is_https,
        "CSRF_COOKIE_SECURE": is_https,
    }


def templates_for(party: str, *names: str) -> list[dict[str, object]]:
    """Templates of the party's own folder, then the house's shared ones (``templates/base.html``).

    ``names`` are context processors of the party's own, which may name what the kit does not know.
    """
    return [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [ROOT / "templates" / party, ROOT / "templates"],
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                    "stage.kit.context.house",
                    *names,
                ]
            },
        }
    ]
