"""The app's half of a sign-in, as a browser and a client would do it: good by default, one override, one fault."""

import base64
import hashlib
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote_plus, urlsplit

from django.http import HttpResponse
from django.test import Client

from stage.kit import addresses, people, registrations

VERIFIER = "correct-horse-battery-staple-correct-horse-battery"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class RegisteredApp:
    registration: registrations.Registration
    redirect_uri: str

    @property
    def client_id(self) -> str:
        return self.registration.client_id

    @property
    def secret(self) -> str:
        return self.registration.load_secret()

    @property
    def basic(self) -> str:
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.secret)}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"


AGENT0 = RegisteredApp(registrations.AGENT0_AT_ACME, f"{addresses.AGENT0_URL}/signin/callback")
TODO0 = RegisteredApp(registrations.TODO0_AT_ACME, f"{addresses.TODO0_URL}/signin/callback")
EVIL0 = RegisteredApp(registrations.EVIL0_AT_ACME, "http://localhost:9666/callback")
AGENT0_AT_GLOBEX = RegisteredApp(registrations.AGENT0_AT_GLOBEX, f"{addresses.AGENT0_URL}/signin/callback")


def authorization_params(app: RegisteredApp = AGENT0, **override: str | None) -> dict[str, str]:
    """A good authorization request; ``None`` leaves a parameter out."""
    params = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": app.redirect_uri,
        "scope": "openid email profile",
        "state": "state-1",
        "nonce": "nonce-1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | override
    return {name: value for name, value in params.items() if value is not None}


def authorize(browser: Client, app: RegisteredApp = AGENT0, **override: str | None) -> HttpResponse:
    return browser.get(f"/{app.registration.place}/authorize", authorization_params(app, **override))


def csrf_token(page: HttpResponse) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())[1]


def post_form(browser: Client, url: str, **fields: str) -> HttpResponse:
    """Open the page at ``url`` and send its form, as a person would."""
    return browser.post(url, fields | {"csrfmiddlewaretoken": csrf_token(browser.get(url))})


def pick_persona(browser: Client, sign_in_url: str, person: people.Person = people.ALICE) -> HttpResponse:
    """Pick ``person`` on the sign-in page and follow the way back to the app: the redirect that ends there."""
    answered = post_form(browser, sign_in_url, persona=person.sub)
    assert answered.status_code == 303, answered.content
    return browser.get(answered["Location"])


def sign_in(
    browser: Client, app: RegisteredApp = AGENT0, person: people.Person = people.ALICE, **override: str | None
) -> dict[str, str]:
    """A whole sign-in in the browser; the parameters that the app gets in the end."""
    response = authorize(browser, app, **override)
    if urlsplit(response["Location"]).path.endswith("/login"):
        response = pick_persona(browser, response["Location"], person)
    return answer_of(response)


def answer_of(response: HttpResponse) -> dict[str, str]:
    """What a redirect to an app carries; fails when it leads elsewhere."""
    location = urlsplit(response["Location"])
    assert location.path.endswith("/callback"), response["Location"]
    return dict(parse_qsl(location.query, keep_blank_values=True))


def ask_token(client: Client, app: RegisteredApp = AGENT0, **form: str | None) -> HttpResponse:
    """A token request authenticated by HTTP Basic, from a program and not a browser."""
    fields = {name: value for name, value in form.items() if value is not None}
    return client.post(
        f"/{app.registration.place}/token",
        "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields.items()),
        content_type=FORM,
        headers={"Authorization": app.basic},
    )


def redeem(client: Client, code: str, app: RegisteredApp = AGENT0, **override: str | None) -> HttpResponse:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": app.redirect_uri,
        "code_verifier": VERIFIER,
    } | override
    return ask_token(client, app, **form)


def sign_in_for_tokens(
    browser: Client, app: RegisteredApp = AGENT0, person: people.Person = people.ALICE, **override: str | None
) -> dict[str, str]:
    """Sign in and redeem the code: the token response."""
    response = redeem(browser, sign_in(browser, app, person, **override)["code"], app)
    assert response.status_code == 200, response.content
    return response.json()
