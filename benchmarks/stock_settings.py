"""django-oauth-toolkit as it comes: the yardstick's settings."""

from stage.kit.settings_base import *  # noqa: F403
from stage.kit.settings_base import database_for

SECRET_KEY = "benchmarks-only"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "benchmarks.stock_urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "oauth2_provider",
]
OAUTH2_PROVIDER = {"SCOPES": {"todos.read": "Read"}, "DEFAULT_SCOPES": ["todos.read"]}
DATABASES = database_for("stock")
SEED = "benchmarks.cases.seed_stock"
