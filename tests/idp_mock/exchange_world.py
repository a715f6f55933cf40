"""A token exchange that works: Alice of Sales, signed in to Agent0 at Acme, and the policy that lets her.

``World.exchange()`` gets an ID-JAG; ``World.exchange(audience=...)`` differs in that alone, so a refusal proves
its reason. Lists repeat a parameter, ``None`` leaves it out.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from idp_mock import clock
from idp_mock.clock import epoch
from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.keys.keystore import load_active_key
from idp_mock.policy.models import CrossAppConnection, ResourceApp
from idp_mock.policy.seed import TODO0_DETAILS_TYPES
from idp_mock.signin import factors
from idp_mock.signin.models import IdpSession
from idp_mock.systemlog.models import Event
from idp_mock.tokens.form import TokenForm
from idp_mock.tokens.id_token import issue_id_token
from idp_mock.tokens.models import TokenFamily
from idp_mock.tokens.refresh_token import issue_refresh_token
from idp_mock.tokens.token_exchange import exchange
from stage.kit import addresses, people, registrations
from xaa import jose, protocol
from xaa.dpop import build_proof

PROOF_KEY = jose.generate_signing_key("ES256")
SIGN_IN_SCOPE = "openid email profile offline_access"
TODO0_ISSUER = addresses.TODO0_URL
TODO0_API = f"{addresses.TODO0_URL}/api"
TODO0_MCP = f"{addresses.TODO0_MCP_URL}/mcp"
DETAILS = {"type": TODO0_DETAILS_TYPES[0]["type"], "locations": [TODO0_API], "actions": ["read", "create"]}
SECRETS = {registration.client_id: registration for registration in registrations.REGISTRATIONS}


def sign_in(app: App, person: Person, *, now: datetime, scope: str = SIGN_IN_SCOPE) -> TokenFamily:
    """What a sign-in of ``person`` to ``app`` leaves behind: her session, and the family of the app's tokens."""
    session = IdpSession.objects.create(person=person, auth_time=now, started_at=now)
    return TokenFamily.objects.create(
        app=app,
        session=session,
        scope=scope,
        auth_time=session.auth_time,
        amr=session.amr,
        acr=factors.resolve_acr(session.amr, ()),
        started_at=now,
    )


@dataclass
class World:
    """The good case, ready to be altered. ``now`` is the time of the exchange, a minute after the sign-in."""

    acme: Enterprise
    agent0: App
    alice: Person
    now: datetime
    family: TokenFamily

    @property
    def connection(self) -> CrossAppConnection:
        connections = CrossAppConnection.objects.select_related("resource_app__app")
        return connections.get(requesting_app=self.agent0, resource_app__app__name="Todo0")

    @property
    def todo0(self) -> ResourceApp:
        return ResourceApp.objects.select_related("app").get(enterprise=self.acme, app__name="Todo0")

    def app(self, client_id: str) -> App:
        return App.objects.select_related("enterprise").get(client_id=client_id)

    def person(self, seeded: people.Person) -> Person:
        return Person.objects.get(enterprise__slug=seeded.enterprise, sub=seeded.sub)

    def id_token(self, family: TokenFamily | None = None) -> str:
        family = family or self.family
        return issue_id_token(family, scope=family.scope, now=family.started_at, nonce="n-0S6_WzA2Mj")

    def refresh_token(self, family: TokenFamily | None = None) -> str:
        family = family or self.family
        return issue_refresh_token(family, now=family.started_at)

    def altered_id_token(
        self, *, key: jose.SigningKey | None = None, typ: str = protocol.TYP_ID_TOKEN, **override: Any
    ) -> str:
        """Alice's ID Token with other claims (``None`` removes one), signed by our own key unless told so."""
        claims = dict(jose.peek(self.id_token()).unverified_claims) | override
        claims = {name: value for name, value in claims.items() if value is not None}
        return jose.sign(claims, key=key or load_active_key(self.acme), typ=typ)

    def form(self, **override: str | list[str] | None) -> dict[str, list[str]]:
        fields = {
            "grant_type": protocol.GRANT_TOKEN_EXCHANGE,
            "requested_token_type": protocol.TOKEN_TYPE_ID_JAG,
            "audience": TODO0_ISSUER,
            "resource": TODO0_API,
            "scope": "todos.read todos.write",
            "subject_token": self.id_token(),
            "subject_token_type": protocol.TOKEN_TYPE_ID_TOKEN,
        } | override
        return {
            name: value if isinstance(value, list) else [value]
            for name, value in fields.items()
            if value is not None
        }

    def as_refresh(self, value: str) -> dict[str, str]:
        return {"subject_token": value, "subject_token_type": protocol.TOKEN_TYPE_REFRESH_TOKEN}

    def subjects(self) -> list[dict[str, str]]:
        """The same sign-in, told by an ID Token and by a refresh token."""
        return [{"subject_token": self.id_token()}, self.as_refresh(self.refresh_token())]

    def exchange(
        self, app: App | None = None, *, dpop_headers: tuple[str, ...] = (), **override: Any
    ) -> dict[str, Any]:
        """The exchange itself, behind the door of the token endpoint."""
        return exchange(app or self.agent0, TokenForm(self.form(**override), dpop_headers), self.now)

    def claims(self, **override: Any) -> dict[str, Any]:
        """The claims of the ID-JAG that an exchange returns."""
        return dict(jose.peek(str(self.exchange(**override)["access_token"])).unverified_claims)

    def proof(self, **override: Any) -> str:
        """A DPoP proof for the exchange, made when it happens."""
        good = {"method": "POST", "url": f"{self.acme.issuer}/token", "now": self.now.timestamp()}
        return build_proof(override.pop("key", PROOF_KEY), **(good | override))

    def post(
        self, client: Client, client_id: str = "agent0-at-acme", *, proof: str | None = None, **override: Any
    ) -> HttpResponse:
        """The exchange over HTTP, authenticated as ``client_id``."""
        credentials = {"client_id": [client_id], "client_secret": [SECRETS[client_id].load_secret()]}
        return client.post(
            f"/{SECRETS[client_id].place}/token",
            urlencode(credentials | self.form(**override), doseq=True),
            content_type="application/x-www-form-urlencoded",
            headers={} if proof is None else {"DPoP": proof},
        )


def details_text(*changes: dict[str, Any]) -> str:
    """``authorization_details``, an object each; None takes a member away."""
    altered = [DETAILS | change for change in changes]
    return json.dumps([{name: value for name, value in each.items() if value is not None} for each in altered])


def last_event() -> Event:
    return Event.objects.order_by("-pk")[0]


def make_world(agent0: App, alice: Person) -> World:
    now = clock.now()
    signed_in_at = now - timedelta(minutes=1)
    return World(agent0.enterprise, agent0, alice, now, sign_in(agent0, alice, now=signed_in_at))


def ago(now: datetime, **delta: float) -> int:
    """A NumericDate before ``now``."""
    return epoch(now - timedelta(**delta))
