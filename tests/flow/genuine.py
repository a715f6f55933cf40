"""Real tokens of real sign-ins, for messages that are wrong only in whose token they bring.

Deliberately does not: change a token. What is genuine here is refused for being in the wrong place.
"""

from dataclasses import dataclass, field

from tests.cast import ALICE, BOB, EVE, GLOBEX_ALICE
from tests.flow.wire import Client, Wire


@dataclass
class Genuine:
    """Each is fetched when it is first asked for."""

    wire: Wire
    alice: dict[str, str]
    kept: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        if name not in self.kept:
            self.kept |= self._fetch(name)
        return self.kept[name]

    def _fetch(self, name: str) -> dict[str, str]:
        wire = self.wire
        owner, _, kind = name.partition("-")
        agent0, agent0_there = wire.clients["agent0", "acme"], wire.clients["agent0", "todo0"]
        if owner == "alice":
            return {name: self.alice[kind.replace("-", "_")]}
        if name == "id-jag":
            return {name: wire.id_jag(agent0, self.alice["id_token"])}
        if kind == "access-token":  # Todo0's, in good standing or revoked
            id_jag = wire.id_jag(agent0, self.alice["id_token"])
            token = wire.redeem(agent0_there, id_jag).json()["access_token"]
            if owner == "revoked":
                revoke(wire, wire.demo.facts["todo0"]["revocation_endpoint"], agent0_there, token)
            return {name: token}
        client, person = {
            "globex": (wire.clients["agent0", "globex"], GLOBEX_ALICE),
            "evil0": (wire.clients["evil0", "acme"], EVE),
            "bob": (agent0, BOB),
            "revoked": (agent0, ALICE),
        }[owner]
        tokens = wire.sign_in(client, person)
        if owner == "revoked":
            revoke(wire, wire.idp()["revocation_endpoint"], client, tokens["refresh_token"])
        found = {f"{owner}-{one.replace('_', '-')}": tokens[one] for one in ("id_token", "refresh_token")}
        return found | ({name: wire.id_jag(client, tokens["id_token"])} if kind == "id-jag" else {})


def revoke(wire: Wire, url: str, client: Client, token: str) -> None:
    assert wire.post(url, {"token": token, **client.credentials()}).status_code == 200
