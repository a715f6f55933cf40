"""``python -m tests.stage.capture_records``: run the demo once for each way, and keep what the stage recorded.

What comes out is ``records/*.jsonl``, the evidence that the recorder's tests stand on. A demo of the tests
listens on whatever ports are free; in the files they are the usual ones, which the settings of a test name.

Deliberately does not: make anything up. A line is a row of the stage's database without its ``seq``.
"""

import base64
import json
import re
import time
from typing import Any

from tests.cast import ALICE
from tests.flow.demo import Demo, fresh_folder, on_embedded_parts, running_demo, wait_for
from tests.flow.lab import ask_operator
from tests.flow.people_at_work import ask, sign_in_at_agent0
from tests.flow.visitor import Notes, Visitor
from tests.stage.evidence import ACT, FOLDER, SIGN_IN

Rows = list[dict[str, Any]]

USUAL = {"stage": 8000, "agent0": 8001, "todo0": 8002, "idp": 8003, "todo0_mcp": 8004}
DUMP = """
import json
from django.core.serializers.json import DjangoJSONEncoder
from stage.recorder.models import Record
print(json.dumps({"rows": list(Record.objects.order_by("seq").values())}, cls=DjangoJSONEncoder))
"""
JWT = re.compile(r"\bey[\w-]+\.[\w-]+(?=\.)")
MOST_OF_A_PAGE = 400


def capture(way: str) -> Rows:
    more = on_embedded_parts(AGENT0_RESOURCE_WAY=way)
    with fresh_folder() as folder, running_demo(folder, **more) as demo:
        visitor = Visitor(Notes())
        sign_in_at_agent0(visitor, demo, ALICE)
        assert ask(visitor, demo, 'Add "Book venue for offsite"').badge == "done"
        wait_for(lambda: len(read_flow(demo)) > 20, "the evidence has not arrived")
        time.sleep(2)
        return name([tidy(row, ports_of(demo)) for row in read_flow(demo)])


def read_flow(demo: Demo) -> Rows:
    """The two traces of the flow, and of the pages beside it one: they all look alike."""
    rows: Rows = ask_operator(demo, "stage", DUMP)["rows"]
    flow = {row["trace_id"] for row in rows if row["linked_trace_ids"]}
    flow |= {other for row in rows for other in row["linked_trace_ids"]}
    beside = [row for row in rows if row["trace_id"] not in flow][:1]
    return [row for row in rows if row["trace_id"] in flow] + beside if flow else []


def ports_of(demo: Demo) -> dict[str, str]:
    return {demo.environment[f"{place.upper()}_PORT"]: str(port) for place, port in USUAL.items()}


def name(rows: Rows) -> Rows:
    """The traces by the names that the tests give them."""
    (sign_in,) = {other for row in rows for other in row["linked_trace_ids"]}
    act = next(row["trace_id"] for row in rows if row["linked_trace_ids"])
    return list(json.loads(json.dumps(rows).replace(sign_in, SIGN_IN).replace(act, ACT)))


def tidy(row: dict[str, Any], ports: dict[str, str]) -> dict[str, Any]:
    """Without the number that the next database gives, on the usual ports, and of a page the beginning only."""
    answer = row["exchange"].get("response") if row["exchange"] else None
    if answer and answer["body"].lstrip().startswith("<!doctype"):
        answer["body"] = answer["body"][:MOST_OF_A_PAGE]
    del row["seq"]
    text = JWT.sub(lambda found: move_jwt(found[0], ports), json.dumps(row, ensure_ascii=False))
    return dict(json.loads(move(text, ports)))


def move(text: str, ports: dict[str, str]) -> str:
    return re.sub(r"(localhost(?::|%3A))(\d+)", lambda found: found[1] + ports.get(found[2], found[2]), text)


def move_jwt(token: str, ports: dict[str, str]) -> str:
    """Header and claims with other ports. There is no signature that this could break."""
    parts = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode() for part in token.split(".")]
    return ".".join(base64.urlsafe_b64encode(move(part, ports).encode()).rstrip(b"=").decode() for part in parts)


if __name__ == "__main__":
    for one in ("rest", "mcp"):
        lines = [json.dumps(row, ensure_ascii=False) for row in capture(one)]
        (FOLDER / f"{one}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
