"""Key rotation, with an overlap (F27) and without one (F28), and the keys put back as they were.

In the flow F27 rotates when it is armed: the announced key signs from then on, and the old one stays published.
F28 rotates in the worst moment, once: the old key has just been taken to sign an ID-JAG, and is withdrawn before
that is redeemed. Whoever signs in anew gets what the new key signs, while it is still armed.

Deliberately does not: put back a key that somebody has rotated or retired meanwhile. A key that an administrator
withdrew may have leaked.
"""

from datetime import datetime
from typing import Any, Final

from idp_mock import clock
from idp_mock.console.changes import By
from idp_mock.directory.models import Enterprise
from idp_mock.keys import keystore
from idp_mock.keys.change import change_keys
from idp_mock.keys.models import SigningKeyRecord
from idp_mock.systemlog.models import EVENT_KEY_ROTATION
from idp_mock.tokens.token_exchange_state import Exchange
from stage.kit.changes import LAB
from stage.kit.faults import Rows, StateFault, strikes
from stage.kit.models import Found
from stage.kit.registrations import AGENT0_AT_ACME

NAME: Final = "keys"
TIMES: Final = ("activated_at", "retiring_at", "retired_at")


def load_acme() -> Enterprise:
    return Enterprise.objects.get(slug=AGENT0_AT_ACME.place)


def find() -> Rows:
    """Each key's state. ``left`` is the name of the last state of the keys that a fault has left them in."""
    acme = load_acme()
    keys = SigningKeyRecord.objects.filter(enterprise=acme)
    return {"keys": [describe(key) for key in keys], "left": acme.keyring, "is_withdrawn": False}


def describe(key: SigningKeyRecord) -> Rows:
    times = {name: getattr(key, name) and getattr(key, name).isoformat() for name in TIMES}
    return {"kid": key.kid, "status": str(key.status), **times}


def bend(number: str, found: Rows) -> None:
    """F28 waits for its moment, each time that it is armed."""
    if number == "F27":
        rotate(found, hard=False)
    else:
        found["is_withdrawn"] = False


def rotate_under_way(*, exchange: Exchange, **_signal: Any) -> None:
    """F28. The key that is about to sign was loaded already, so it signs; whoever looks for it then finds it
    gone."""
    if not strikes("F28") or exchange.app.enterprise.slug != AGENT0_AT_ACME.place:
        return
    row = Found.objects.filter(name=NAME).first()
    if row is not None and not row.rows["is_withdrawn"]:
        rotate(row.rows, hard=True)
        row.rows["is_withdrawn"] = True
        row.save()


def rotate(found: Rows, *, hard: bool) -> None:
    acme, now = load_acme(), clock.now()
    change_keys(
        acme,
        lambda enterprise: keystore.rotate(enterprise, now=now, hard=hard),
        EVENT_KEY_ROTATION,
        keyring=acme.keyring,
        by=By(None, now, LAB),
    )
    found["left"] = load_acme().keyring


def put_back(found: Rows) -> None:
    """Every key as it was. One that a rotation made goes, unless it has signed: then it stays while its tokens
    do."""
    acme, now = load_acme(), clock.now()
    if acme.keyring != found["left"] or not found["keys"]:
        return
    change_keys(
        acme,
        lambda enterprise: restore(enterprise, found["keys"], now=now),
        EVENT_KEY_ROTATION,
        keyring=acme.keyring,
        by=By(None, now, LAB),
    )


def restore(enterprise: Enterprise, keys: list[Rows], *, now: datetime) -> None:
    known = SigningKeyRecord.objects.filter(enterprise=enterprise)
    made = known.exclude(kid__in=[key["kid"] for key in keys])
    made.filter(activated_at=None).delete()
    made.update(status=SigningKeyRecord.Status.RETIRING, retiring_at=now)
    before = known.filter(kid__in=[key["kid"] for key in keys])
    before.update(status=SigningKeyRecord.Status.RETIRED)  # so that at no moment two of an algorithm are active
    for key in keys:
        before.filter(kid=key["kid"]).update(**{name: value for name, value in key.items() if name != "kid"})
    keystore.rename_keyring(enterprise)


FAULT: Final = StateFault(NAME, ("F27", "F28"), find, bend, put_back)
