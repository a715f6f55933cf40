"""What Agent0 sends to Todo0: an ID-JAG of Acme's, a form, and its own credentials."""

import base64
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from tests import builders

TODO0 = "http://localhost:8002"
API = f"{TODO0}/api"
ACME = "http://localhost:8003/acme"


def id_jag(**override: Any) -> str:
    """An ID-JAG of Acme for Alice, for Agent0, for Todo0's API; one override is one thing that differs."""
    return builders.build_id_jag(**({"iss": ACME, "aud": TODO0, "resource": API} | override))


def secret_of(client_id: str) -> str:
    """As tests/environment.py makes them up."""
    owner = client_id.partition("-")[0]
    return f"test-only-{owner}-resource-client-secret-0123456789abcdef"


def post_form(path: str, form: dict[str, Any], **headers: str) -> HttpResponse:
    """As a client does: URL-encoded, without cookies."""
    body = urlencode(form, doseq=True)
    return Client(headers=headers).post(path, body, content_type="application/x-www-form-urlencoded")


def basic_auth(client_id: str = "agent0-at-todo0", secret: str = "") -> str:
    pair = f"{client_id}:{secret or secret_of(client_id)}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"
