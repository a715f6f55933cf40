"""Pages load nothing from elsewhere and need no exception from the content security policy."""

import re

from tests.house.rooms import find_pages, shown

LOADS_FROM_ELSEWHERE = re.compile(
    r"""(?:src|href|action|poster|data)\s*=\s*["']?(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import"""
)
INLINE = re.compile(r"""<style\b|<script(?![^>]*\bsrc=)|\son[a-z]+\s*=\s*["']|\sstyle\s*=\s*["']|javascript:""")


def test_no_page_loads_anything_from_another_host():
    found = [(path, LOADS_FROM_ELSEWHERE.findall(path.read_text(encoding="utf-8"))) for path in find_pages()]
    assert [f"{shown(path)}: {parts}" for path, parts in found if parts] == []


def test_no_page_has_inline_script_or_style():
    pages = [path for path in find_pages() if path.suffix == ".html"]
    found = [(path, INLINE.findall(path.read_text(encoding="utf-8"))) for path in pages]
    assert [f"{shown(path)}: {parts}" for path, parts in found if parts] == []
