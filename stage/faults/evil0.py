"""The stage plays Evil0: a registered app that has credentials of its own, and no connection to anything.

In the flow a fault at Agent0 hands over what a thief would have got hold of, and Evil0 does with it what a thief
would: it presents a stolen ID-JAG as its own client (F06), or signs Eve in and gives away the ID Token that it got
(F19). Its secrets stay here: the servers know their hashes, and Agent0 nothing of them.

Deliberately does not: keep what it is handed, or serve anybody without the stage's key.
"""

import base64
import hashlib
import logging
import re
import secrets
from contextlib import suppress
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from requests import Request, RequestException, Response, Session
from requests.auth import HTTPBasicAuth

from stage.autopilot.browser import Browser
from stage.autopilot.page import Lost
from stage.faults.evidence import Witness
from stage.kit import addresses
from stage.kit.control import door
from stage.kit.control.wanted import check_members, read_text
from stage.kit.people import EVE
from stage.kit.registrations import EVIL0_AT_ACME, EVIL0_AT_TODO0, EVIL0_REDIRECT_URI, Registration
from xaa import protocol
from xaa.http import OutgoingHttp
from xaa.metadata import IssuerDirectory, MetadataError

logger = logging.getLogger(__name__)

TIMEOUT: Final = 5.0
TRACEPARENT: Final = re.compile(r"(00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})?")
TOKEN: Final = re.compile(r"[A-Za-z0-9_.-]{1,16384}")


@csrf_exempt
@never_cache
def evil0_door(request: HttpRequest, command: str) -> JsonResponse:
    return door.answer(request, command, COMMANDS)


def redeem(body: dict[str, Any]) -> dict[str, Any]:
    """Present a stolen ID-JAG at Todo0's token endpoint, as Evil0, in the trace it was stolen from."""
    check_members(body, "assertion", "traceparent")
    assertion = read_text(body, "assertion", pattern=TOKEN)
    witness = Witness(read_text(body, "traceparent", "", pattern=TRACEPARENT))
    form = {"grant_type": protocol.GRANT_JWT_BEARER, "assertion": assertion}
    answer = _post(addresses.TODO0_URL, form, EVIL0_AT_TODO0, witness)
    return {"status": answer.status_code if answer is not None else 0}


def fetch_id_token(body: dict[str, Any]) -> dict[str, Any]:
    """Sign Eve in to Evil0, and give away the ID Token."""
    check_members(body)
    issuer, verifier = f"{addresses.IDP_URL}/{EVIL0_AT_ACME.place}", secrets.token_urlsafe(48)
    try:
        code = _fetch_code(_ask_for_code(issuer, verifier))
    except (Lost, RequestException, MetadataError) as error:
        logger.warning("Eve could not sign in to Evil0: %s", type(error).__name__)
        return {"id_token": ""}
    form = {
        "grant_type": protocol.GRANT_AUTHORIZATION_CODE,
        "code": code,
        "redirect_uri": EVIL0_REDIRECT_URI,
        "code_verifier": verifier,
    }
    answer = _post(issuer, form, EVIL0_AT_ACME, Witness(""))
    return {"id_token": answer.json().get("id_token", "") if answer is not None and answer.ok else ""}


def _ask_for_code(issuer: str, verifier: str) -> str:
    """The authorization request (OpenID Connect Core §3.1.2.1), with PKCE."""
    digest = hashlib.sha256(verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": EVIL0_AT_ACME.client_id,
        "redirect_uri": EVIL0_REDIRECT_URI,
        "scope": "openid",
        "state": secrets.token_urlsafe(16),
        "nonce": secrets.token_urlsafe(16),
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    endpoint = _directory().fetch_metadata(issuer, kind="openid")["authorization_endpoint"]
    return f"{endpoint}?{urlencode(asked)}"


def _fetch_code(authorization_request: str) -> str:
    """Eve signs in, and the browser is stopped where it would go to Evil0, which nobody runs."""
    browser = Browser()
    page = browser.open(authorization_request, stop_at=EVIL0_REDIRECT_URI)
    page = browser.sign_in_at_idp(page, EVE, stop_at=EVIL0_REDIRECT_URI)
    return parse_qs(urlsplit(page.url).query).get("code", [""])[0]


def _post(issuer: str, form: dict[str, str], client: Registration, witness: Witness) -> Response | None:
    """A token request of Evil0's; None where no answer came."""
    try:
        url = str(_directory().fetch_metadata(issuer)["token_endpoint"])
    except MetadataError:
        return None
    credentials = HTTPBasicAuth(client.client_id, client.load_secret())
    request = Request("POST", url, data=form, headers=witness.headers, auth=credentials)
    with Session() as session:
        session.trust_env = False
        prepared, answer = session.prepare_request(request), None
        with suppress(RequestException):
            answer = session.send(prepared, timeout=TIMEOUT, allow_redirects=False)
        witness.record(prepared, answer)
        return answer


@cache
def _directory() -> IssuerDirectory:
    return IssuerDirectory(OutgoingHttp(allow_private=settings.XAA_ALLOW_PRIVATE_ADDRESSES, purpose="Evil0"))


COMMANDS: Final = {"redeem": redeem, "id-token": fetch_id_token}
