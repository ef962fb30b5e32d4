"""The built player in a bare page: what a person sees and can do, without a notebook."""

from pathlib import Path

import pytest
from axe import LOOKS, violations
from executions import crashing, failing
from lab import heed
from playwright.sync_api import expect
from test_dashboard_page import contrast

from hydro_nb.notebook.player import NOT_ASKED
from hydro_nb.notebook.schedule_svg import draw
from hydro_nb.notebook.told import told

pytestmark = pytest.mark.browser

STATIC = Path(__file__).parents[2] / "hydro_nb" / "notebook" / "static"
PAGE = """<!doctype html><meta charset="utf-8">
<style>html {{ color-scheme: {theme} }} body {{ margin: 12px; background: light-dark(#fff, #16191d) }}</style>
<style>{style}</style><body data-jp-theme-light="{light}"><div id="view"></div></body>"""
START = """async ([script, traits]) => {
    const { default: widget } = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
    const heard = {};
    const model = {
        get: name => traits[name],
        on: (event, act) => { heard[event] = act; },
        off: () => {},
        send: () => {},
    };
    widget.render({ model, el: document.querySelector("#view") });
}"""


@pytest.fixture
def show(browser):
    """Open the player of an execution; the page may not complain of anything."""
    pages, complaints = [], []

    def opening(record, *, theme="light", width=1100, height=900, **options):
        page = browser.new_page(viewport={"width": width, "height": height}, **options)
        heed(page, complaints)
        style = (STATIC / "schedule.css").read_text()
        page.set_content(PAGE.format(theme=theme, light=str(theme == "light").lower(), style=style))
        drawn = draw(record)
        picture = {"names": drawn.names, "moments": drawn.moments, "caption": drawn.caption}
        traits = {"ident": "x", "picture": picture, "record": told(record), "matter": NOT_ASKED}
        page.evaluate(START, [(STATIC / "schedule.js").read_text(), traits])
        pages.append(page)
        return page

    yield opening
    for page in pages:
        page.close()
    assert complaints == []


READ = (
    ".happened h4",
    ".happened .place code",
    ".happened .held",
    ".after thead th",
    ".after th small",
    ".controls .where",
    ".controls .jump",
    "footer small",
    "header .note",
    ".moment.tick text",
    ".moment text .held",
    ".message text.label",
    "text.number",
    ".name text",
    ".end text",
)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("execution", [failing, crashing])
def test_everybody_can_use_it(show, execution, look):
    page = show(execution(), **LOOKS[look])
    assert violations(page) == []
    page.locator(".picture").focus()
    page.keyboard.press("ArrowLeft")
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_to_be_read_can_be_read(show, theme):
    page = show(failing(), theme=theme)
    page.locator(".picture").focus()
    page.keyboard.press("ArrowLeft")
    for selector in READ:
        assert contrast(page, selector) >= 4.5, selector


INSIDE = """[...document.querySelectorAll(".controls button:not([hidden]), footer button, select")].every(each => {
    const box = each.getBoundingClientRect();
    return box.left >= 0 && box.right <= innerWidth && box.height >= 16;
})"""
FOCUSED = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"


@pytest.mark.parametrize("width", [420, 600, 1100])
def test_it_fits_its_page(show, width):
    page = show(crashing(), width=width)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(INSIDE)
    for pane in (".happened", ".after"):
        assert page.locator(pane).evaluate("each => each.clientHeight") > 80


def test_everything_is_reached_by_the_keyboard(show):
    page = show(failing())
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
    assert [each for each in reached if len(each) < 40] == [
        "First step (Home)",
        "One step back (\u2190)",
        "Play (space)",
        "Step",
        "Jump to what matters",
        "What happened",
        "Where 0 came from:",
        "State after this step",
        "Place",
        "Copy",
    ]


def test_less_motion_moves_at_once(show):
    calm = show(failing(), width=500, reduced_motion="reduce")
    calm.locator(".picture").focus()
    calm.keyboard.press("Home")
    assert calm.locator(".picture").evaluate("each => each.scrollLeft") == 0


def test_a_tip_has_the_whole_text(show):
    page = show(failing())
    expect(page.locator(".moment.tick title")).to_contain_text("and not yet: 1")
    expect(page.locator(".band.now")).to_have_attribute("data-step", "4")
