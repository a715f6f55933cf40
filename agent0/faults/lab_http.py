"""One Run's way out while a fault is armed: Agent0's request goes in, what a fault makes of it goes out.

In the flow this stands where Agent0's ``OutgoingHttp`` does, before ``requests``: so what is recorded is what went
over the wire. It knows the three legs by what they send, and keeps each in this Run's memory, for faults that need
another genuine token.

Deliberately does not: touch ``xaa``. What is sent there is right; it is bent on its way.
"""

from collections.abc import Mapping
from typing import Any

from requests.auth import AuthBase

from agent0.faults.line import LabLine
from agent0.faults.sent import Leg, Sent
from agent0.faults.tampering import tamper
from agent0.jobs.models import Run
from stage.kit import state
from xaa.http import HttpAnswer, OutgoingHttp
from xaa.signin import conf


class LabHttp(OutgoingHttp):
    """``seen`` is the last request of each leg as Agent0 meant it."""

    def __init__(self, run: Run) -> None:
        usual = conf.outgoing_http()
        super().__init__(allow_private=usual.allow_private, timeout=usual.timeout, purpose="sign-in")
        self.run = run
        self.seen: dict[Leg, Sent] = {}
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, LabLine(self._session.get_adapter(scheme)))

    def request(
        self,
        method: str,
        url: str,
        *,
        data: Mapping[str, str] | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        auth: AuthBase | None = None,
        within: float | None = None,
    ) -> HttpAnswer:
        sent = Sent(method, url, dict(data or {}), json, dict(headers or {}), auth)
        self.seen[sent.leg] = sent
        return self.send(tamper(self, sent), within=within)

    def send(self, sent: Sent, *, within: float | None = None) -> HttpAnswer:
        """As it is, past every fault but those of the line."""
        return super().request(
            sent.method,
            sent.url,
            data=sent.form or None,
            json=sent.json,
            headers=sent.headers,
            auth=sent.auth,
            within=within,
        )


def open_lab_http(*, run: Run, **_signal: Any) -> LabHttp | None:
    """None while nothing is armed: then the Run goes its usual way."""
    return LabHttp(run) if state.current().faults else None
