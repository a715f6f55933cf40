"""A connection whose people are known by SAML: ``sub_id`` finds the account (ID-JAG §3.2.2)."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stage.kit import people
from tests.todo0.conftest import ACME, API, Redeem, call_api, id_jag
from todo0.federation.models import Connection, SamlName
from xaa.signin.sign_outs import remember_sign_outs

SAML_ISSUER = f"{ACME}/saml/metadata"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
NAME = {"nameid": "f3a1", "nameid_format": PERSISTENT, "sp_name_qualifier": "https://todo0.example/saml"}
NAMELESS = "00u8saml-only"  # a sub that nobody here signed in with
OMIT = object()


def sub_id(**override: Any) -> dict[str, Any]:
    members = {"format": "saml-nameid", "issuer": SAML_ISSUER, **NAME} | override
    return {member: value for member, value in members.items() if value is not OMIT}


@pytest.fixture
def saml(seeded: None, alice: User) -> Connection:
    """Acme's people are known by SAML, and Alice by one name."""
    Connection.objects.filter(slug="acme").update(saml_issuer=SAML_ISSUER)
    acme = Connection.objects.get(slug="acme")
    SamlName.objects.create(connection=acme, user=alice, **NAME)
    return acme


def who(redeem: Redeem, **claims: Any) -> str:
    """Whose todos the token opens."""
    answer = redeem(id_jag(**{"sub": NAMELESS, "sub_id": sub_id()} | claims))
    assert answer.status_code == 200, answer.content
    bearer = answer.json()["access_token"]
    todos = call_api("GET", "/todos", Authorization=f"Bearer {bearer}").json()["todos"]
    return "alice" if any("invoice" in todo["title"] for todo in todos) else "somebody else"


def see_refused(redeem: Redeem, **claims: Any) -> None:
    """Refused, while the good twin passes: so it is this that was wrong."""
    assert who(redeem) == "alice"
    answer = redeem(id_jag(**{"sub": NAMELESS, "sub_id": sub_id()} | claims))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.spec("SR-13", "SR-14", "JAG-17")
@pytest.mark.usefixtures("saml")
def test_the_saml_name_finds_the_account_though_nobody_signed_in_with_this_sub(redeem: Redeem) -> None:
    assert who(redeem) == "alice"


@pytest.mark.spec("SR-15")
@pytest.mark.usefixtures("saml")
@pytest.mark.parametrize(
    "broken",
    [
        OMIT, None, "f3a1", [], {}, {"format": "saml-nameid"},
        sub_id(format="email"), sub_id(format="SAML-NAMEID"), sub_id(format=OMIT), sub_id(format=None),
        sub_id(nameid=OMIT), sub_id(nameid=""), sub_id(nameid=7), sub_id(nameid=["f3a1"]),
        sub_id(nameid="f3\x00a1"),
        sub_id(nameid="f" * 501), sub_id(issuer=OMIT), sub_id(issuer=None), sub_id(name_qualifier=""),
        sub_id(sp_name_qualifier=None), sub_id(email=people.ALICE.email), {"iss": ACME, **sub_id()},
    ],
)  # fmt: skip
def test_it_refuses_a_saml_name_that_is_missing_or_malformed(redeem: Redeem, broken: object) -> None:
    claims = {"sub_id": broken} if broken is not OMIT else {}
    assert who(redeem) == "alice"
    answer = redeem(id_jag(sub=NAMELESS, **claims))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.spec("SR-15")
@pytest.mark.usefixtures("saml")
def test_the_sub_is_no_second_way_in(redeem: Redeem) -> None:
    """Alice did sign in with this one; but these people are known by SAML, and half a name is none."""
    answer = redeem(id_jag(sub=people.ALICE.sub))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.spec("JAG-21")
def test_it_refuses_a_transient_name_even_one_that_it_has(redeem: Redeem, saml: Connection, alice: User) -> None:
    SamlName.objects.create(connection=saml, user=alice, **NAME | {"nameid_format": TRANSIENT})
    see_refused(redeem, sub_id=sub_id(nameid_format=TRANSIENT))


@pytest.mark.spec("SR-14")
@pytest.mark.usefixtures("saml")
@pytest.mark.parametrize(
    "other",
    [
        {"nameid": "F3A1"},
        {"nameid": "f3a1 "},
        {"nameid_format": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"},
        {"nameid_format": OMIT},
        {"sp_name_qualifier": "https://mail0.example/saml"},
        {"sp_name_qualifier": OMIT},
        {"name_qualifier": SAML_ISSUER},
        {"sp_provided_id": "alice"},
    ],
)
def test_a_name_that_differs_in_any_member_is_another_name(redeem: Redeem, other: dict[str, object]) -> None:
    see_refused(redeem, sub_id=sub_id(**other))


@pytest.mark.spec("SR-14")
def test_two_people_may_have_one_nameid_in_two_qualifiers(redeem: Redeem, saml: Connection, bob: User) -> None:
    elsewhere = "https://other.example/saml"
    SamlName.objects.create(connection=saml, user=bob, **NAME | {"sp_name_qualifier": elsewhere})
    assert who(redeem) == "alice"
    assert who(redeem, sub_id=sub_id(sp_name_qualifier=elsewhere)) == "somebody else"


@pytest.mark.spec("SR-14")
def test_a_connection_may_say_that_its_sign_in_ignores_a_member(
    redeem: Redeem, saml: Connection, bob: User
) -> None:
    Connection.objects.update(saml_key="nameid sp_name_qualifier")
    assert who(redeem, sub_id=sub_id(nameid_format=OMIT, name_qualifier=SAML_ISSUER)) == "alice"
    # But then two accounts with one name are nobody's.
    SamlName.objects.create(connection=saml, user=bob, **NAME | {"nameid_format": ""})
    answer = redeem(id_jag(sub=NAMELESS, sub_id=sub_id()))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.spec("SR-12", "SR-13")
@pytest.mark.usefixtures("saml")
@pytest.mark.parametrize(
    "issuer", ["http://localhost:8003/globex/saml/metadata", ACME, f"{SAML_ISSUER}/", SAML_ISSUER.upper(), ""]
)
def test_it_refuses_a_saml_issuer_that_this_idp_may_not_speak_for(redeem: Redeem, issuer: str) -> None:
    see_refused(redeem, sub_id=sub_id(issuer=issuer))


@pytest.mark.spec("SR-12")
def test_a_trusted_saml_issuer_lends_its_trust_to_no_other_idp(redeem: Redeem, saml: Connection) -> None:
    """Globex is nobody here; naming Acme's SAML issuer makes it nobody else. And a bad signature stays bad."""
    see_refused(redeem, iss="http://localhost:8003/globex")
    header, payload, signature = id_jag(sub=NAMELESS, sub_id=sub_id()).split(".")
    assert redeem(f"{header}.{payload}.{signature[::-1]}").json()["error"] == "invalid_grant"


@pytest.mark.spec("SR-13")
def test_another_connections_names_are_not_this_ones(redeem: Redeem, saml: Connection, alice: User) -> None:
    other = Connection(slug="other", name="Other", issuer="https://other.example", client_id="x")
    other.client_secret_sealed, other.saml_issuer = "x", SAML_ISSUER
    other.save()
    SamlName.objects.create(connection=other, user=alice, **NAME | {"nameid": "only-there"})
    see_refused(redeem, sub_id=sub_id(nameid="only-there"))


@pytest.mark.spec("JAG-18", "SR-05")
@pytest.mark.usefixtures("saml")
def test_it_refuses_two_names_of_two_people(redeem: Redeem) -> None:
    assert who(redeem, sub=people.ALICE.sub) == "alice"
    see_refused(redeem, sub=people.BOB.sub)


@pytest.mark.spec("SR-10")
@pytest.mark.usefixtures("saml")
def test_a_deactivated_account_is_refused(redeem: Redeem, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert redeem(id_jag(sub=NAMELESS, sub_id=sub_id())).json()["error"] == "invalid_grant"


@pytest.mark.spec("OI-14")
@pytest.mark.usefixtures("saml")
def test_a_logout_ends_what_was_issued_before_it_as_for_everybody(redeem: Redeem) -> None:
    later = timezone.now() + timedelta(seconds=30)
    remember_sign_outs(ACME, [people.ALICE.sub], at=later)
    see_refused(redeem, sub=people.ALICE.sub)


@pytest.mark.spec("OI-14")
@pytest.mark.usefixtures("saml")
def test_a_logout_counts_for_whoever_never_signed_in_by_the_sub_that_it_names(redeem: Redeem) -> None:
    assert who(redeem) == "alice"
    remember_sign_outs(ACME, [NAMELESS], at=timezone.now() + timedelta(seconds=30))
    assert redeem(id_jag(sub=NAMELESS, sub_id=sub_id())).json()["error"] == "invalid_grant"


@pytest.mark.usefixtures("saml")
def test_somebody_elses_logout_ends_nothing_of_hers(redeem: Redeem) -> None:
    later = timezone.now() + timedelta(seconds=30)
    remember_sign_outs(ACME, [people.BOB.sub], at=later)
    remember_sign_outs("http://localhost:8003/globex", [people.ALICE.sub], at=later)
    assert who(redeem, sub=people.ALICE.sub) == "alice"


@pytest.mark.spec("SR-15", "SR-08")
@pytest.mark.usefixtures("saml")
def test_nobody_is_given_an_account_for_a_saml_name(redeem: Redeem) -> None:
    Connection.objects.update(jit_accounts=True)
    accounts = User.objects.count()
    see_refused(redeem, sub_id=sub_id(nameid="somebody-new"))
    assert User.objects.count() == accounts


@pytest.mark.spec("SR-16", "JAG-22")
@pytest.mark.parametrize("unread", [sub_id(), sub_id(issuer="https://evil.example"), {"format": "of_tomorrow"}])
def test_where_people_are_known_by_sub_the_saml_name_is_not_read(redeem: Redeem, unread: dict[str, Any]) -> None:
    answer = redeem(id_jag(sub_id=unread))
    assert (answer.status_code, answer.json()["resource"]) == (200, API)


def test_one_name_is_one_account(saml: Connection, bob: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SamlName.objects.create(connection=saml, user=bob, **NAME)


@pytest.mark.spec("SR-14")
@pytest.mark.parametrize("key", ["", "sp_name_qualifier", "nameid email", "nameid format"])
def test_a_key_without_nameid_or_with_a_strange_member_is_refused(saml: Connection, key: str) -> None:
    saml.saml_key = key
    with pytest.raises(ValidationError, match="saml_key"):
        saml.full_clean()


@pytest.mark.usefixtures("saml")
@pytest.mark.parametrize("sub", [NAMELESS, people.ALICE.sub])
def test_it_costs_no_statement_more_than_without_saml(redeem: Redeem, sub: str) -> None:
    who(redeem)  # keys
    assert count_statements(redeem, 200, sub=sub, sub_id=sub_id()) <= 9  # as in test_redemption


@pytest.mark.spec("RD-31")
@pytest.mark.usefixtures("saml")
def test_an_unknown_saml_name_costs_as_many_statements_as_a_wrong_api(redeem: Redeem) -> None:
    who(redeem)  # keys
    of_unknown = count_statements(redeem, 400, sub_id=sub_id(nameid="nobody"))
    assert count_statements(redeem, 400, sub_id=sub_id(), resource="https://other.example/api") == of_unknown


def count_statements(redeem: Redeem, status: int, **claims: Any) -> int:
    with CaptureQueriesContext(connection) as statements:
        assert redeem(id_jag(**claims)).status_code == status
    return len(statements)
