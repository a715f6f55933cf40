"""Which sentences of the templates a walk has shown, so that no state of a page is one that nobody looks at.

A sentence is what a template has between two tags, of HTML or of Django, if it is three words or more. It counts
as shown when the title or the text of some page has it, folded away or not.

Deliberately does not: look at words that come from Python, such as the message of a form's field.
"""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]

BETWEEN = re.compile(
    r"\{% comment %\}.*?\{% endcomment %\}|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->|<[^<>]*>", re.DOTALL
)
WORDS = 3


def find_templates() -> list[Path]:
    folders = [ROOT / "templates", *(ROOT / "xaa").glob("*/templates")]
    return sorted(path for folder in folders for path in folder.rglob("*.html"))


def read_sentences(template: str) -> Iterator[str]:
    """``{% if ok %}It is <b>well</b> and good{% endif %}`` has the sentence "and good" if ``WORDS`` are two."""
    within = re.compile(r"(?s)(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})")
    for part in BETWEEN.split(within.sub(lambda tag: tag[0].replace("<", " ").replace(">", " "), template)):
        words = html.unescape(part).split()
        if sum(any(map(str.isalnum, word)) for word in words) >= WORDS:
            yield " ".join(words)


def read_all_sentences() -> set[str]:
    return {one for path in find_templates() for one in read_sentences(path.read_text(encoding="utf-8"))}


def read_text(page: "Page") -> str:
    return " ".join(page.evaluate("document.title + ' ' + document.body.textContent").split())
