"""Acme's IdP, Globex's, and Todo0 as Agent0 sees them: one HTTP server, with a small memory and a switchboard.

Good by default: the exchange answers with an ID-JAG, the redemption with an access token, the API with todos.
``far_side.answers["exchange"] = refusal(...)`` replaces one answer; ``hold_one_at_each_of("after create")`` stops
a request at that point until ``let_go()``, so that a test can kill a worker exactly there.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.agent0.answers import SCOPE, Answer, Seen, access_token_answer, id_jag_answer
from tests.agent0.mcp_far_side import McpTools
from xaa import protocol


class FarSide(McpTools):
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.answers: dict[str, Answer] = {}
        self.seen: list[Seen] = []
        self.todos: dict[int, dict[str, object]] = {}
        self._keys: dict[str, int] = {}
        self.pause = 0.0
        self._to_hold: list[str] = []
        self._held = threading.Semaphore(0)
        self._go = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.idp_issuer = f"{self.url}/acme"
        self.globex_issuer = f"{self.url}/globex"

    @contextmanager
    def serving(self) -> Iterator["FarSide"]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.let_go()
            self._server.shutdown()
            self._server.server_close()

    def requests_of(self, what: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.what == what]

    def add_todo(self, title: str, *, due_on: str | None = None, done: bool = False) -> dict[str, object]:
        with self.lock:
            todo = {"id": len(self.todos) + 1, "title": title, "done": done, "due_on": due_on}
            self.todos[len(self.todos) + 1] = todo
            return todo

    def hold_one_at_each_of(self, *points: str) -> None:
        """The next request to come to a point stays there; those after it pass."""
        self._to_hold = list(points)
        self._go.clear()

    def wait_until_held(self, number: int, seconds: float = 30) -> None:
        for _ in range(number):
            assert self._held.acquire(timeout=seconds), f"nothing came to {self._to_hold}"

    def let_go(self) -> None:
        self._to_hold = []
        self._go.set()

    def pass_point(self, point: str) -> None:
        with self.lock:
            holds = point in self._to_hold
            if holds:
                self._to_hold.remove(point)
        if holds:
            self._held.release()
            self._go.wait(60)

    # The two servers

    def respond(self, seen: Seen) -> Answer:
        self.seen.append(seen)
        time.sleep(self.pause)
        self.pass_point(f"before {seen.what}")
        prepared = self._take_prepared(seen.what)
        answer = prepared or getattr(self, f"_{seen.what}")(seen)
        self.pass_point(f"after {seen.what}")
        return answer

    def _take_prepared(self, what: str) -> Answer | None:
        with self.lock:
            prepared = self.answers.get(what)
            if prepared is None:
                return None
            prepared.times -= 1
            if not prepared.times:
                del self.answers[what]
            return prepared

    def _idp_metadata(self, _seen: Seen) -> Answer:
        return self._metadata(self.idp_issuer, f"{self.idp_issuer}/token", f"{self.idp_issuer}/revoke")

    def _globex_metadata(self, _seen: Seen) -> Answer:
        return self._metadata(self.globex_issuer, f"{self.globex_issuer}/token", f"{self.globex_issuer}/revoke")

    def _as_metadata(self, _seen: Seen) -> Answer:
        grants = {protocol.META_GRANT_PROFILES: [protocol.GRANT_PROFILE_ID_JAG]}
        grants |= {"grant_types_supported": [protocol.GRANT_JWT_BEARER]}
        found = self._metadata(self.url, f"{self.url}/oauth/token", f"{self.url}/oauth/revoke")
        return Answer(200, found.body | grants)

    def _metadata(self, issuer: str, token_endpoint: str, revocation_endpoint: str) -> Answer:
        endpoints = {"token_endpoint": token_endpoint, "revocation_endpoint": revocation_endpoint}
        return Answer(200, {"issuer": issuer} | endpoints)

    def _revoke_at_idp(self, _seen: Seen) -> Answer:
        return Answer(200, b"")

    _revoke_at_as = _revoke_at_globex = _revoke_at_idp

    def _exchange(self, seen: Seen) -> Answer:
        number = len(self.requests_of("exchange"))
        return id_jag_answer(access_token=f"id-jag-{number}", scope=seen.form["scope"])

    def _exchange_at_globex(self, seen: Seen) -> Answer:
        return id_jag_answer(access_token="id-jag-of-globex", scope=seen.form["scope"])

    def _redeem(self, seen: Seen) -> Answer:
        scopes = [exchange.form["scope"] for exchange in self.requests_of("exchange")]
        number = len(self.requests_of("redeem"))
        asked = [exchange.form.get("authorization_details") for exchange in self.requests_of("exchange")]
        details = {"authorization_details": json.loads(asked[-1])} if asked and asked[-1] else {}
        return access_token_answer(access_token=f"access-token-{number}", scope=[SCOPE, *scopes][-1], **details)

    def _list(self, seen: Seen) -> Answer:
        asked = parse_qs(urlsplit(seen.path).query)
        after, limit = int(asked.get("after", ["0"])[0]), int(asked.get("limit", ["50"])[0])
        only_open = asked.get("done") == ["false"]
        with self.lock:
            found = [
                todo for todo in self.todos.values() if todo["id"] > after and not (only_open and todo["done"])
            ]
        page = found[:limit]
        return Answer(200, {"todos": page, "next": page[-1]["id"] if len(found) > limit else None})

    def _create(self, seen: Seen) -> Answer:
        key = seen.headers.get("idempotency-key", "")
        with self.lock:
            known = self._keys.get(key)
        if known:
            return Answer(201, self.todos[known])
        todo = self.add_todo(seen.body["title"])
        if key:
            self._keys[key] = todo["id"]
        return Answer(201, todo)

    def _complete(self, seen: Seen) -> Answer:
        todo = self.todos.get(int(seen.path.split("/")[-2]))
        if todo is None:
            return Answer(404, {"error": "not_found", "message": "no such todo"})
        todo["done"] = True
        return Answer(200, todo)

    def _delete(self, seen: Seen) -> Answer:
        with self.lock:
            gone = self.todos.pop(int(seen.path.split("/")[-1]), None)
        return Answer(204) if gone else Answer(404, {"error": "not_found", "message": "no such todo"})

    def _unknown(self, _seen: Seen) -> Answer:
        return Answer(404, {"error": "not_found"})


def name_request(method: str, path: str) -> str:
    path = urlsplit(path).path
    exact = {
        ("GET", "/acme/.well-known/openid-configuration"): "idp_metadata",
        ("GET", "/globex/.well-known/openid-configuration"): "globex_metadata",
        ("POST", "/globex/token"): "exchange_at_globex",
        ("POST", "/globex/revoke"): "revoke_at_globex",
        ("GET", "/.well-known/oauth-authorization-server"): "as_metadata",
        ("POST", "/acme/token"): "exchange",
        ("POST", "/oauth/token"): "redeem",
        ("POST", "/acme/revoke"): "revoke_at_idp",
        ("POST", "/oauth/revoke"): "revoke_at_as",
        ("GET", "/api"): "api_without_token",
        ("GET", "/.well-known/oauth-protected-resource/api"): "api_metadata",
        ("GET", "/api/todos"): "list",
        ("POST", "/api/todos"): "create",
        ("POST", "/mcp"): "mcp",
        ("GET", "/.well-known/oauth-protected-resource/mcp"): "resource_metadata",
    }
    if (method, path) in exact:
        return exact[method, path]
    if path.startswith("/api/todos/"):
        return {"POST": "complete", "DELETE": "delete"}.get(method, "unknown")
    return "unknown"


def _handler(far_side: FarSide) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        wbufsize = -1  # headers and body in one packet

        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            is_form = "form-urlencoded" in self.headers.get("Content-Type", "")
            seen = Seen(
                what=name_request(self.command, self.path),
                method=self.command,
                path=self.path,
                headers={name.lower(): value for name, value in self.headers.items()},
                form={name: values[0] for name, values in parse_qs(raw.decode()).items()} if is_form else {},
                body=json.loads(raw) if raw and not is_form else None,
            )
            answer = far_side.respond(seen)
            body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0" if answer.status == 204 else str(len(body)))
            self.end_headers()
            if answer.status != 204:
                self.wfile.write(body)

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815  names that the library looks for

        def log_message(self, *_args: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(OSError):  # the other end was killed, as tests do
                super().handle()

    return Handler
