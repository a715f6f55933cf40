"""The happy path at the token endpoint, and what the answer says (ID-JAG §4.4)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from oauth2_provider.models import AccessToken, RefreshToken

from tests import builders
from tests.builders import REMOVED, build_id_jag
from tests.xaa.conftest import Redeem

pytestmark = pytest.mark.django_db


@pytest.mark.spec("AT-01", "AT-02", "AT-03", "RF-01")
def test_it_issues_an_access_token_for_exactly_what_the_id_jag_says(redeem: Redeem) -> None:
    answer = redeem(build_id_jag())
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body.pop("access_token")
    assert body == {
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "todos.read todos.write",
        "resource": builders.RESOURCE,
    }
    stored = AccessToken.objects.get()
    assert stored.resource == [builders.RESOURCE]
    assert stored.user.username.endswith(builders.SUBJECT)
    assert stored.application.client_id == builders.CLIENT_ID
    assert not RefreshToken.objects.exists()


def test_it_costs_at_most_nine_statements(redeem: Redeem) -> None:
    redeem(build_id_jag())  # fetches the keys
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert redeem(build_id_jag()).status_code == 200
    assert len(queries) <= 9, "\n".join(query["sql"] for query in queries)
    print(len(queries), *[query["sql"] for query in queries], sep="\n")
