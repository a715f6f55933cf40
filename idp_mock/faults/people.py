"""Somebody is suspended (F18): the directory says so, and the next exchange asks the directory.

In the flow this is the row that check I7 reads. Alice's sessions stay, so that nothing but her status can be the
reason of the refusal.

Deliberately does not: end her sessions, as a suspension at the console does. Then the session would be refused
first (I6), and nobody would see the directory's word.
"""

from typing import Final

from idp_mock import clock
from idp_mock.directory.models import Person
from idp_mock.directory.person_change import save_person
from stage.kit import people
from stage.kit.changes import LAB
from stage.kit.control.wanted import Malformed
from stage.kit.faults import Rows, StateFault


def load_alice() -> Person:
    found = Person.objects.filter(enterprise__slug=people.ALICE.enterprise, sub=people.ALICE.sub).first()
    if found is None:
        raise Malformed("Expected Alice in Acme's directory, found nobody of her subject.")
    return found


def find() -> Rows:
    return {"status": str(load_alice().status)}


def suspend(number: str, found: Rows) -> None:
    save_status(Person.Status.SUSPENDED)


def put_back(found: Rows) -> None:
    if not load_alice().is_active:
        save_status(found["status"])


def save_status(status: str) -> None:
    save_person(load_alice(), {"status": status}, at=clock.now(), by=None, called=LAB)


FAULTS: Final = (StateFault("person, status", ("F18",), find, suspend, put_back),)
