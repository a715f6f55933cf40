"""The picture of the flow as a file of its own, for the README: drawn from the launchpad's, in light and dark.

The launchpad's inline SVG takes its colours from the stylesheet's tokens; an SVG that stands alone has no
stylesheet, so here each ``var(--token)`` becomes the token's value. One drawing, hence no drift.

Deliberately does not: lay anything out. Shapes, words and places are those of ``flow_picture.svg``.
"""

import re
from xml.etree import ElementTree

from stage.kit.settings_base import ROOT

PICTURE = ROOT / "templates" / "stage" / "flow_picture.svg"
STYLESHEET = ROOT / "stage" / "kit" / "static" / "kit" / "house.css"
THEMES = ("light", "dark")
SAYS = (
    "Cross App Access in four arrows. Alice signs in to Agent0 at Acme IdP, which gives Agent0 an ID token (1). "
    "Agent0 exchanges it at Acme IdP for an ID-JAG addressed to Todo0 (2), redeems that at Todo0's authorization "
    "server for an access token (3), and calls Todo0's API with it (4). Todo0 trusts Acme IdP."
)


def draw(theme: str) -> str:
    """The picture in ``theme`` ("light" or "dark") as a complete SVG document."""
    drawing = PICTURE.read_text().replace("{{ idp_called }}", "Acme IdP")
    svg = ElementTree.fromstring(drawing)  # noqa: S314 - our own file
    _resolve(svg, load_colours(theme), accent="stage")
    svg.attrib = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": svg.attrib["viewBox"],
        "width": svg.attrib["viewBox"].split()[2],
        "font-family": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
        "font-size": svg.attrib["font-size"],
        "fill": svg.attrib["fill"],
        "role": "img",
    }
    title = ElementTree.Element("title")
    title.text = SAYS
    svg.insert(0, title)
    return ElementTree.tostring(svg, encoding="unicode") + "\n"


def load_colours(theme: str) -> dict[str, str]:
    """The stylesheet's tokens, each as its value in ``theme``; the first definition is the ordinary one."""
    colours: dict[str, str] = {}
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((\S+), (\S+)\);", STYLESHEET.read_text()):
        colours.setdefault(name, light if theme == "light" else dark)
    return colours


def _resolve(element: ElementTree.Element, colours: dict[str, str], *, accent: str) -> None:
    """Write values for tokens, downwards: a group's class names the place whose accent holds inside."""
    accent = element.attrib.pop("class", f"place--{accent}").removeprefix("place--")
    for name, value in element.attrib.items():
        if value.startswith("var(--"):
            token = value.removeprefix("var(--").removesuffix(")")
            element.attrib[name] = colours[accent if token == "accent" else token]
    for child in element:
        _resolve(child, colours, accent=accent)
