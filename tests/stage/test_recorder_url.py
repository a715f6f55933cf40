"""Where a page of a party leads to from its own log: to the trace at the stage, and nowhere without one."""

import pytest

from stage.kit import addresses
from stage.kit.templatetags.recorder import recorder_url

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize("trace", [TRACE, f"00-{TRACE}-b7ad6b7169203331-01"])
def test_a_trace_leads_to_the_recorder(settings, trace):
    settings.STAGE_KEY = "test-only"
    assert recorder_url(trace) == f"{addresses.STAGE_URL}/recorder/traces/{TRACE}"


@pytest.mark.parametrize("trace", [None, "", "../../admin", TRACE.upper(), f"01-{TRACE}-b7ad6b7169203331-01"])
def test_what_is_no_trace_leads_nowhere(settings, trace):
    settings.STAGE_KEY = "test-only"
    assert recorder_url(trace) == ""


def test_without_the_stage_it_leads_nowhere(settings):
    settings.STAGE_KEY = ""
    assert recorder_url(TRACE) == ""
