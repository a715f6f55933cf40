"""Faults armed at one party, the way the stage arms them: through its door, with the stage's key."""

import json
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings as current
from django.http import HttpResponse
from django.test import Client

from stage.kit import state
from stage.kit.state import StageState

KEY = "the-key-of-this-test"
OF_THE_STAGE = ("stage.kit.staged_request.staged_request", "stage.kit.faults.answer_instead")
Arm = Callable[..., HttpResponse]


def tell_faults(*numbers: str, trace: str = "") -> HttpResponse:
    """``numbers`` are armed, and no others."""
    faults = [{"id": number, "trace": trace} for number in numbers]
    headers = {"Authorization": f"Bearer {KEY}"}
    sent = json.dumps({"faults": faults})
    return Client().post("/-/stage/faults", sent, content_type="application/json", headers=headers)


@pytest.fixture
def arm(settings: Any, db: None) -> Iterator[Arm]:
    """``arm("F03")``, and ``arm()`` clears. Nothing is armed afterwards."""
    settings.STAGE_KEY = KEY
    settings.MIDDLEWARE = [*OF_THE_STAGE, *settings.MIDDLEWARE]
    import_module(current.FAULTS)
    yield tell_faults
    tell_faults()
    state.use(StageState())
