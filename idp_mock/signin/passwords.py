"""Check a login and password against the directory of one enterprise.

Deliberately does not: say which of the two was wrong, in words or in time.
"""

from typing import Final

from django.contrib.auth.hashers import make_password

from idp_mock.directory.models import Enterprise, Person
from xaa.throttle.counting import Limit, count_failure, find_wait

GUESSES_OF_LOGIN: Final = 10
GUESSES_FROM_ADDRESS: Final = 100


class WrongCredentials(Exception):
    """No such person here, or another password."""


class TooManyGuesses(Exception):
    """Wrong passwords came too often; ``wait`` is how many seconds nothing more is looked at."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"wait {wait} s")
        self.wait = wait


class PersonSuspended(Exception):
    """The password was right, but the enterprise has suspended this person."""

    def __init__(self, person: Person) -> None:
        super().__init__("suspended")
        self.person = person


def guard_guessing(enterprise: Enterprise, *, login: str, password: str, address: str) -> Person:
    """``authenticate_person``, but not for whoever has guessed too often (RFC 6749 §10.10).

    Before a password is compared, since people choose passwords that can be guessed. Counted by login and address
    together, so that a stranger elsewhere cannot lock a person out, and by address alone, for whoever tries one
    password on many logins. From the address of a guesser a person has to wait a minute, too: that is the price.
    """
    limits = (
        # Upper case first, as PostgreSQL compares: a dotless i and an i are one letter, and so of one count.
        Limit(("login", enterprise.slug, login.strip().upper().lower(), address), GUESSES_OF_LOGIN),
        Limit(("guess", address), GUESSES_FROM_ADDRESS),
    )
    if wait := find_wait(*limits):
        raise TooManyGuesses(wait)
    try:
        return authenticate_person(enterprise, login=login, password=password)
    except WrongCredentials:
        count_failure(*limits)
        raise


def authenticate_person(enterprise: Enterprise, *, login: str, password: str) -> Person:
    """The active person with this login and password; raises ``WrongCredentials`` or ``PersonSuspended``."""
    person = (
        Person.objects.select_related("enterprise")
        .filter(enterprise=enterprise, login__iexact=login.strip())
        .first()
    )
    if person is None:
        make_password(password)  # takes as long as checking one: time must not tell who works here
        raise WrongCredentials
    if not person.has_password(password):
        raise WrongCredentials
    if not person.is_active:
        raise PersonSuspended(person)
    return person
