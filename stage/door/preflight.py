"""What must be true before the demo starts, asked in one place: here, and again by ``manage.py doctor``."""

import os
import shutil
from pathlib import Path

from stage.door.layout import IDP, PARTIES, Party, url_of
from stage.door.voice import Refusal

NEEDED_MEGABYTES = 200


def check_folder(var: Path) -> None:
    """The folder can be written, and the disk behind it has room for databases, queue and logs."""
    try:
        var.mkdir(mode=0o700, parents=True, exist_ok=True)  # sessions lie in there
        probe = var / f".probe-{os.getpid()}"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
        free = shutil.disk_usage(var).free // 2**20
    except OSError as failure:
        raise Refusal(
            f"Cannot write in {var}: {failure.strerror}. Mend that, or set DEMO_VAR to a folder of yours."
        ) from failure
    if free < NEEDED_MEGABYTES:
        raise Refusal(
            f"Only {free} MB are free where {var} lies; the demo wants {NEEDED_MEGABYTES}. "
            f"Make room, or set DEMO_VAR to a folder on another disk."
        )


def is_ours(issuer: str, idp_url: str) -> bool:
    """Whether ``issuer`` is one of the mock IdP's."""
    return issuer == idp_url or issuer.startswith(f"{idp_url}/")


def choose_parties() -> tuple[Party, ...]:
    """All four; without the mock IdP when the apps are pointed at a real one, which takes both of them."""
    idp_url = url_of(IDP, dict(os.environ))
    issuers = {name: os.environ.get(name, "") for name in ("AGENT0_IDP_ISSUER", "TODO0_IDP_ISSUER")}
    elsewhere = {name for name, issuer in issuers.items() if issuer and not is_ours(issuer, idp_url)}
    if not elsewhere:
        return PARTIES
    if missing := sorted(set(issuers) - elsewhere):
        raise Refusal(
            f"{elsewhere.pop()} points to an IdP of your own, {missing[0]} does not. Both apps must trust "
            f"the same enterprise: set {missing[0]} as well, with its client id and secret. See docs/okta.md."
        )
    return tuple(party for party in PARTIES if party is not IDP)
