"""The admin's word, bent: the connection off (F21), for others (F22), for less (F23), for a stronger sign-in
(F26).

In the flow token exchange reads these rows at each request, so a fault counts from the next one on, as Carol's own
changes do. It is saved the way hers are: over the newest version, with before and after, by *the lab*.

Deliberately does not: put back what somebody has changed since. What is as the fault left it goes back.
"""

from typing import Any, Final

from idp_mock import clock
from idp_mock.console.changes import By
from idp_mock.directory.models import Person
from idp_mock.policy.change import save_change
from idp_mock.policy.models import CrossAppConnection
from stage.kit import addresses, people
from stage.kit.changes import LAB
from stage.kit.control.wanted import Malformed
from stage.kit.faults import Rows, StateFault
from stage.kit.registrations import AGENT0_AT_ACME

READ, WRITE = "todos.read", "todos.write"
ONLY: Final = CrossAppConnection.ScopeCondition.ONLY


def load_connection() -> CrossAppConnection:
    """Agent0's at Todo0, in the enterprise of the story."""
    found = CrossAppConnection.objects.filter(
        enterprise__slug=AGENT0_AT_ACME.place,
        requesting_app__client_id=AGENT0_AT_ACME.client_id,
        resource_app__issuer=addresses.TODO0_URL,
    ).first()
    if found is None:
        raise Malformed("Expected Acme to have a connection from Agent0 to Todo0, found none. Connect them first.")
    return found


def save(connection: CrossAppConnection, terms: Rows) -> None:
    save_change(connection, terms, version=None, by=By(None, clock.now(), LAB))


def find(*names: str) -> Rows:
    connection = load_connection()
    return {name: getattr(connection, name) for name in names}


def put_back_terms(found: Rows, bent: Rows) -> None:
    """Those that are still as the fault left them."""
    connection = load_connection()
    if all(getattr(connection, name) == value for name, value in bent.items()):
        save(connection, {name: found[name] for name in bent})


def terms_fault(number: str, **bent: Any) -> StateFault:
    """A fault that sets some columns of the connection."""
    return StateFault(
        name=f"connection, {', '.join(bent)}"[:40],
        numbers=(number,),
        find=lambda: find(*bent),
        bend=lambda _, __: save(load_connection(), bent),
        put_back=lambda found: put_back_terms(found, bent),
    )


def find_switch() -> Rows:
    connection = load_connection()
    return {"is_on": connection.is_on, "on_since": connection.on_since and connection.on_since.isoformat()}


def switch_off(number: str, found: Rows) -> None:
    if found["is_on"]:
        save(load_connection(), {"is_on": False, "on_since": None})


def switch_back(found: Rows) -> None:
    connection = load_connection()
    if found["is_on"] and not connection.is_on:
        save(connection, {"is_on": True, "on_since": found["on_since"]})


def find_groups() -> Rows:
    """Those of Bob's that the connection is for; none, as it is seeded."""
    bob = Person.objects.filter(enterprise__slug=people.BOB.enterprise, sub=people.BOB.sub).first()
    his = bob.groups.all() if bob else ()
    return {"groups": [group.pk for group in load_connection().groups.all() if group in his]}


def shut_out(number: str, found: Rows) -> None:
    connection = load_connection()
    if found["groups"]:
        save(connection, {"groups": connection.groups.exclude(pk__in=found["groups"])})


def let_in(found: Rows) -> None:
    connection = load_connection()
    there = [*connection.groups.values_list("pk", flat=True)]
    again = connection.enterprise.groups.filter(pk__in=[*there, *found["groups"]])
    if found["groups"] and not set(there) & set(found["groups"]):
        save(connection, {"groups": again})


FAULTS: Final = (
    StateFault("connection, switch", ("F21",), find_switch, switch_off, switch_back),
    StateFault("connection, groups", ("F22",), find_groups, shut_out, let_in),
    terms_fault("F23", scope_condition=ONLY, scopes=[READ]),
    terms_fault("F26", second_factor_scopes=[WRITE]),
)
