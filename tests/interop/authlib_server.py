"""Authlib's ``IDJAGGrant`` as the authorization server of Mail0, with a mailbox that takes its access tokens."""

import json
import sys
import threading
import urllib.request

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.oauth2.drafts import IDJAGGrant
from authlib.oauth2.rfc6749 import ClientMixin, InvalidGrantError, TokenMixin
from authlib.oauth2.rfc6750 import BearerTokenValidator
from flask import Flask, jsonify
from joserfc.jwk import KeySet
from werkzeug.serving import make_server

facts = json.loads(sys.stdin.readline())
ISSUER = f"http://localhost:{facts['port']}"
tokens, used = {}, set()


def fetch(url):
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
        return json.load(answer)


class Client(ClientMixin):
    def get_client_id(self):
        return facts["client_id"]

    def get_allowed_scope(self, scope):
        return " ".join(one for one in (scope or "").split() if one in ("mail.read", "mail.send"))

    def check_client_secret(self, secret):
        return secret == facts["client_secret"]

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "client_secret_basic"

    def check_grant_type(self, grant_type):
        return grant_type == IDJAGGrant.GRANT_TYPE


class Token(TokenMixin):
    def __init__(self, scope, subject):
        self.scope, self.subject = scope, subject

    def get_scope(self):
        return self.scope

    def is_expired(self):
        return False

    def is_revoked(self):
        return False


class Grant(IDJAGGrant):
    def get_audiences(self):
        return [ISSUER]

    def resolve_issuer_key(self, issuer, headers):
        if issuer != facts["idp"]:
            raise InvalidGrantError("Unknown issuer")
        return KeySet.import_key_set(fetch(fetch(f"{issuer}/.well-known/openid-configuration")["jwks_uri"]))

    def authenticate_user(self, subject):
        return subject if subject in facts["subjects"] else None

    def check_jti(self, claims, jti):
        is_new = (claims["iss"], jti) not in used
        used.add((claims["iss"], jti))
        return is_new

    def check_id_jag_permission(self, client, user, scopes):
        return True


class Validator(BearerTokenValidator):
    def authenticate_token(self, token_string):
        return tokens.get(token_string)


def save_token(token, request):
    tokens[token["access_token"]] = Token(token["scope"], request.user)


app = Flask(__name__)
server = AuthorizationServer(
    app, lambda client_id: Client() if client_id == facts["client_id"] else None, save_token
)
server.register_grant(Grant)
require_token = ResourceProtector()
require_token.register_token_validator(Validator())


@app.get("/.well-known/oauth-authorization-server")
def metadata():
    return jsonify(issuer=ISSUER, token_endpoint=f"{ISSUER}/token", grant_types_supported=[Grant.GRANT_TYPE])


@app.post("/token")
def token():
    return server.create_token_response()


@app.get("/api/mail")
@require_token("mail.read")
def mail():
    return jsonify(mail_of=current_token.subject)


listening = make_server("127.0.0.1", facts["port"], app, threaded=True)
threading.Thread(target=listening.serve_forever, daemon=True).start()
print(json.dumps({"issuer": ISSUER}), flush=True)
sys.stdin.readline()
