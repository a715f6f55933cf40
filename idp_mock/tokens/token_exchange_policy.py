"""Token exchange, third part: does the enterprise want this? Checks I8 to I14, default deny.

In the flow the person is known by now, and every question is about what the admin wrote: which audience, whether
these two apps are connected, for whom, which API, which scopes, how fresh a sign-in (ID-JAG §4.3.3). The answers
come from ``idp_mock.policy.decide``; here they become OAuth errors.

Deliberately does not: ask the person. No consent screen follows a refusal: the enterprise has spoken, and
``access_denied`` and ``invalid_target`` tell the client that a newer token would change nothing.
"""

from dataclasses import replace
from urllib.parse import urlsplit

from idp_mock.policy import decide
from idp_mock.policy.details import decide_details
from idp_mock.policy.tenants import NoPlace, find_place
from idp_mock.tokens.errors import OAuthError
from idp_mock.tokens.token_exchange_state import Exchange
from xaa import protocol
from xaa.authorization_details import DetailsRefused, dump_details
from xaa.checks import Narrowed, numbered

SCOPE_CHARACTERS = frozenset(map(chr, range(0x21, 0x7F))) - set('"\\')


@numbered("I8", "audience is a known resource authorization server")
def check_audience(exchange: Exchange) -> Exchange:
    """``audience`` is, character for character, the issuer of a resource app that this enterprise has registered.

    An ID-JAG for whoever the request names would let the client choose the judge. Nor is one issued for ourselves:
    an ID-JAG crosses from one domain of trust to another (ID-JAG §4.3, §9.3). RFC 8693 §2.2.2.
    """
    target = exchange.standing.resource_app
    if target is None or target.issuer == exchange.app.enterprise.issuer:
        raise OAuthError(
            protocol.ERROR_INVALID_TARGET,
            "Unknown audience. Expected: the issuer of a resource app's authorization server, to the letter; "
            "the address of an API goes into 'resource'.",
        )
    return exchange


@numbered("I9", "connection managed")
def check_connection(exchange: Exchange) -> Exchange:
    """The admin has connected these two apps, and has switched off neither the connection nor all of them.

    This is the switch that consent screens never gave the enterprise (ID-JAG §4.3.3). A connection gives a person
    so many ID-JAGs a month; a newer token or a wait of minutes would change nothing about that, either.
    """
    stopped_at = exchange.app.enterprise.cross_app_access_stopped_at
    decision = decide.decide_connection(exchange.standing.connection, is_stopped=stopped_at is not None)
    if decision.allowed:
        decision = decide.decide_quota(exchange.standing.connection, issued=exchange.standing.issued_this_month)
    if not decision.allowed:
        raise OAuthError(protocol.ERROR_INVALID_TARGET, decision.reason)
    return exchange


@numbered("I10", "user in the connection's groups")
def check_groups(exchange: Exchange) -> Exchange:
    """The connection is for this person, and she may use the resource app herself (ID-JAG §4.3.3).

    Otherwise the requesting app would be a way around the assignment of the other app.
    """
    standing = exchange.standing
    decision = decide.decide_person(
        is_in_groups=standing.is_in_groups, may_use_resource_app=standing.may_use_resource_app
    )
    if not decision.allowed:
        raise OAuthError(protocol.ERROR_ACCESS_DENIED, decision.reason)
    return exchange


@numbered("I11", "resource allowed")
def check_resource(exchange: Exchange) -> Exchange:
    """Every ``resource`` is an absolute URI without fragment, and an API of the server that ``audience`` names.

    One that is not fails the whole request: a client that was lied to about whose API it calls must hear of it
    here, before it holds a grant (RFC 8707 §2, ID-JAG §4.3.3). With none asked for, none is put into the ID-JAG,
    unless the admin has chosen some for this connection.
    """
    asked = exchange.requested.resources
    if not all(is_resource_uri(resource) for resource in asked):
        raise OAuthError(protocol.ERROR_INVALID_TARGET, "A resource must be an absolute URI without a fragment.")
    decision = decide.decide_resource(exchange.standing.connection, asked)
    if not decision.allowed:
        raise OAuthError(protocol.ERROR_INVALID_TARGET, decision.reason)
    return replace(exchange, granted_resources=decision.granted)


@numbered("I12", "scopes after policy")
def check_scope(exchange: Exchange) -> Exchange | Narrowed[Exchange]:
    """What is granted is never more than was asked and never more than the admin allows; it may be less.

    Narrowing is no refusal: the answer says what was granted (ID-JAG §4.3.3, §4.3.4). Asking for something and
    getting nothing of it is ``invalid_scope`` (RFC 6749 §5.2). Asking for nothing gives the defaults, never all.
    """
    asked = exchange.requested.scope
    if not is_scope(asked):
        raise OAuthError(protocol.ERROR_INVALID_SCOPE, "A scope is a list of words with one space between them.")
    decision = decide.decide_scope(exchange.standing.connection, asked.split())
    if asked and not decision.granted:
        raise OAuthError(protocol.ERROR_INVALID_SCOPE, "The administrator allows none of the scopes asked for.")
    decided = replace(exchange, granted_scopes=decision.granted)
    return Narrowed(decided, f"Not granted: {' '.join(decision.withheld)}") if decision.withheld else decided


@numbered("I12", "authorization details after policy")
def check_authorization_details(exchange: Exchange) -> Exchange | Narrowed[Exchange]:
    """Details narrow the scopes, and never say more than was asked or than the admin allows (ID-JAG §4.3.3).

    An object that is not of a type of the resource app, to the last member, fails the request (RFC 9396 §5).
    """
    asked = exchange.asked_details
    try:
        granted = decide_details(
            exchange.standing.connection,
            asked,
            scopes=exchange.granted_scopes,
            resources=exchange.granted_resources,
        )
    except DetailsRefused as error:
        code = protocol.ERROR_INVALID_AUTHORIZATION_DETAILS if asked else protocol.ERROR_INVALID_SCOPE
        raise OAuthError(code, f"Nothing can be granted of 'authorization_details'. {error}") from error
    decided = replace(exchange, granted_details=granted)
    return Narrowed(decided, f"Granted: {dump_details(granted)}") if granted != asked else decided


@numbered("I13", "sign-in strong enough")
def check_sign_in(exchange: Exchange) -> Exchange:
    """The person proved who she is as recently and strongly as the connection demands (ID-JAG §9.2, RFC 9470 §3).

    ``auth_time`` and ``acr`` are those of the sign-in the subject token tells of, so an old token does not profit
    from a new sign-in elsewhere. Only scopes that are granted count: reading is not held up by what writing needs.
    Refused last of all: signing in again must be able to help, and ``max_age`` and ``acr_values`` tell the client
    which sign-in would.
    """
    subject = exchange.subject
    decision = decide.decide_sign_in(
        exchange.standing.connection,
        exchange.granted_scopes,
        auth_time=subject.auth_time,
        acr=subject.acr,
        now=exchange.now,
    )
    if not decision.allowed:
        demanded = {"max_age": decision.max_age, "acr_values": decision.acr_values}
        raise OAuthError(
            protocol.ERROR_INSUFFICIENT_USER_AUTHENTICATION,
            decision.reason,
            **{name: value for name, value in demanded.items() if value},
        )
    return exchange


@numbered("I14", "client id known at the resource app")
def check_client_id_mapping(exchange: Exchange) -> Exchange:
    """We know what the requesting app is called at the resource app's authorization server (ID-JAG §5).

    The ID-JAG names it in ``client_id``, and only the client of that name can redeem it. Putting the name it has
    here would bind the grant to whoever happens to have the same name there. Where the resource app has tenants,
    the name counts in the one that is the person's (ID-JAG §6.2).
    """
    try:
        return replace(exchange, place=find_place(exchange.standing.connection, exchange.subject.person))
    except NoPlace as error:
        raise OAuthError(protocol.ERROR_INVALID_TARGET, str(error)) from error


def is_resource_uri(value: str) -> bool:
    """Absolute, without fragment (RFC 8707 §2)."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path)) and "#" not in value


def is_scope(value: str) -> bool:
    """``scope-token *( SP scope-token )`` of RFC 6749 §3.3, or nothing: no quote, backslash or second space."""
    return all(word and SCOPE_CHARACTERS.issuperset(word) for word in value.split(" ")) if value else True
