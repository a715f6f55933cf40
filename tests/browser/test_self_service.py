"""Globex's own admin connects Globex to Todo0 in a real browser, through pages alone; then its people sign in."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.setting_up import forget_setup, open_invitations, visit_refusals, visit_setup
from tests.browser.test_pages import UNLABELLED, WIDER_THAN_ITS_WINDOW
from tests.browser.walk import continue_as
from tests.browser.witness import Witness
from tests.cast import GLOBEX_ALICE
from tests.flow.demo import Demo

NewPerson = Callable[..., BrowserContext]


@pytest.fixture(autouse=True)
def _refusals_are_meant(witness: Witness) -> Iterator[None]:
    """A mistake is answered with 400, a link that is over with 410, and Chromium writes that down as an error."""
    yield
    witness.errors[:] = [error for error in witness.errors if "with a status of 4" not in error]


@pytest.fixture
def stranger(demo: Demo) -> Iterator[Demo]:
    """The demo, in which nobody has connected Globex yet, nor has afterwards."""
    forget_setup(demo)
    yield demo
    forget_setup(demo)


def test_globexs_admin_connects_globex_without_an_account_and_without_javascript(
    stranger: Demo, new_person: NewPerson
) -> None:
    demo, tove = stranger, new_person(java_script_enabled=False).new_page()
    hers = new_person(java_script_enabled=False)
    for name, page in visit_setup(demo, tove, hers):
        if name == "connected":
            facts = page.get_by_role("main")
            expect(facts).to_contain_text("Whoever types an address at globex.example is sent to your sign-in")
            expect(facts).to_contain_text("Cross App Access is on")
    page = new_person(java_script_enabled=False).new_page()
    page.goto(demo.url("todo0"))
    page.get_by_label("Work e-mail").fill(GLOBEX_ALICE.email)
    page.get_by_role("button", name="Continue").click()
    continue_as(page, GLOBEX_ALICE)
    expect(page.get_by_role("heading", name="Your todos")).to_be_visible()
    expect(page.get_by_role("banner")).to_contain_text(GLOBEX_ALICE.name)
    tove.goto(f"{demo.url('todo0')}/admin/")
    expect(tove.get_by_role("main")).to_contain_text("alice@globex.example (Globex, by invitation)")
    open_invitations(tove, demo)
    tove.locator("main").get_by_role("link", name="Globex").click()
    expect(tove.get_by_role("main")).to_contain_text("under way → finished")
    tove.get_by_role("link", name="Its connection").click()
    tove.get_by_role("button", name="Sign-in: on").click()
    expect(tove.get_by_role("button", name="Sign-in: off")).to_be_visible()
    page.reload()
    expect(page).to_have_url(re.compile(r"/(\?next=|signin)"))


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(1280, "light"), (1280, "dark"), (320, "light")],
    ids=["light", "dark", "320 pixels"],
)
def test_every_page_of_a_setup_fits_and_is_marked_up(
    stranger: Demo, new_person: NewPerson, width: int, scheme: str
) -> None:
    looks = {"viewport": {"width": width, "height": 720}, "color_scheme": scheme}
    tove, nobody, hers = new_person(**looks).new_page(), new_person(**looks).new_page(), new_person(**looks)
    for visits in (visit_refusals(stranger, tove, nobody), visit_setup(stranger, tove, hers)):
        for name, page in visits:
            assert page.evaluate(WIDER_THAN_ITS_WINDOW) <= 0, f"{name} scrolls sideways at {width} pixels"
            assert page.locator("h1").count() == 1, name
            assert page.evaluate(UNLABELLED) == 0, name
