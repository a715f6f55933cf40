"""The environment a party's process is given: its own secrets and no other party's, the ports, the folder.

A variable that is already set wins everywhere. With ``STAGE=0`` nothing is added: then a missing variable stops
the party with its name, as it should outside a demo.
"""

import json
import os
from collections.abc import Mapping

from stage.door import demo_env
from stage.door.layout import AGENT0, ENTERPRISES, IDP, SERVERS, find_var, url_of
from stage.door.locks import Held, acquire

# Both ends of a registration know its secret, and nobody else does; Evil0 is played by the stage. All know the
# stage's key: by it evidence comes in and commands go out (docs/decisions/0009).
OWN = {
    "stage": ("STAGE_SECRET_KEY", "STAGE_KEY", "EVIL0_IDP_CLIENT_SECRET", "EVIL0_RESOURCE_CLIENT_SECRET"),
    "agent0": (
        "AGENT0_SECRET_KEY",
        "STAGE_KEY",
        "AGENT0_TOKEN_KEY",
        "AGENT0_CLIENT_KEY",
        "AGENT0_IDP_CLIENT_SECRET",
        "AGENT0_GLOBEX_CLIENT_SECRET",
        "AGENT0_RESOURCE_CLIENT_SECRET",
    ),
    "todo0": (
        "TODO0_SECRET_KEY",
        "STAGE_KEY",
        "TODO0_IDP_CLIENT_SECRET",
        "TODO0_STAFF_IDP_CLIENT_SECRET",
        "AGENT0_RESOURCE_CLIENT_SECRET",
        "EVIL0_RESOURCE_CLIENT_SECRET",
    ),
    "idp_mock": (
        "IDP_SECRET_KEY",
        "STAGE_KEY",
        "AGENT0_IDP_CLIENT_SECRET",
        "AGENT0_GLOBEX_CLIENT_SECRET",
        "TODO0_IDP_CLIENT_SECRET",
        "TODO0_STAFF_IDP_CLIENT_SECRET",
        "EVIL0_IDP_CLIENT_SECRET",
    ),
}


AGENT0_SECRETS = {"AGENT0_IDP_CLIENT_SECRET", "AGENT0_GLOBEX_CLIENT_SECRET", "AGENT0_RESOURCE_CLIENT_SECRET"}


def signs(environment: Mapping[str, str]) -> bool:
    """Agent0 authenticates by its key: its secrets go to nobody, and the servers get the public half."""
    return environment.get("AGENT0_PRIVATE_KEY_JWT", "0").lower() in ("1", "true", "yes", "on")


def is_demo() -> bool:
    """``STAGE=0`` says that these are parties of somebody's own, not the demo."""
    return os.environ.get("STAGE", "1").lower() not in ("0", "false", "no", "off")


def environment_of(package: str, ports: dict[str, int]) -> dict[str, str]:
    """The environment of a process of ``package``; ``ports`` by the party's variable, as from ``choose_ports``."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": f"{package}.settings", "DEMO_VAR": str(find_var())}
    if not is_demo():
        return environment
    secrets = demo_env.load_secrets(OWN[package])
    if signs(environment):
        shared = secrets.keys() & AGENT0_SECRETS
        secrets = {name: value for name, value in secrets.items() if name not in shared}
        if shared and package != "agent0":
            secrets["AGENT0_CLIENT_JWKS"] = demo_env.publish(demo_env.load_secrets(["AGENT0_CLIENT_KEY"]))
    numbers = {server.port_variable: str(ports[server.variable]) for server in SERVERS if server.variable in ports}
    demo = {
        # DEMO ONLY: the parties call one another over plain http on loopback. Leave it unset in production, where
        # an issuer that resolves to a private address is an attack (RFC 8414 §6.2 on SSRF).
        "XAA_ALLOW_PRIVATE_ADDRESSES": "1",
        # Todo0's admin has listed Agent0's own address, so that it may be Agent0's client id there.
        "TODO0_CLIENT_URLS": f"{url_of(AGENT0, {**environment, **numbers})}/client-metadata.json",
        # DEMO ONLY: no name server knows .example, so the mock IdP plays the web servers of these domains.
        "TODO0_DOMAIN_HOSTS": " ".join(
            f"{slug}.example={url_of(IDP, {**environment, **numbers})}/{slug}" for slug in ENTERPRISES
        ),
        # Todo0's API says who guards it, so Agent0 asks; somebody else's may not.
        "AGENT0_RESOURCE_DISCOVERS": "0" if environment.get("AGENT0_RESOURCE") else "1",
        "PYTHONUNBUFFERED": "1",
        **numbers,
        **secrets,
    }
    return {**demo, **environment, **numbers}


def load_any_secret(name: str) -> str:
    """One secret by its variable, whoever owns it."""
    return demo_env.load_secrets([name])[name]


def load_running() -> dict[str, int]:
    """The ports of the demo that runs in this folder; empty when none does."""
    try:
        acquire(find_var() / "demo.lock", wait=False).close()
    except Held:
        text = (find_var() / "demo.lock").read_text(encoding="utf-8")
        return json.loads(text)["ports"] if text else {}
    return {}
