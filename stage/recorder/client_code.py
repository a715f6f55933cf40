"""A hop as somebody writes it with ``xaa.client``, who never sees a parameter: the same request, one call.

In the flow hops 7 to 13 are the requesting app's own; what comes before is a sign-in, which ``xaa.signin`` does
for a Django project. The values are those of the recorded request.

Deliberately does not: hold a secret or an identifier that was not on the wire.
"""

from urllib.parse import urlsplit

from stage.recorder.exchange import Exchange
from stage.recorder.hops import Hop
from stage.recorder.tokens import Token, find_tokens

HEAD = """import os

from xaa.client import {names}
from xaa.http import OutgoingHttp
{more}
http = OutgoingHttp()
"""
ENDPOINT = """{variable} = discover_token_endpoint(
    IssuerDirectory(http),
    {issuer!r},
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
)
"""
DIRECTORY = "from xaa.metadata import IssuerDirectory\n"


def as_xaa_client(hop: Hop, part: Exchange) -> str:
    """The code for this hop; empty where the library has no call for it."""
    writer = {"7": _discover, "8": _discover, "9": _exchange, "10": _exchange, "11": _redeem, "13": _call}.get(
        hop.number
    )
    return writer(hop.lead if hop.number != "8" else part) if writer else ""


def _exchange(exchange: Exchange) -> str:
    form = exchange.form
    issuer = str((_token(exchange, "subject_token") or {}).get("iss", "")) or _origin(exchange)
    call = [
        "id_jag = request_id_jag(",
        "    http,",
        "    idp,",
        '    subject=SubjectToken.from_id_token(os.environ["ID_TOKEN"]),',
        f"    audience={form.get('audience', '')!r},",
        f"    resource={form.get('resource', '')!r}," if form.get("resource") else "",
        f"    scope={tuple(form.get('scope', '').split())!r}," if form.get("scope") else "",
        ")",
        "print(id_jag.scope, id_jag.expires_at)",
    ]
    names = "SubjectToken, discover_token_endpoint, request_id_jag"
    return _join(names, ENDPOINT.format(variable="idp", issuer=issuer), call)


def _redeem(exchange: Exchange) -> str:
    issuer = str((_token(exchange, "assertion") or {}).get("aud", "")) or _origin(exchange)
    call = [
        "# id_jag: what request_id_jag gave, the hop before",
        "token = redeem_id_jag(http, resource_as, id_jag=id_jag)",
        "print(token.scope, token.expires_at)",
    ]
    return _join(
        "discover_token_endpoint, redeem_id_jag", ENDPOINT.format(variable="resource_as", issuer=issuer), call
    )


def _call(exchange: Exchange) -> str:
    token = next((one for one in find_tokens(exchange) if one.kind == "access-token"), None)
    resource = token.claims.get("aud", "") if token else ""
    scope = tuple(str(token.claims.get("scope", "")).split()) if token else ()
    call = [
        "# session: a CrossAppSession, which gets and renews the tokens of the hops before by itself",
        "answer = session.request(",
        f"    {exchange.method!r},",
        f"    {exchange.record.exchange['url']!r},",
        f"    resource={resource!r},",
        f"    scope={scope!r},",
        ")",
        "print(answer.status)",
    ]
    return "\n".join(call)


def _discover(exchange: Exchange) -> str:
    url = exchange.record.exchange["url"]
    if ".well-known/oauth-protected-resource" not in url and ".well-known" in url:
        call = [f"print(IssuerDirectory(http).fetch_metadata({_origin(exchange)!r}))"]
        return "\n".join(
            [DIRECTORY.strip(), "from xaa.http import OutgoingHttp", "", "http = OutgoingHttp()", *call]
        )
    call = [
        "# without a token, to be refused and to learn from it",
        f"guarded = fetch_protected_resource(http, http.get({url!r}))",
        "print(guarded.authorization_servers)",
    ]
    return _join("fetch_protected_resource", "", call, needs_directory=False)


def _join(names: str, before: str, call: list[str], *, needs_directory: bool = True) -> str:
    head = HEAD.format(names=names, more=DIRECTORY if needs_directory else "")
    if not needs_directory:
        head = head.replace("import os\n\n", "")
    return (head + before + "\n".join(line for line in call if line)).replace("\n\n\n", "\n\n")


def _token(exchange: Exchange, parameter: str) -> dict[str, object] | None:
    where = f"request.form.{parameter}"
    found: Token | None = next((token for token in find_tokens(exchange) if token.where == where), None)
    return found.claims if found else None


def _origin(exchange: Exchange) -> str:
    parts = urlsplit(exchange.record.exchange["url"])
    return f"{parts.scheme}://{parts.netloc}"
