"""Pages load nothing from elsewhere and need no exception from the content security policy."""

import re

import pytest
from tests.house.rooms import find_pages, shown

ELSEWHERE = re.compile(r"""(?:src|href|action|poster|data)\s*=\s*["']?(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import""")
INLINE = re.compile(r"""<style\b|<script(?![^>]*\bsrc=)|\son[a-z]+\s*=\s*["']|\sstyle\s*=\s*["']|javascript:""")
PAGES = find_pages()


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_a_page_loads_nothing_from_another_host(path):
    assert ELSEWHERE.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", [path for path in PAGES if path.suffix == ".html"], ids=shown)
def test_a_page_has_no_inline_script_or_style(path):
    assert INLINE.findall(path.read_text(encoding="utf-8")) == []
