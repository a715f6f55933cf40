"""The demo's secrets are made once, kept for one user, and never overrule the environment."""

import base64
import json
import os
import stat

import pytest

from stage.door import demo_env
from stage.door.environment import OWN, environment_of
from stage.door.voice import Refusal


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch, tmp_path):
    for name in demo_env.MAKERS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("STAGE", raising=False)
    monkeypatch.setenv("DEMO_VAR", str(tmp_path / "var"))


def test_the_file_is_for_this_user_alone(tmp_path):
    demo_env.load_secrets()
    assert stat.S_IMODE((tmp_path / "var" / "demo.env").stat().st_mode) == 0o600


def test_the_folder_is_for_this_user_alone(tmp_path):
    demo_env.load_secrets()
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_a_file_that_others_could_read_is_closed_again(tmp_path):
    demo_env.load_secrets()
    (tmp_path / "var" / "demo.env").chmod(0o644)
    demo_env.load_secrets()
    assert stat.S_IMODE((tmp_path / "var" / "demo.env").stat().st_mode) == 0o600


def test_the_same_secrets_come_back():
    assert demo_env.load_secrets() == demo_env.load_secrets()


def test_every_secret_differs_and_is_long():
    values = list(demo_env.load_secrets().values())
    assert len(set(values)) == len(values)
    assert min(map(len, values)) >= 44


def test_the_token_key_is_a_fernet_key():
    assert len(base64.urlsafe_b64decode(demo_env.load_secrets()["AGENT0_TOKEN_KEY"])) == 32


def test_the_environment_wins_over_the_file(monkeypatch):
    kept = demo_env.load_secrets()["IDP_SECRET_KEY"]
    monkeypatch.setenv("IDP_SECRET_KEY", "from-the-environment")
    assert demo_env.load_secrets()["IDP_SECRET_KEY"] == "from-the-environment" != kept


def test_a_secret_that_came_later_is_added_and_the_others_stay(tmp_path):
    path = tmp_path / "var" / "demo.env"
    before = demo_env.load_secrets()
    lines = [line for line in path.read_text().splitlines() if not line.startswith("EVIL0_IDP")]
    path.write_text("\n".join(lines) + "\n")
    after = demo_env.load_secrets()
    assert after.pop("EVIL0_IDP_CLIENT_SECRET") != before.pop("EVIL0_IDP_CLIENT_SECRET")
    assert after == before


def test_it_refuses_a_damaged_file_and_says_what_to_do(tmp_path):
    demo_env.load_secrets()
    (tmp_path / "var" / "demo.env").write_text("IDP_SECRET_KEY\n")
    with pytest.raises(Refusal, match="Delete the file to start afresh"):
        demo_env.load_secrets()


def test_it_refuses_new_keys_beside_old_databases(tmp_path):
    demo_env.load_secrets()
    (tmp_path / "var" / "idp.sqlite3").touch()
    demo_env.load_secrets()
    (tmp_path / "var" / "demo.env").unlink()
    with pytest.raises(Refusal, match="delete the folder to start afresh"):
        demo_env.load_secrets()


def test_a_party_that_has_its_own_needs_no_file(monkeypatch, tmp_path):
    for name in OWN["todo0"]:
        monkeypatch.setenv(name, "given")
    environment_of("todo0", {})
    assert not (tmp_path / "var").exists()


def test_no_file_is_written_when_the_environment_has_everything(monkeypatch, tmp_path):
    for name in demo_env.MAKERS:
        monkeypatch.setenv(name, "given")
    demo_env.load_secrets()
    assert not (tmp_path / "var").exists()


def test_a_party_is_given_its_own_secrets_and_no_others():
    environment = environment_of("agent0", {})
    foreign = set(demo_env.MAKERS) - set(OWN["agent0"])
    assert set(OWN["agent0"]) <= environment.keys()
    assert not foreign & environment.keys()


def test_outside_the_demo_nothing_is_added(monkeypatch, tmp_path):
    monkeypatch.setenv("STAGE", "0")
    environment = environment_of("agent0", {})
    assert not set(demo_env.MAKERS) & environment.keys()
    assert "XAA_ALLOW_PRIVATE_ADDRESSES" not in environment or os.environ.get("XAA_ALLOW_PRIVATE_ADDRESSES")
    assert not (tmp_path / "var").exists()


def test_a_compose_file_is_given_every_secret_it_asks_for(capsys):
    import re

    from tests.house.rooms import ROOT

    demo_env.print_compose_env()
    printed = set(re.findall(r"^([A-Z0-9_]+)=.+$", capsys.readouterr().out, flags=re.MULTILINE))
    asked = set(re.findall(r"\$\{([A-Z0-9_]+):\?", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    assert asked == printed


@pytest.mark.parametrize("package", ["agent0", "todo0", "idp_mock"])
def test_where_agent0_signs_nobody_is_given_a_secret_of_its(monkeypatch, package):
    before = environment_of(package, {})
    assert any(name.startswith("AGENT0_") and name.endswith("_CLIENT_SECRET") for name in before)
    assert "AGENT0_CLIENT_JWKS" not in before
    monkeypatch.setenv("AGENT0_PRIVATE_KEY_JWT", "1")
    after = environment_of(package, {})
    assert not any(name.startswith("AGENT0_") and name.endswith("_CLIENT_SECRET") for name in after)
    assert ("AGENT0_CLIENT_KEY" in after) == (package == "agent0")
    published = json.loads(after.get("AGENT0_CLIENT_JWKS", '{"keys": []}'))["keys"]
    assert len(published) == (package != "agent0")
    assert not any("d" in key for key in published)
