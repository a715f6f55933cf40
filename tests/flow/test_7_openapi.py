"""Todo0's API against its own OpenAPI document, by Schemathesis: requests that fit it, and such as do not.

With a good token and without one: no 500, and every status, media type and body is one that the document promises.
The examples are the same in each run.

Deliberately does not: judge what a token may do; ``tests/corpus`` does.
"""

import secrets

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.flow.demo import Demo
from tests.flow.wire import Client, Wire

OPERATIONS = [
    ("GET", "/todos"),
    ("POST", "/todos"),
    ("GET", "/todos/{todo_id}"),
    ("PATCH", "/todos/{todo_id}"),
    ("DELETE", "/todos/{todo_id}"),
    ("POST", "/todos/{todo_id}/complete"),
]
PROMISED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
OF_MODE = {GenerationMode.POSITIVE: positive_data_acceptance, GenerationMode.NEGATIVE: negative_data_rejection}
bounded = settings(
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
KEY = "Idempotency-Key"
every_operation = pytest.mark.parametrize(("method", "path"), OPERATIONS)


@pytest.fixture(scope="module")
def api(demo: Demo) -> BaseSchema:
    url = demo.facts["todo0"]["api_url"]
    api = schemathesis.openapi.from_url(f"{url}/openapi.json")
    api.config.update(base_url=url)
    return api


@pytest.fixture(scope="module")
def token(wire: Wire, agent0: Client, agent0_there: Client, alice: dict[str, str]) -> str:
    return str(wire.redeem(agent0_there, wire.id_jag(agent0, alice["id_token"])).json()["access_token"])


def test_these_are_all_its_operations(api: BaseSchema) -> None:
    found = [result.ok() for result in api.get_all_operations()]
    assert sorted((one.method.upper(), one.path) for one in found) == sorted(OPERATIONS)


@every_operation
@pytest.mark.parametrize("mode", OF_MODE, ids=lambda mode: str(mode.value))
@bounded
@given(data=st.data())
def test_with_a_token_it_keeps_its_documents_word(
    api: BaseSchema, wire: Wire, token: str, method: str, path: str, mode: GenerationMode, data: st.DataObject
) -> None:
    case = data.draw(api[path][method].as_strategy(generation_mode=mode))
    case.headers["Authorization"] = f"Bearer {token}"
    if mode is GenerationMode.POSITIVE and KEY in case.headers:
        case.headers[KEY] = secrets.token_hex(
            16
        )  # made-up keys repeat, and one with another body is rightly a 422
    case.call_and_validate(checks=[*PROMISED, OF_MODE[mode]], session=wire.http)


@every_operation
@bounded
@given(data=st.data())
def test_without_a_token_it_lets_nothing_in(
    api: BaseSchema, wire: Wire, method: str, path: str, data: st.DataObject
) -> None:
    """Schemathesis makes up credentials as well: a header that is none at all is a bad request (RFC 6750 §3.1)."""
    case = data.draw(api[path][method].as_strategy())
    assert case.call_and_validate(checks=PROMISED, session=wire.http).status_code in (400, 401)
    case.headers.pop("Authorization", None)
    assert case.call_and_validate(checks=PROMISED, session=wire.http).status_code == 401
