"""A hop as code: the very request that was recorded, for curl and for Python, with a placeholder for each secret.

In the flow an integrator copies this, sets the variables that it names, and sends the same request. What was taken
out of the record, and every token whose signature was, becomes such a variable.

Deliberately does not: invent. Headers that every client library sets by itself are left out, nothing is added.
"""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from stage.recorder.exchange import Exchange, parse_form
from stage.recorder.tokens import read_json

BY_THE_LIBRARY = {
    "host", "content-length", "content-type", "connection", "accept-encoding", "user-agent", "cookie",
    "traceparent", "tracestate", "authorization", "origin", "referer",
}  # fmt: skip
PLAIN = re.compile(r"[\w .:=-]*", re.ASCII)
TAKEN_OUT = ("[redacted", "[signature]")
VARIABLES = {
    "subject_token": "ID_TOKEN",
    "assertion": "ID_JAG",
    "dpop": "DPOP_PROOF",
    "csrfmiddlewaretoken": "CSRF_TOKEN",
}
OF_THE_CLIENT = ("client_secret", "client_assertion")


@dataclass(frozen=True)
class Request:
    """What the snippets are written from. What ``secret`` names has an environment variable for its value.

    ``known_at`` begins the names of the client's own (``read``).
    """

    method: str
    url: str
    basic: bool
    headers: dict[str, str]
    form: list[tuple[str, str]]
    json: object
    secret: frozenset[str]
    known_at: str = ""

    @property
    def variables(self) -> list[str]:
        """Every environment variable that a snippet reads, in the order in which they come."""
        named = [f"{self.known_at}CLIENT_ID", f"{self.known_at}CLIENT_SECRET"] if self.basic else []
        named += [value.rpartition(" ")[2] for name, value in self.headers.items() if name in self.secret]
        return [*named, *(value for name, value in self.form if name in self.secret)]


def read(exchange: Exchange, *, known_at: str = "", call: str = "") -> Request:
    """Where several calls stand together, no two values have one name: what is the client's own begins with the
    server that knows it by that, ``known_at``, and a DPoP proof ends with ``call``, which it is good for alone."""
    headers, form, secret, basic = {}, [], set(), False
    for name, value in exchange.request.headers:
        scheme, _, rest = value.partition(" ")
        if name.lower() == "authorization" and scheme.lower() == "basic":
            basic = True
        elif name.lower() == "authorization":
            headers[name] = f"{scheme} ACCESS_TOKEN"
            secret.add(name)
        elif name.lower() not in BY_THE_LIBRARY:
            variable = f"{_variable(name)}{call if name.lower() == 'dpop' else ''}"
            headers[name] = variable if _is_taken_out(rest or value) else value
            secret |= {name} if _is_taken_out(rest or value) else set()
    for name, value in parse_form(exchange.request):
        variable = f"{known_at if name in OF_THE_CLIENT else ''}{_variable(name)}"
        form.append((name, variable if _is_taken_out(value) else value))
        secret |= {name} if _is_taken_out(value) else set()
    return Request(
        method=exchange.method,
        url=_url_without_secrets(exchange.record.exchange["url"]),
        basic=basic,
        headers=headers,
        form=form,
        json=read_json(exchange.request),
        secret=frozenset(secret),
        known_at=known_at,
    )


def as_curl(request: Request) -> str:
    method = "" if request.method == "GET" else f"-X {shlex.quote(request.method)} "
    parts = [f"curl -sS {method}{shlex.quote(request.url)}"]
    if request.basic:
        parts.append(f'-u "${request.known_at}CLIENT_ID:${request.known_at}CLIENT_SECRET"')
    parts += [
        "-H " + _shell(f"{name}: ", value, name in request.secret) for name, value in request.headers.items()
    ]
    parts += [
        "--data-urlencode " + _shell(f"{name}=", value, name in request.secret) for name, value in request.form
    ]
    if request.json is not None:
        body = json.dumps(request.json, ensure_ascii=False)
        parts += ["-H 'Content-Type: application/json'", f"-d {shlex.quote(body)}"]
    return " \\\n  ".join(parts)


def as_python(request: Request) -> str:
    lines = [
        "import os\n" if request.variables else "",
        "import requests\n",
        "answer = requests.request(",
        f"    {request.method!r},",
        f"    {request.url!r},",
    ]
    if request.basic:
        lines.append('    auth=(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]),')
    if request.headers:
        lines += ["    headers={", *_python_members(request.headers.items(), request.secret), "    },"]
    if request.form:
        lines += ["    data={", *_python_members(request.form, request.secret), "    },"]
    if request.json is not None:
        lines.append(f"    json={request.json!r},")
    lines += ["    allow_redirects=False,", "    timeout=5,", ")", "print(answer.status_code, answer.text)"]
    return "\n".join(line for line in lines if line)


def _python_members(members: object, secret: frozenset[str]) -> Iterator[str]:
    for name, value in members:  # type: ignore[attr-defined]
        if name not in secret:
            yield f"        {name!r}: {value!r},"
            continue
        scheme, _, variable = value.rpartition(" ")
        before = f"{scheme + ' '!r} + " if scheme else ""
        yield f"        {name!r}: {before}os.environ[{variable!r}],"


def _shell(before: str, value: str, is_secret: bool) -> str:
    if not is_secret:
        return shlex.quote(before + value)
    scheme, space, variable = value.rpartition(" ")
    literal = before + scheme + space
    if PLAIN.fullmatch(literal):
        return f'"{literal}${variable}"'
    return f'{shlex.quote(literal)}"${variable}"'  # a stranger's words are no commands


def _is_taken_out(value: str) -> bool:
    return any(mark in value for mark in TAKEN_OUT)


def _variable(name: str) -> str:
    return VARIABLES.get(name.lower(), re.sub(r"\W", "_", name.upper(), flags=re.ASCII))


def _url_without_secrets(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(
        parts._replace(query=parts.query.replace("[redacted]", "TAKEN-OUT").replace("%5Bredacted%5D", "TAKEN-OUT"))
    )
