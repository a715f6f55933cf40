"""What every template of every place owes to people who use a keyboard or listen to a page."""

import re

import pytest

from stage.kit.settings_base import ROOT

FOLDERS = [ROOT / "templates", *(ROOT / "xaa").glob("*/templates")]
TEMPLATES = sorted(path for folder in FOLDERS for kind in ("html", "svg") for path in folder.rglob(f"*.{kind}"))

ANOTHER_SITE = 'action="{{ acs_url }}"'
"""A SAML service provider's address, where the IdP's page sends the browser with an assertion."""
TO_THE_STAGE = 'action="{{ bar.action }}"'
"""The bar's form, which brings a return ticket across origins in place of a token."""

each_template = pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))


def find_tags(path, pattern):
    """Start tags that match ``pattern``; a ``>`` inside quotes or template logic does not end one."""
    text = re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", path.read_text(), flags=re.DOTALL)
    return [tag for tag in re.findall(r"""<\w(?:\{%.*?%\}|"[^"]*"|[^>"])*>""", text) if re.search(pattern, tag)]


@each_template
def test_a_table_that_may_scroll_can_be_reached_by_keyboard(path):
    for tag in find_tags(path, r'class="table-wrap'):
        assert 'tabindex="0"' in tag
        assert 'role="region"' in tag
        assert "aria-label" in tag


@each_template
def test_an_icon_or_picture_is_hidden_from_screen_readers(path):
    assert find_tags(path, r"^<img(?!.*\salt=)") == []
    assert [tag for tag in find_tags(path, r"^<svg") if 'aria-hidden="true"' not in tag] == []


@each_template
def test_what_only_screen_readers_say_begins_with_a_word(path):
    """It is a box of its own to a browser, which puts a space before it: "Mark done : Book venue"."""
    assert re.findall(r'class="visually-hidden">\s*[:;,.!?][^<]*', path.read_text()) == []


@each_template
def test_a_form_that_changes_something_is_protected(path):
    text = path.read_text()
    posts = [part.split("</form>")[0] for part in re.split(r"<form(?=[^>]*method=\"post\")", text)[1:]]
    for form in posts:
        start = form.split(">")[0]
        assert ('name="ticket"' in form) is (TO_THE_STAGE in start)
        is_ours = ANOTHER_SITE not in start and TO_THE_STAGE not in start
        assert ("{% csrf_token %}" in form) is is_ours, (
            "our token is for our own forms, and for nobody else to read"
        )


@each_template
def test_a_field_has_a_label(path):
    text = path.read_text()
    fields = find_tags(path, r"^<(input|select|textarea)(?!.*type=\"(hidden|checkbox|radio|submit)\")")
    for field in fields:
        name = re.search(r'\sid="([^"]+)"', field)
        assert "aria-label" in field or (name and f'for="{name[1]}"' in text), field
