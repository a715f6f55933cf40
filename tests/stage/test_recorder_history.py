"""R-2: the history finds a flow by whose it was, how it ended and what refused it."""

from datetime import UTC, datetime, timedelta

import pytest

from stage.control.models import WorldChange
from stage.recorder.models import Record
from tests.stage.evidence import lay_down

pytestmark = pytest.mark.django_db


def rows_of(client, **query):
    html = client.get("/recorder/", query).content.decode()
    return html.count('<th scope="row">'), html


def test_it_is_empty_and_says_what_to_do(client):
    count, html = rows_of(client)
    assert count == 0
    assert "Nothing has been recorded yet" in html
    assert "Run the flow for me" in html


def test_it_lists_a_flow_with_its_outcome(client):
    lay_down("rest")
    count, html = rows_of(client)
    assert count == 2
    assert "Book venue for offsite" in html
    assert "all green" in html


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"person": "Alice Anders"}, 2),
        ({"person": "Bob Brandt"}, 0),
        ({"outcome": "passed"}, 2),
        ({"outcome": "failed"}, 0),
        ({"check": "r7"}, 0),
        ({"place": "idp"}, 0),
        ({"minutes": "5"}, 0),
        ({"minutes": "soon"}, 2),
    ],
)
def test_filters_choose(client, query, expected):
    lay_down("rest")
    Record.objects.update(started_at=datetime(2026, 1, 1, tzinfo=UTC))
    count, html = rows_of(client, **query)
    assert count == expected
    assert expected or "fits these filters" in html or "Nothing has been recorded" in html


def test_a_reset_takes_the_former_flows_off_the_list(client):
    lay_down("rest")
    now = datetime.now(UTC)
    Record.objects.update(started_at=now - timedelta(minutes=2))
    WorldChange.objects.create(at=now, kind="reset", world="new", former="")
    assert rows_of(client)[0] == 0
    assert rows_of(client, worlds="all")[0] == 2
    WorldChange.objects.create(at=now, kind="undo", world="", former="new")
    assert rows_of(client)[0] == 2


def test_it_takes_three_statements_however_many_flows_there_are(client, django_assert_num_queries):
    lay_down("rest")
    with django_assert_num_queries(3):
        rows_of(client)
