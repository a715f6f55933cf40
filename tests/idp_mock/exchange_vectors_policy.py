"""What the checks of the policy must refuse: I8 to I14."""

from datetime import timedelta
from typing import Any

from idp_mock.policy.models import ResourceApp
from tests.idp_mock.exchange_vector import send, vector
from tests.idp_mock.exchange_world import DETAILS, TODO0_API, TODO0_ISSUER, TODO0_MCP, World, details_text

# I8: at a server the enterprise knows

send("I8", "unknown_audience", "invalid_target", "TX-07", audience="https://unknown.example")
send("I8", "audience_with_a_slash", "invalid_target", "TX-07", audience=f"{TODO0_ISSUER}/")
send("I8", "audience_in_capitals", "invalid_target", "TX-07", audience=TODO0_ISSUER.upper())
send("I8", "api_as_audience", "invalid_target", "TX-07", "TX-13", audience=TODO0_API)
send(
    "I8",
    "audience_and_resource_swapped",
    "invalid_target",
    "TX-07",
    "TX-13",
    audience=TODO0_API,
    resource=TODO0_ISSUER,
)
send("I8", "token_endpoint_as_audience", "invalid_target", "TX-07", audience=f"{TODO0_ISSUER}/o/token/")
send("I8", "client_id_as_audience", "invalid_target", "TX-07", audience="todo0-at-acme")
send("I8", "nonsense_as_audience", "invalid_target", "TX-07", audience="' OR 1=1 --")


@vector("I8", "invalid_target", "TX-07")
def we_ourselves_as_audience(world: World) -> dict[str, Any]:
    """Even where an admin registered it: no ID-JAG stays in the domain that issues it."""
    todo0 = world.todo0
    todo0.issuer = world.acme.issuer
    todo0.save()
    return {"audience": world.acme.issuer}


@vector("I8", "invalid_target", "TX-07")
def a_resource_app_that_only_the_other_enterprise_knows(world: World) -> dict[str, Any]:
    world.todo0.delete()
    return {}


# I9: that the admin connected


@vector("I9", "invalid_target", "TX-26")
def switched_off(world: World) -> dict[str, Any]:
    world.agent0.connections.update(is_on=False)
    return {}


@vector("I9", "invalid_target", "TX-26")
def never_connected(world: World) -> dict[str, Any]:
    world.connection.delete()
    return {}


@vector("I9", "invalid_target")
def quota_of_the_month_used_up(world: World) -> dict[str, Any]:
    world.exchange()
    world.agent0.connections.update(monthly_quota=1)
    return {}


# I10: for this person


@vector("I10", "access_denied", "TX-26")
def person_in_another_group(world: World) -> dict[str, Any]:
    world.alice.groups.set(world.acme.groups.filter(slug__in=["everybody", "engineering"]))
    return {}


@vector("I10", "access_denied", "TX-26")
def connection_for_no_group(world: World) -> dict[str, Any]:
    world.connection.groups.clear()
    return {}


@vector("I10", "access_denied", "TX-26")
def person_without_the_resource_app(world: World) -> dict[str, Any]:
    world.todo0.app.assigned_groups.clear()
    return {}


# I11: to an API of that server

send("I11", "resource_of_somebody_else", "invalid_target", "TX-10", "TX-11", resource="https://mail.example/api")
send(
    "I11",
    "one_resource_of_somebody_else",
    "invalid_target",
    "TX-10",
    "TX-11",
    resource=[TODO0_API, "https://mail.example/api"],
)
send("I11", "resource_with_a_slash", "invalid_target", "TX-10", "TX-11", resource=f"{TODO0_API}/")
send("I11", "resource_below", "invalid_target", "TX-10", "TX-11", resource=f"{TODO0_API}/todos")
send("I11", "audience_as_resource", "invalid_target", "TX-10", "TX-11", resource=TODO0_ISSUER)


@vector("I11", "invalid_target", "TX-09")
def registered_resource_with_a_fragment(world: World) -> dict[str, Any]:
    return register_resource(world, f"{TODO0_API}#todos")


@vector("I11", "invalid_target", "TX-09")
def registered_resource_that_is_relative(world: World) -> dict[str, Any]:
    return register_resource(world, "/api")


@vector("I11", "invalid_target", "TX-09")
def registered_resource_that_is_no_uri(world: World) -> dict[str, Any]:
    return register_resource(world, "http://[")


# I12: with these scopes

send("I12", "unknown_scope", "invalid_scope", "TX-27", scope="todos.admin")
send("I12", "scope_with_two_spaces", "invalid_scope", "TX-27", scope="todos.read  todos.write")
send("I12", "scope_that_begins_with_a_space", "invalid_scope", "TX-27", scope=" todos.read")
send("I12", "scope_in_quotes", "invalid_scope", "TX-27", scope='"todos.read"')
send("I12", "scope_beyond_ascii", "invalid_scope", "TX-27", scope="todos.réad")
send("I12", "scopes_with_a_comma", "invalid_scope", "TX-27", scope="todos.read,todos.write")
send("I12", "blank_scope", "invalid_scope", "TX-27", scope=" ")


@vector("I12", "invalid_scope", "TX-27")
def scope_not_among_the_chosen(world: World) -> dict[str, Any]:
    world.agent0.connections.update(scope_condition="only", scopes=["todos.read"])
    return {"scope": "todos.write"}


@vector("I12", "invalid_scope", "TX-27")
def scope_among_the_excluded(world: World) -> dict[str, Any]:
    world.agent0.connections.update(scope_condition="not", scopes=["todos.write"])
    return {"scope": "todos.write"}


# ... and, of what these scopes allow, these actions

REFUSED_DETAILS = "invalid_authorization_details"
send(
    "I12",
    "details_of_an_unknown_type",
    REFUSED_DETAILS,
    "RA-03",
    authorization_details=details_text({"type": "todo"}),
)
send(
    "I12",
    "details_of_a_type_with_a_slash",
    REFUSED_DETAILS,
    "RA-03",
    authorization_details=details_text({"type": f"{DETAILS['type']}/"}),
)
send(
    "I12",
    "details_without_actions",
    REFUSED_DETAILS,
    "RA-03",
    authorization_details=details_text({"actions": None}),
)
send(
    "I12",
    "details_without_locations",
    REFUSED_DETAILS,
    "RA-03",
    authorization_details=details_text({"locations": None}),
)
send("I12", "details_of_no_action", REFUSED_DETAILS, "RA-03", authorization_details=details_text({"actions": []}))
send(
    "I12",
    "details_of_an_unknown_action",
    REFUSED_DETAILS,
    "RA-03",
    authorization_details=details_text({"actions": ["read", "share"]}),
)
send(
    "I12",
    "details_whose_actions_are_text",
    REFUSED_DETAILS,
    "RA-03",
    authorization_details=details_text({"actions": "read"}),
)
send(
    "I12",
    "details_of_a_numbered_action",
    REFUSED_DETAILS,
    "RA-03",
    authorization_details=details_text({"actions": [7]}),
)
send(
    "I12",
    "details_at_somebody_elses_api",
    REFUSED_DETAILS,
    "RA-03",
    authorization_details=details_text({"locations": ["https://mail.example/api"]}),
)
send(
    "I12",
    "details_at_a_location_with_a_slash",
    REFUSED_DETAILS,
    "RA-03",
    authorization_details=details_text({"locations": [f"{TODO0_API}/"]}),
)
send(
    "I12",
    "details_with_an_unknown_member",
    REFUSED_DETAILS,
    "RA-03",
    authorization_details=details_text({"owner": "alice"}),
)
send(
    "I12",
    "details_with_a_number_for_an_identifier",
    REFUSED_DETAILS,
    "RA-03",
    authorization_details=details_text({"identifier": 17}),
)
send(
    "I12",
    "details_with_a_blank_identifier",
    REFUSED_DETAILS,
    "RA-03",
    authorization_details=details_text({"identifier": "1 7"}),
)

send(
    "I12",
    "one_of_two_details_unknown",
    REFUSED_DETAILS,
    "RA-02",
    "RA-03",
    authorization_details=details_text({}, {"type": "todo"}),
)
send(
    "I12",
    "details_beyond_the_scope",
    REFUSED_DETAILS,
    "RA-04",
    scope="todos.read",
    authorization_details=details_text({"actions": ["delete"]}),
)
send(
    "I12",
    "details_at_another_resource_than_the_one_asked_for",
    REFUSED_DETAILS,
    "RA-04",
    authorization_details=details_text({"locations": [TODO0_MCP]}),
)


@vector("I12", REFUSED_DETAILS, "RA-02", "TX-26")
def details_of_a_withheld_action(world: World) -> dict[str, Any]:
    world.agent0.connections.update(withheld_actions=[f"{DETAILS['type']} delete"])
    return {"authorization_details": details_text({"actions": ["delete"]})}


@vector("I12", REFUSED_DETAILS, "RA-03")
def details_for_a_resource_app_that_understands_none(world: World) -> dict[str, Any]:
    todo0 = world.todo0
    todo0.details_types = []
    todo0.save()
    return {"authorization_details": details_text({})}


# I13: after a fresh and strong enough sign-in


@vector("I13", "insufficient_user_authentication", "SU-02")
def writing_without_a_second_factor(world: World) -> dict[str, Any]:
    world.agent0.connections.update(second_factor_scopes=["todos.write"])
    return {}


@vector("I13", "insufficient_user_authentication", "SU-02")
def an_id_token_from_before_the_second_factor(world: World) -> dict[str, Any]:
    """The session has one by now, the token tells of the sign-in without."""
    world.agent0.connections.update(second_factor_scopes=["todos.read", "todos.write"])
    world.family.session.amr = ["pwd", "mfa"]
    world.family.session.save()
    return {"scope": "todos.read"}


@vector("I13", "insufficient_user_authentication", "SU-02")
def a_default_scope_that_needs_a_second_factor(world: World) -> dict[str, Any]:
    world.agent0.connections.update(default_scopes=["todos.write"], second_factor_scopes=["todos.write"])
    return {"scope": None}


@vector("I13", "insufficient_user_authentication", "SU-02")
def signed_in_too_long_ago(world: World) -> dict[str, Any]:
    world.agent0.connections.update(max_authentication_age=30)
    return {}


@vector("I13", "insufficient_user_authentication", "SU-02")
def an_old_id_token_after_a_new_sign_in(world: World) -> dict[str, Any]:
    """The session has a fresh ``auth_time``, the token tells of the sign-in before."""
    world.agent0.connections.update(max_authentication_age=30)
    world.family.session.auth_time = world.now - timedelta(seconds=1)
    world.family.session.save()
    return {}


# I14: under the name it has there


@vector("I14", "invalid_target", "TX-29")
def no_client_id_at_the_resource_app(world: World) -> dict[str, Any]:
    world.agent0.connections.update(client_id_at_resource_as="")
    return {}


@vector("I14", "invalid_target", "TN-02", "TN-03")
def no_tenant_for_her_company_at_the_resource_app(world: World) -> dict[str, Any]:
    register_tenants(world, {"another-company": "org_9"})
    return {}


@vector("I14", "invalid_target", "TN-05")
def no_client_id_in_her_companys_tenant(world: World) -> dict[str, Any]:
    """The id for all tenants, or the one in another tenant, is somebody else's in this one, or nobody's."""
    register_tenants(world, {"acme": "org_7"}, client_ids={"org_9": "agent0-in-org-9"})
    return {}


def register_tenants(world: World, tenants: dict[str, str], client_ids: dict[str, str] | None = None) -> None:
    """Make Todo0 a resource app with tenants; with ``client_ids``, one that counts clients in each of them."""
    ResourceApp.objects.filter(pk=world.todo0.pk).update(
        tenants=tenants, client_ids_are_per_tenant=client_ids is not None
    )
    world.agent0.connections.filter(resource_app=world.todo0).update(client_ids_by_tenant=client_ids or {})


def register_resource(world: World, resource: str) -> dict[str, Any]:
    """An admin's slip in the resource app's list does not make a bad resource a good one."""
    todo0 = world.todo0
    todo0.resources = [*todo0.resources, resource]
    todo0.save()
    return {"resource": resource}
