"""The type of ``authorization_details`` that the resource authorization server of these tests understands."""

from xaa.authorization_details import Detail, DetailType, narrow

TYPE = "https://todo.example/authorization/todos"
SCOPE_OF = {"read": "todos.read", "create": "todos.write", "delete": "todos.write"}


def decide(detail: Detail, *, scope: tuple[str, ...], resource: tuple[str, ...]) -> Detail | None:
    DetailType(TYPE, {"actions": SCOPE_OF, "locations": ("https://todo.example/api",)}).check(detail)
    allowed = [action for action, of_scope in SCOPE_OF.items() if of_scope in scope]
    return narrow(detail, actions=allowed, locations=resource)


def widen(detail: Detail, *, scope: tuple[str, ...], resource: tuple[str, ...]) -> Detail | None:
    return {**detail, "actions": list(SCOPE_OF)}
