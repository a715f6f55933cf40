"""oidc-provider-mock, a provider for tests, built on Authlib, as the enterprise's IdP: its own pages and keys."""

import json
import sys
import threading

import oidc_provider_mock
from werkzeug.serving import make_server

facts = json.loads(sys.stdin.readline())
people = [oidc_provider_mock.User(sub=sub, claims=claims) for sub, claims in facts["people"].items()]
provider = oidc_provider_mock.app(require_nonce=True, user_claims=people)
server = make_server("127.0.0.1", facts["port"], provider, threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({"issuer": f"http://localhost:{facts['port']}"}), flush=True)
sys.stdin.readline()
