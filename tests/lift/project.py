"""The lift proof: a whole resource authorization server in one file, from the built wheel alone.

Run by ``manage.py lift`` in an empty environment that has django-oauth-toolkit and the wheel. What an integrator
adds to an existing project is what stands between the two rulers.
"""

import http.server
import json
import secrets
import threading
import time
from urllib.parse import urlencode

from django.conf import settings
from django.core.management import call_command
from django.urls import path

from xaa import jose, protocol

IDP_KEY = jose.generate_signing_key("ES256")


class Idp(http.server.BaseHTTPRequestHandler):
    """The company's IdP, as far as a resource server needs one: metadata and a key."""

    def do_GET(self):
        keys = {"keys": [jose.public_jwk(IDP_KEY)]}
        document = keys if self.path == "/keys" else {"issuer": issuer, "jwks_uri": f"{issuer}/keys"}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def log_message(self, *args):
        """Silence."""


idp = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Idp)
threading.Thread(target=idp.serve_forever, daemon=True).start()
issuer = f"http://127.0.0.1:{idp.server_port}"


def resolve_subject(id_jag):
    from django.contrib.auth.models import User

    return User.objects.get(username=id_jag.subject)


settings.configure(
    SECRET_KEY="lift",
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    # ---------------------------------------------------------------- the ten lines
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider", "xaa.jwt_bearer"],
    OAUTH2_PROVIDER_APPLICATION_MODEL="oauth2_provider.Application",
    OAUTH2_PROVIDER={
        "OAUTH2_SERVER_CLASS": "xaa.jwt_bearer.server.JwtBearerServer",
        "OAUTH2_VALIDATOR_CLASS": "xaa.jwt_bearer.validators.JwtBearerValidator",
    },
    JWT_BEARER_ISSUER="https://todo.example",
    JWT_BEARER_RESOURCES=("https://todo.example/api",),
    JWT_BEARER_TRUSTED_ISSUERS={issuer: {"algorithms": ("ES256",)}},
    JWT_BEARER_SUBJECT_RESOLVER=f"{__name__}.resolve_subject",
    # -----------------------------------------------------------------------------
    JWT_BEARER_ALLOW_PRIVATE_ADDRESSES=True,  # DEMO ONLY: this IdP is on loopback
)

import django  # noqa: E402  only now that there are settings

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.test import Client  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402

from xaa.jwt_bearer.models import CrossAppClient  # noqa: E402
from xaa.jwt_bearer.views import TokenView  # noqa: E402

urlpatterns = [path("token", TokenView.as_view())]


def redeem(assertion):
    form = {
        "grant_type": protocol.GRANT_JWT_BEARER,
        "assertion": assertion,
        "client_id": "agent",
        "client_secret": "secret",
    }
    return Client(SERVER_NAME="localhost").post(
        "/token", urlencode(form), content_type="application/x-www-form-urlencoded"
    )


def main():
    call_command("migrate", verbosity=0)
    call_command("check")
    User.objects.create(username="00u1alice")
    agent = Application.objects.create(
        client_id="agent",
        client_secret="secret",
        client_type="confidential",
        authorization_grant_type="authorization-code",
    )
    CrossAppClient.objects.create(application=agent, allowed_scopes="read")
    now = int(time.time())
    claims = {
        "iss": issuer, "sub": "00u1alice", "aud": "https://todo.example", "client_id": "agent", "iat": now,
        "exp": now + 300, "jti": secrets.token_urlsafe(16), "scope": "read",
        "resource": "https://todo.example/api",
    }  # fmt: skip
    id_jag = jose.sign(claims, key=IDP_KEY, typ=protocol.TYP_ID_JAG)
    first, second = redeem(id_jag), redeem(id_jag)
    assert first.status_code == 200, first.content
    assert first.json()["scope"] == "read"
    assert (second.status_code, second.json()["error"]) == (400, "invalid_grant"), second.content
    print("redeemed once, refused twice")


if __name__ == "__main__":
    main()
