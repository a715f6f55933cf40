"""The door imports no Django, so it repeats a few names of the kit; here the two are held together."""

import subprocess
import sys

from stage.door import demo_env, environment, layout
from stage.kit import addresses
from stage.kit.registrations import REGISTRATIONS
from tests.house.rooms import ROOT


def test_the_door_and_the_kit_mean_the_same_ports():
    assert {party.variable: party.port for party in layout.SERVERS} == addresses.PORTS


def test_the_door_makes_every_secret_that_a_registration_names():
    assert {one.secret_variable for one in REGISTRATIONS} == set(demo_env.CLIENT_SECRETS)


def test_every_secret_is_given_to_somebody():
    assert {name for names in environment.OWN.values() for name in names} == set(demo_env.MAKERS)


def test_a_client_secret_is_known_to_both_ends_and_to_nobody_else():
    ends = dict.fromkeys(("acme", "globex", "todo0-inc"), "idp_mock") | {"todo0": "todo0"}
    played = {"evil0": "stage"}
    for one in REGISTRATIONS:
        holders = {party for party, names in environment.OWN.items() if one.secret_variable in names}
        owner = played.get(one.owner, one.owner)
        assert holders == {ends[one.place], *({owner} & environment.OWN.keys())}


def test_a_secret_key_is_known_to_its_party_alone():
    for name in (*demo_env.DJANGO_KEYS, *demo_env.FERNET_KEYS):
        assert sum(name in names for names in environment.OWN.values()) == 1


def test_the_door_needs_nothing_but_the_standard_library():
    modules = sorted(f"stage.door.{path.stem}" for path in (ROOT / "stage" / "door").glob("[a-z]*.py"))
    program = f"import {', '.join(modules)}"
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
