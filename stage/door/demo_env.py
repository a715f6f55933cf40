"""The demo's secrets: made at random on first use, kept in ``var/demo.env`` for this user only.

There is no default secret anywhere. The demo reads this file for every party it starts; a variable already set in
the environment wins. ``manage.py secrets`` prints a set for docker compose instead, where each service is given
only what is its own.
"""

import base64
import json
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from stage.door.layout import find_var
from stage.door.locks import holding
from stage.door.voice import Refusal

DJANGO_KEYS = ("STAGE_SECRET_KEY", "AGENT0_SECRET_KEY", "TODO0_SECRET_KEY", "IDP_SECRET_KEY")
CLIENT_SECRETS = (
    "AGENT0_IDP_CLIENT_SECRET",
    "AGENT0_GLOBEX_CLIENT_SECRET",
    "AGENT0_RESOURCE_CLIENT_SECRET",
    "TODO0_IDP_CLIENT_SECRET",
    "TODO0_STAFF_IDP_CLIENT_SECRET",
    "EVIL0_IDP_CLIENT_SECRET",
    "EVIL0_RESOURCE_CLIENT_SECRET",
)
FERNET_KEYS = ("AGENT0_TOKEN_KEY",)
STAGE_KEYS = ("STAGE_KEY",)
CLIENT_KEYS = ("AGENT0_CLIENT_KEY",)
COMPOSE_PASSWORDS = (
    "POSTGRES_PASSWORD",
    "STAGE_DB_PASSWORD",
    "AGENT0_DB_PASSWORD",
    "TODO0_DB_PASSWORD",
    "IDP_DB_PASSWORD",
    "REDIS_PASSWORD",
)


def fernet_key() -> str:
    """32 random bytes as Fernet writes them."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def client_key() -> str:
    """A private key on P-256: the lines of its PKCS#8 PEM, without the first and the last, in one."""
    from xaa.jose import dump_private_pem, generate_signing_key

    return "".join(dump_private_pem(generate_signing_key("ES256")).split("\n")[1:-2])


def publish(secrets_by_name: Mapping[str, str]) -> str:
    """The public half of ``AGENT0_CLIENT_KEY``, as the JWK Set that is registered for Agent0."""
    from dataclasses import replace

    from xaa.jose import load_signing_key, public_jwk, thumbprint

    pem = f"-----BEGIN PRIVATE KEY-----\n{secrets_by_name['AGENT0_CLIENT_KEY']}\n-----END PRIVATE KEY-----\n"
    key = load_signing_key(pem, alg="ES256", kid="")
    return json.dumps({"keys": [public_jwk(replace(key, kid=thumbprint(key)))]}, separators=(",", ":"))


def password() -> str:
    """Hexadecimal: needs no escaping inside a URL, a shell or a .env file."""
    return secrets.token_hex(24)


MAKERS: dict[str, Callable[[], str]] = {
    **dict.fromkeys(DJANGO_KEYS, lambda: secrets.token_urlsafe(48)),
    **dict.fromkeys(CLIENT_SECRETS, lambda: secrets.token_urlsafe(48)),
    **dict.fromkeys(STAGE_KEYS, lambda: secrets.token_urlsafe(48)),
    **dict.fromkeys(FERNET_KEYS, fernet_key),
    **dict.fromkeys(CLIENT_KEYS, client_key),
}


def load_secrets(names: Iterable[str] = tuple(MAKERS)) -> dict[str, str]:
    """The secrets ``names``: from the environment, else from ``var/demo.env``, which is completed as needed."""
    wanted = list(names)
    missing = [name for name in wanted if not os.environ.get(name)]
    kept = _load_file(find_var() / "demo.env") if missing else {}
    return {name: os.environ.get(name) or kept[name] for name in wanted}


def _load_file(path: Path) -> dict[str, str]:
    try:
        with holding(path.with_name("demo.env.lock")):
            values = _read(path)
            if not values and any(path.parent.glob("*.sqlite3")):
                raise Refusal(
                    f"{path.parent} has databases, but {path.name} with the keys that sealed their contents is "
                    f"gone. Put it back, or delete the folder to start afresh."
                )
            if not values.keys() >= MAKERS.keys():
                values = {name: make() for name, make in MAKERS.items()} | values
                _write(path, values)
            path.chmod(0o600)
    except OSError as failure:
        raise Refusal(
            f"Cannot keep the demo's secrets in {path}: {failure.strerror}. Set DEMO_VAR to a folder of yours."
        ) from failure
    return values


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    if broken := [name for name, equals, value in pairs if not equals or not value]:
        raise Refusal(
            f"{path} has a line that is not NAME=value, near {broken[0]!r}. Delete the file to start afresh."
        )
    return {name: value for name, _, value in pairs}


def _write(path: Path, values: dict[str, str]) -> None:
    """Written beside and moved into place: a full disk leaves the old file or the new one, never half of one."""
    fresh = path.with_name(f"demo.env.{os.getpid()}")
    body = "# DEMO ONLY: made by manage.py for this machine. Production takes secrets from a secret store.\n"
    body += "".join(f"{name}={value}\n" for name, value in values.items())
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(body)
    fresh.replace(path)


def print_compose_env() -> int:
    """A complete ``.env`` for docker-compose.yml on stdout: ``python3 manage.py secrets > .env``."""
    print("# Made by: python3 manage.py secrets > .env    Keep it out of version control.")
    values = {name: make() for name, make in {**MAKERS, **dict.fromkeys(COMPOSE_PASSWORDS, password)}.items()}
    for name, value in values.items():
        print(f"{name}={value}")
    print("# With these two Agent0 signs at both servers, in place of a secret shared with each.")
    print(f"#AGENT0_PRIVATE_KEY_JWT=1\n#AGENT0_CLIENT_JWKS='{publish(values)}'")
    return 0
