"""The stage by program: its commands on the world, and what each party holds after them."""

from typing import Any

import requests

from stage.autopilot.browser import TIMEOUT
from tests.flow.demo import Demo
from tests.flow.visitor import new_session
from tests.flow.wire import Wire

PARTIES = ("agent0", "todo0", "idp")


class Stage:
    """Holds the key that the demo made. ``command`` acts on the world, ``ask`` on one party alone."""

    def __init__(self, wire: Wire) -> None:
        self.demo = wire.demo
        self.http = new_session(wire.notes)
        self.key = load_key(wire.demo)
        wire.notes.secrets.add(self.key)

    def command(self, name: str, **body: Any) -> dict[str, Any]:
        """Every party takes it, or the test fails."""
        answer = self.post("stage", name, body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["refused"] == [], answer.text
        return dict(answer.json())

    def ask(self, party: str) -> dict[str, Any]:
        return dict(self.post(party, "state", {}).json())

    def post(self, party: str, name: str, body: dict[str, Any], *, key: str = "") -> requests.Response:
        headers = {"Authorization": f"Bearer {key or self.key}"}
        return self.http.post(
            f"{self.demo.url(party)}/-/stage/{name}", json=body, headers=headers, timeout=TIMEOUT
        )


def load_key(demo: Demo) -> str:
    given = demo.environment.get("STAGE_KEY")
    lines = (demo.folder / "demo.env").read_text(encoding="utf-8").splitlines()
    return given or next(line.removeprefix("STAGE_KEY=") for line in lines if line.startswith("STAGE_KEY="))
