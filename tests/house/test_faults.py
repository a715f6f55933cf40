"""Where there is no stage, nothing can be broken: the code that breaks things is not even loaded."""

import os
import subprocess
import sys

import pytest

from tests.house.rooms import ROOT

PARTIES = ("agent0", "todo0", "idp_mock")
ASK = """
import sys, django
django.setup()
from django.conf import settings
from django.test import Client
from django.core.handlers.base import BaseHandler
handler = BaseHandler()
handler.load_middleware()
loaded = sorted(name for name in sys.modules if name.startswith((settings.FAULTS, "stage.kit.faults")))
print(loaded, [name for name in settings.MIDDLEWARE if name.startswith("stage.kit")])
"""


def ask(party: str, **environment: str) -> str:
    told = {**os.environ, "DJANGO_SETTINGS_MODULE": f"{party}.settings", **environment}
    answer = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=told, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.mark.parametrize("party", PARTIES)
def test_with_a_stage_a_party_knows_how_it_can_be_broken(party: str) -> None:
    said = ask(party, STAGE="1", STAGE_KEY="a-key-of-this-test")
    assert f"{party}.faults" in said
    assert "answer_instead" in said


@pytest.mark.parametrize("party", PARTIES)
@pytest.mark.parametrize("without", [{"STAGE": "0", "STAGE_KEY": "a-key-of-this-test"}, {"STAGE_KEY": ""}])
def test_without_one_it_does_not(party: str, without: dict[str, str]) -> None:
    assert ask(party, **without).strip() == "[] []"


def test_the_product_never_names_its_faults() -> None:
    """The hooks are the product's, and nobody but the lab listens: no import leads from the one to the other."""
    named = []
    for party in PARTIES:
        for path in (ROOT / party).rglob("*.py"):
            if "faults" not in path.parts and f"{party}.faults" in path.read_text(encoding="utf-8"):
                lines = path.read_text(encoding="utf-8").splitlines()
                named += [f"{path.name}: {line}" for line in lines if f"import {party}.faults" in line]
                named += [f"{path.name}: {line}" for line in lines if line.startswith(f"from {party}.faults")]
    assert named == []
