"""The thirteen hops as data: complete, in plain words, and each with its rule."""

import re

import pytest

from stage.kit.registry.hops import load_hops, load_rules
from stage.kit.registry.loader import load
from stage.kit.registry.parameters import Header, Parameter, load_headers, load_parameters
from stage.launchpad.flow import STEPS


def test_there_are_thirteen_and_each_folds_into_one_of_the_four_steps():
    kinds = load_hops()
    assert list(kinds) == list(range(1, 14))
    assert [kind.step for kind in kinds.values()] == sorted(kind.step for kind in kinds.values())
    assert {kind.step for kind in kinds.values()} == {step.number for step in STEPS}


def test_every_hop_has_a_rule_of_which_it_is_the_point():
    led = {rule.hop for rule in load_rules() if rule.leads}
    assert led == {number for number, kind in load_hops().items() if kind.side != "answer"}


@pytest.mark.parametrize("number", range(1, 14))
def test_a_story_is_short_and_names_no_address(number):
    kind = load_hops()[number]
    assert 10 <= len(kind.story.split()) <= 45
    assert not re.search(r"https?://|localhost|:\d{2,}", kind.story)
    assert kind.absent


def test_every_reference_is_a_section_with_an_address():
    named = [*load_hops().values(), *load_parameters().values(), *load_headers().values()]
    urls = [one.reference.url for one in named if one.spec]
    assert len(urls) > 60
    assert all(url.startswith("https://") and "#" in url for url in urls)


def test_every_parameter_and_header_is_explained_once_in_words():
    for kind, loaded in ((Parameter, load_parameters()), (Header, load_headers())):
        assert len(load("parameters", kind)) == len(loaded)
        assert [row.name for row in loaded.values() if len(row.words.split()) < 4] == []
