"""Nothing that looks like a real secret is in the repository. What the demo needs is made on its first start."""

import re

from tests.house.rooms import ROOT, find_texts, shown

SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/]{16}"
    r"|\beyJ[A-Za-z0-9_-]{16,}\.eyJ[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"
    r"|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}|\bxox[abp]-[A-Za-z0-9-]{20,}"
)


def test_no_file_holds_a_key_or_a_token():
    texts = [(path, path.read_text(encoding="utf-8", errors="replace")) for path in find_texts()]
    assert [shown(path) for path, text in texts if SECRETS.search(text)] == []


def test_what_is_made_at_run_time_is_ignored_by_git():
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert {"/var/", ".env", "/.venv*"} <= set(ignored)
