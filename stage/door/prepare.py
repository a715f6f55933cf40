"""Databases ready to serve: migrated and seeded, all parties at once, and skipped when nothing has changed.

The stamp covers the code, the addresses and the secrets, because the seed writes redirect URIs and client secrets.
It is only trusted for the SQLite files it was made beside: a database server may have been emptied meanwhile.
"""

import hashlib
import os
import sys
from pathlib import Path

from stage.door.layout import CODE, MANAGE, ROOT, Party, find_var
from stage.door.supervisor import Supervisor
from stage.door.voice import Refusal, say

# What the seeds read besides code. DATABASE_URL is not here: with it, the stamp is not used at all.
SEED_VARIABLES = ("_URL", "_PORT", "_ISSUER", "_SECRET", "_CLIENT_ID", "_KEY", "_RESOURCE")


def prepare(parties: tuple[Party, ...], environments: dict[str, dict[str, str]]) -> bool:
    """Migrate and seed ``parties`` unless the stamp says that this was done. Returns whether anything was done."""
    stamp = find_var() / "prepared"
    wanted = _fingerprint(environments)
    if _is_prepared(stamp, wanted, parties):
        return False
    say("Preparing the databases: migrations, then the cast.")
    stamp.unlink(missing_ok=True)
    with Supervisor(log=None) as crew:
        for party in parties:
            command = [sys.executable, str(MANAGE), party.package, "prepare"]
            crew.start(party.package, command, environment=environments[party.package])
        failed = [child for child in crew.wait_for_all() if child.process.returncode != 0]
        if failed:
            shown = "\n".join(f"  {child.name} | {line}" for child in failed for line in child.last_lines)
            raise Refusal(
                f"{shown}\nCould not prepare the database of {', '.join(child.name for child in failed)}."
            )
    stamp.write_text(wanted, encoding="utf-8")
    return True


def _is_prepared(stamp: Path, wanted: str, parties: tuple[Party, ...]) -> bool:
    if os.environ.get("DATABASE_URL") or not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        return False
    return all((find_var() / f"{party.place}.sqlite3").exists() for party in parties)


def _fingerprint(environments: dict[str, dict[str, str]]) -> str:
    digest = hashlib.sha256()
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    for package, environment in sorted(environments.items()):
        for name in sorted(environment):
            if name.endswith(SEED_VARIABLES):
                digest.update(f"\0{package} {name}={environment[name]}".encode())
    return digest.hexdigest()
