"""Whatever comes to a setup's pages, from its own browser or a stranger's: never a crash, never a connection."""

from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import bounded, queries
from todo0.federation.models import Connection
from todo0.self_service.conf import read_hosts

PAGES = ("", "begin", "idp", "registration", "domain", "sign-in", "sign-in/try", "activation", "done")
CALM = {200, 303, 400, 403, 404, 405, 410, 429}


@bounded
@given(query=queries, page=st.sampled_from(PAGES), method=st.sampled_from(["GET", "POST"]))
def test_no_visit_brings_a_page_down_or_makes_a_connection(
    setup: Client, query: dict[str, list[str]], page: str, method: str
) -> None:
    before, path = Connection.objects.count(), f"/setup/{page}"
    token = {"csrfmiddlewaretoken": setup.cookies["todo0_csrf"].value}
    for visitor in (setup, Client()):
        answer = visitor.get(path, query) if method == "GET" else visitor.post(path, query | token)
        assert answer.status_code in CALM
    assert Connection.objects.count() == before


@bounded
@given(link=st.text(min_size=1).filter(lambda text: "/" not in text))
def test_no_link_that_somebody_makes_up_opens_anything(setup: Client, link: str) -> None:
    for visitor in (setup, Client()):
        assert visitor.get(f"/setup/link/{quote(link)}").status_code in (404, 429)


@pytest.mark.parametrize("pair", ["globex.example", "=http://localhost", "globex.example=localhost:8003", "a="])
def test_a_host_that_is_none_stops_todo0_with_the_variables_name(pair: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="TODO0_DOMAIN_HOSTS"):
        read_hosts((pair,))


def test_a_host_is_where_a_domain_is_asked_for() -> None:
    assert read_hosts(("Globex.example=http://localhost:8003/globex/",)) == {
        "globex.example": "http://localhost:8003/globex"
    }
