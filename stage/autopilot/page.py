"""A page as a browser without JavaScript has it: text, links, forms, and every address that it names.

Deliberately does not: run scripts. Whatever the stage does in a person's name can be done without any.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin


class Lost(Exception):
    """The page is not what the errand needs; the text says which page, what was looked for and what is there."""


VOID = {"input", "meta", "link", "br", "img", "hr"}
LOADS = {
    ("script", "src"),
    ("img", "src"),
    ("link", "href"),
    ("iframe", "src"),
    ("source", "src"),
    ("use", "href"),
}


@dataclass
class Button:
    text: str
    name: str = ""
    value: str = ""


@dataclass
class Form:
    """``fields`` is what would be sent if nobody typed anything, ``ticked`` what of it comes from boxes."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    ticked: dict[str, list[str]] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)


class Page(HTMLParser):
    def __init__(self, url: str, status: int, html: str, headers: dict[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.url, self.status, self.html, self.headers = url, status, html, headers
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.loads: list[str] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self._form: Form | None = None
        self._named: dict[str, Form] = {}
        self._button: Button | None = None
        self._link = self._option = self._textarea = ""
        self._select = ""
        self._catching: list[list[str]] = []
        self.feed(html)
        self.close()

    @property
    def place(self) -> str:
        """Where it is and how it was answered, for an error: without the query, in which a code may stand."""
        return f"{self.url.partition('?')[0]} ({self.status})"

    @property
    def text(self) -> str:
        """What a person reads, in one line."""
        return " ".join(" ".join(self.words).split())

    def link(self, words: str) -> str:
        """The address behind the first link whose text contains ``words``."""
        found = [href for text, href in self.links if words in text]
        if not found:
            raise Lost(f"{self.place} has no link {words!r}, only {[text for text, _ in self.links]}")
        return found[0]

    def form(self, *, having: str = "", action: str = "") -> Form:
        """The first form that has a field or a button named ``having``, or whose action contains ``action``."""
        for form in self.forms:
            names = {*form.fields, *form.typed, *(button.name for button in form.buttons)}
            if (not having or having in names) and action in form.action:
                return form
        raise Lost(f"{self.place} has no form with {having or action!r}: {self.text[:400]}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        for name, value in at.items():
            if (tag, name) in LOADS:
                self.loads.append(urljoin(self.url, value))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "a" and "href" in at:
            self._link = urljoin(self.url, at["href"])
            self._catching.append([])
        elif tag == "form":
            self._form = Form(urljoin(self.url, at.get("action") or self.url), at.get("method", "get").lower())
            self.forms.append(self._form)
            self._named[at.get("id", "")] = self._form
        elif tag == "button" and at.get("form") in self._named:
            self._take_button(self._named[at["form"]], at)
        elif self._form is not None:
            self._take_control(tag, at)

    def _take_button(self, form: Form, at: dict[str, str]) -> None:
        """It stands in its form, or somewhere else and names it."""
        self._button = Button("", at.get("name", ""), at.get("value", ""))
        form.buttons.append(self._button)
        self._catching.append([])

    def _take_control(self, tag: str, at: dict[str, str]) -> None:
        form, name, value = self._form, at.get("name", ""), at.get("value", "")
        if tag == "button":
            self._take_button(form, at)
        elif tag == "textarea" and name:
            self._textarea = name
            form.fields[name] = ""
            form.typed.append(name)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in at or self._select not in form.fields):
            form.fields[self._select] = value
        elif tag == "input" and name:
            self._take_input(name, at.get("type", "text"), value, is_checked="checked" in at)

    def _take_input(self, name: str, kind: str, value: str, *, is_checked: bool) -> None:
        if kind in ("submit", "button", "image"):
            self._form.buttons.append(Button(value, name, value))
        elif kind not in ("checkbox", "radio"):
            self._form.fields[name] = value
            if kind != "hidden":
                self._form.typed.append(name)
        elif is_checked:
            self._form.fields[name] = value or "on"
            self._form.ticked.setdefault(name, []).append(value or "on")
        else:
            self._form.typed.append(name)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag == "a" and self._link:
            self.links.append((" ".join("".join(self._catching.pop()).split()), self._link))
            self._link = ""
        elif tag == "button" and self._button and self._catching:
            self._button.text = " ".join("".join(self._catching.pop()).split())
            self._button = None
        elif tag == "textarea":
            self._textarea = ""
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("script", "style"):
            return
        if self._textarea and self._form:
            self._form.fields[self._textarea] += data
        for catching in self._catching:
            catching.append(data)
        self.words.append(data)
