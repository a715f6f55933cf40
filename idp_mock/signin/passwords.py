"""Check a login and password against the directory of one enterprise.

Deliberately does not: say which of the two was wrong, in words or in time.
"""

from django.contrib.auth.hashers import make_password

from idp_mock.directory.models import Enterprise, Person


class WrongCredentials(Exception):
    """No such person here, or another password."""


class PersonSuspended(Exception):
    """The password was right, but the enterprise has suspended this person."""

    def __init__(self, person: Person) -> None:
        super().__init__("suspended")
        self.person = person


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
