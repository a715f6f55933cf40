"""The forms of a page as a browser would send them if nobody typed anything."""

from html.parser import HTMLParser

from django.http import HttpResponse


class FormReader(HTMLParser):
    """The fields of every form of a page, and its buttons that send something, by the form's address."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, list[str]]] = {}
        self.buttons: dict[str, dict[str, list[str]]] = {}
        self._here = self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._here = found.get("action", "")
            self.forms[self._here], self.buttons[self._here] = {}, {}
        elif not self._here:
            return
        elif tag == "textarea":
            self._area = found["name"]
            self.forms[self._here][self._area] = [""]
        elif tag == "select":
            self._select = found["name"]
        elif tag == "option" and self._select:
            if "selected" in found or self._select not in self.forms[self._here]:
                self.forms[self._here][self._select] = [found.get("value", "")]
        elif tag == "button" and "name" in found:
            self.buttons[self._here].setdefault(found["name"], []).append(found.get("value", ""))
        elif tag == "input" and "name" in found:
            is_choice = found.get("type") in ("checkbox", "radio")
            if not is_choice or "checked" in found:
                value = found.get("value", "on" if is_choice else "")
                self.forms[self._here].setdefault(found["name"], []).append(value)

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[self._here][self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._here = ""
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self.forms[self._here][self._area][0] = self.forms[self._here][self._area][0].removeprefix("\n")
            self._area = ""


def read_forms(page: HttpResponse) -> FormReader:
    reader = FormReader()
    reader.feed(page.content.decode())
    return reader
