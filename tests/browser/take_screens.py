"""``python -m tests.browser.take_screens``: the seven main pages, light and dark, 1280x720, into ``docs/screens``.

With a name as its argument (``agent0-chat``), that page alone is kept.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.chromium import find_chromium, running_chromium
from tests.browser.main_pages import visit_main_pages
from tests.flow.demo import ROOT, Demo, fresh_folder, on_embedded_parts, running_demo

FOLDER = ROOT / "docs" / "screens"
SIZE = {"width": 1280, "height": 720}
AT_MOST = 150 * 1024


def main(names: list[str]) -> int:
    if not find_chromium():
        print("No chromium on this machine. apt-get install chromium, or name one in CHROMIUM.", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_chromium() as browser:
        for scheme in ("light", "dark"):
            # A demo of its own for each, so that both sets show the same first day.
            with fresh_folder() as folder, running_demo(folder, **usual_ports(), **on_embedded_parts()) as demo:
                take(demo, browser, scheme, names)
    return 0


def usual_ports() -> dict[str, str]:
    """No choice of ours: pages that show addresses shall show the usual ones, while those are free."""
    return dict.fromkeys(("STAGE_PORT", "AGENT0_PORT", "TODO0_PORT", "IDP_PORT", "TODO0_MCP_PORT"), "")


def take(demo: Demo, browser: Browser, scheme: str, names: list[str]) -> None:
    alice, carol = (
        browser.new_context(viewport=SIZE, color_scheme=scheme, locale="en-GB", reduced_motion="reduce")
        for _ in range(2)
    )
    for name, page in visit_main_pages(demo, alice, carol):
        if not names or name in names:
            keep(page, FOLDER / f"{name}-{scheme}.png")
    alice.close()
    carol.close()


def keep(page: Page, path: Path) -> None:
    page.wait_for_load_state("load")
    page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=path, animations="disabled", caret="hide")
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}  {size // 1024} KB{'  TOO LARGE' if size > AT_MOST else ''}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
