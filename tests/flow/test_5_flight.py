"""*Run the flow for me*: one click at the launchpad, and the recorder shows the whole flow."""

from tests.flow.demo import Demo, wait_for
from tests.flow.wire import Wire


def test_one_click_flies_the_whole_flow_and_opens_its_trace(wire: Wire, demo: Demo) -> None:
    visitor = wire.visitor()
    page = visitor.open(demo.url("stage"))
    page = visitor.submit(page, page.form(action="/flights"))

    def find_trace() -> object:
        found = visitor.open(page.url)
        return found if "/recorder/traces/" in found.url else None

    trace = wait_for(find_trace, "the flight has not landed", patience=60)
    shown = wait_for(
        lambda: found if "all green" in (found := visitor.open(trace.url)).text else None,  # evidence comes behind
        "the trace has not come to its end",
    )
    for words in ("Alice Anders", "Open Agent0", "Token exchange", "Redeem the ID-JAG", "API call"):
        assert words in shown.text
