"""Carol's keys: announced, rotated softly and hard, retired, who has which, and two admins at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from idp_mock import clock
from idp_mock.directory.models import Enterprise
from idp_mock.keys import keystore
from idp_mock.keys.fetches import AT_MOST
from idp_mock.keys.models import KeyFetch, SigningKeyRecord
from idp_mock.systemlog.models import Event
from idp_mock.tokens.errors import OAuthError
from tests.idp_mock.admin_side import text_of
from tests.idp_mock.app_side import csrf_token
from tests.idp_mock.exchange_world import World

pytestmark = pytest.mark.django_db
KEYS = "/acme/admin/keys"


def states(enterprise: Enterprise) -> list[tuple[str, str]]:
    rows = SigningKeyRecord.objects.filter(enterprise=enterprise).order_by("alg", "created_at", "pk")
    return list(rows.values_list("alg", "status"))


def send(carol: Client, address: str, page: Any = None, **fields: str) -> str:
    """Press a button of the keys' page; what the page says then."""
    page = page or carol.get(KEYS)
    keyring = page.context["enterprise"].keyring
    sent = {"csrfmiddlewaretoken": csrf_token(page), "keyring": keyring} | fields
    response = carol.post(f"{KEYS}/{address}", sent)
    assert (response.status_code, response["Location"]) == (303, KEYS)
    return text_of(carol.get(KEYS))


def kids(client: Client) -> set[str]:
    return {key["kid"] for key in client.get("/acme/keys").json()["keys"]}


def test_a_soft_rotation_signs_with_what_was_announced_and_keeps_what_is_out_there_good(
    carol: Client, acme: Enterprise, world: World
) -> None:
    before, id_token = kids(carol), world.id_token()
    said = send(carol, "rotate", how="soft")
    assert "Rotated. The announced keys sign from now on" in said
    assert before < kids(carol), "nothing left the JWKS"
    assert states(acme) == [(alg, state) for alg in ("ES256", "RS256") for state in ("retiring", "active", "next")]
    assert "its last token expires by" in said
    world.agent0.enterprise.refresh_from_db()
    assert world.exchange(subject_token=id_token)["token_type"] == "N_A"


@pytest.mark.spec("SEC-09")
def test_a_hard_rotation_says_what_will_break_and_breaks_it(carol: Client, acme: Enterprise, world: World) -> None:
    before, id_token = kids(carol), world.id_token()
    announced = set(acme.signing_keys.filter(status="next").values_list("kid", flat=True))
    assert "Every ID Token and ID-JAG signed so far stops working, in 2 live sessions." in text_of(carol.get(KEYS))
    assert "Rotated hard. No token signed before this moment" in send(carol, "rotate", how="hard")
    assert kids(carol) & before == announced
    world.agent0.enterprise.refresh_from_db()
    world.acme.refresh_from_db()
    with pytest.raises(OAuthError) as refused:
        world.exchange(subject_token=id_token)
    assert refused.value.check == "I4"
    world.family.session.person.enterprise.refresh_from_db()
    fresh = world.id_token(type(world.family).objects.get(pk=world.family.pk))
    assert world.exchange(subject_token=fresh)["token_type"] == "N_A"


def test_a_doubled_click_rotates_once(carol: Client, acme: Enterprise) -> None:
    page = carol.get(KEYS)
    send(carol, "rotate", page, how="soft")
    after = states(acme)
    assert "Nothing was changed: somebody else changed the keys" in send(carol, "rotate", page, how="soft")
    assert states(acme) == after
    assert Event.objects.filter(event_type="app.oauth2.key.rollover").count() == 1


def test_another_key_can_be_announced_and_the_older_one_signs_first(carol: Client, acme: Enterprise) -> None:
    [older] = acme.signing_keys.filter(status="next", alg="ES256")
    assert "A new ES256 key is published." in send(carol, "announce", alg="ES256")
    assert "2 ES256 keys are announced already." in send(carol, "announce", alg="ES256")
    send(carol, "rotate", how="soft")
    older.refresh_from_db()
    assert older.status == "active"
    assert acme.signing_keys.filter(status="next", alg="ES256").count() == 1
    assert "Choose one of ES256, RS256." in send(carol, "announce", alg="none")


def test_without_an_announced_key_nothing_rotates_but_a_leak_waits_for_none(
    carol: Client, acme: Enterprise
) -> None:
    [announced] = acme.signing_keys.filter(status="next", alg="ES256")
    assert f"The ES256 key {announced.kid[:8]} is no longer published." in send(carol, f"{announced.pk}/retire")
    assert announced.kid not in kids(carol)
    before = states(acme)
    assert "Nothing was changed. No ES256 key is announced." in send(carol, "rotate", how="soft")
    assert states(acme) == before
    assert "Rotated hard." in send(carol, "rotate", how="hard")
    acme.refresh_from_db()
    assert keystore.load_active_key(acme).kid in kids(carol)


def test_a_key_that_signs_cannot_just_be_taken_away(carol: Client, acme: Enterprise) -> None:
    [active] = acme.signing_keys.filter(status="active", alg="ES256")
    assert "A key that signs is replaced by a rotation" in send(carol, f"{active.pk}/retire")
    assert active.kid in kids(carol)


def test_a_retiring_key_says_until_when_it_is_needed(carol: Client, acme: Enterprise) -> None:
    send(carol, "rotate", how="soft")
    assert "people sign in to their apps again" in text_of(carol.get(KEYS))
    acme.signing_keys.filter(status="retiring").update(retiring_at=clock.now() - timedelta(hours=1))
    assert "Nothing breaks: all it signed has expired." in text_of(carol.get(KEYS))
    for key in acme.signing_keys.filter(status="retiring"):
        send(carol, f"{key.pk}/retire")
    assert not acme.signing_keys.filter(status="retiring").exists()


def test_it_warns_while_copies_may_lack_the_announced_key(carol: Client, acme: Enterprise) -> None:
    acme.signing_keys.update(created_at=clock.now() - timedelta(seconds=60))
    assert "2 announced keys are younger than 300 seconds." in text_of(carol.get(KEYS))
    acme.signing_keys.update(created_at=clock.now() - timedelta(seconds=600))
    assert "so nobody is left behind" in text_of(carol.get(KEYS))


def test_every_change_is_an_event_with_before_and_after(carol: Client, acme: Enterprise) -> None:
    [announced] = acme.signing_keys.filter(status="next", alg="RS256")
    send(carol, f"{announced.pk}/retire")
    event = Event.objects.latest("pk")
    assert (event.person_name, event.event_type) == ("Carol Castro", "key.retire")
    assert event.reason == f"RS256 {announced.kid[:8]}: next → retired"
    assert "app.oauth2.key.rollover the nearest; here key.retire" in text_of(
        carol.get("/acme/admin/log?kind=keys")
    )


def test_no_private_key_is_on_the_page(carol: Client, acme: Enterprise) -> None:
    page = carol.get(KEYS).content.decode()
    assert acme.signing_keys.filter(status="active")[0].kid in page.replace("&quot;", '"')
    for key in acme.signing_keys.all():
        assert key.private_pem not in page
    assert "PRIVATE" not in page


# Who fetched them


def test_it_tells_who_has_these_keys_and_who_has_older_ones(carol: Client, acme: Enterprise) -> None:
    todo0 = Client(headers={"User-Agent": "xaa/0.1 (ID-JAGs for http://localhost:8002)"})
    todo0.get("/acme/keys")
    assert "xaa/0.1 (ID-JAGs for http://localhost:8002) 127.0.0.1" in text_of(carol.get(KEYS))
    assert "these keys" in text_of(carol.get(KEYS))
    page = send(carol, "rotate", how="soft")
    assert "older keys" in page
    todo0.get("/acme/keys")
    assert "older keys" not in text_of(carol.get(KEYS))
    assert KeyFetch.objects.count() == 1


def test_a_program_that_comes_often_is_written_once_a_minute(
    acme: Enterprise, browser: Client, django_assert_num_queries: Any
) -> None:
    browser.get("/acme/keys")
    with django_assert_num_queries(2):  # the enterprise and the row that says so
        browser.get("/acme/keys")
    KeyFetch.objects.update(at=clock.now() - timedelta(minutes=2))
    with django_assert_num_queries(3):
        browser.get("/acme/keys")
    assert clock.now() - KeyFetch.objects.get().at < timedelta(seconds=30)


def test_invented_programs_fill_no_disk_and_the_oldest_give_way(acme: Enterprise, globex: Enterprise) -> None:
    Client(headers={"User-Agent": "neighbour"}).get("/globex/keys")
    for number in range(AT_MOST + 5):
        Client(headers={"User-Agent": f"{number} " + "x" * 10_000}).get("/acme/keys")
    kept = acme.key_fetches.order_by("at")
    assert kept.count() == AT_MOST
    assert kept[0].user_agent.startswith("5 ")
    assert len(kept[0].user_agent) == 300
    assert globex.key_fetches.get().user_agent == "neighbour"


def test_what_a_program_calls_itself_cannot_become_markup(carol: Client) -> None:
    Client(headers={"User-Agent": "<script>alert(1)</script>"}).get("/acme/keys")
    assert "<script>alert" not in carol.get(KEYS).content.decode()


def test_the_page_costs_the_same_however_many_keys_and_programs_there_are(
    carol: Client, acme: Enterprise, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        keystore.rotate(acme, now=clock.now(), hard=True)
        Client(headers={"User-Agent": str(number)}).get("/acme/keys")
    carol.get(KEYS)
    with django_assert_max_num_queries(8):
        carol.get(KEYS)
