"""Every view by the rules of WCAG 2.2 AA, as axe-core checks them: light, dark, forced colours, narrow."""

import os

import pytest
from demo_page import PAINTED, ROOT
from views import FRAMES, VIEWS, walk

pytestmark = pytest.mark.browser

AXE = ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LEFT_OUT = {
    # an experiment of axe's: the live count that is drawn inside an operator is no part of what it is called
    "label-content-name-mismatch": {"enabled": False},
}
VIOLATIONS = """async ([values, rules]) => {
    const given = { resultTypes: ["violations"], runOnly: { type: "tag", values }, rules };
    const { violations } = await axe.run(".hydro", given);
    const told = (id, { html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`;
    return violations.flatMap(({ id, nodes }) => nodes.map(node => told(id, node)));
}"""
LOOKS = {
    "light": {},
    "dark": {"theme": "dark"},
    "forced": {"forced_colors": "active"},
    "narrow": {"width": 480, "height": 1100, "reduced_motion": "reduce"},
}
SOME = ("streams", "logs", "asking", "processes", "problems", "code", "table", "legend")
"""Those in which colours that are forced, or little room, make a difference."""


@pytest.fixture(scope="module")
def axe():
    """The checker, which `npm ci` brings."""
    if not AXE.exists():
        reason = "no js/node_modules/axe-core; run `npm ci` in js/"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return AXE.read_text()


def violations(page, axe):
    page.evaluate(PAINTED)
    page.evaluate(axe)
    return page.evaluate(VIOLATIONS, [RULES, LEFT_OUT])


def test_each_view_has_its_picture_in_both_themes():
    kept = {path.stem for path in (ROOT / "js" / "demo" / "views").glob("*.png")}
    assert kept == {f"{view}_{theme}" for view in VIEWS for theme in ("light", "dark")}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("recording", FRAMES)
def test_everybody_can_use_each_view(show, axe, recording, look):
    names = SOME if look in ("forced", "narrow") else VIEWS
    found = {name: violations(page, axe) for name, page in walk(show, recording, names, **LOOKS[look])}
    assert {name: each for name, each in found.items() if each} == {}
