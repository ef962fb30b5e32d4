"""The rules of WCAG 2.2 AA, as axe-core checks them in a page."""

from functools import cache

from demo_page import PAINTED, ROOT
from needs import needed

SCRIPT = ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js"
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
"""The pages in which they are checked."""


@cache
def _script():
    """Give the checker, which `npm ci` brings."""
    found = SCRIPT if SCRIPT.exists() else None
    return needed(found, "no js/node_modules/axe-core; run `npm ci` in js/").read_text()


def violations(page):
    """Give in words what of the view in a page breaks a rule."""
    page.evaluate(PAINTED)
    page.evaluate(_script())
    return page.evaluate(VIOLATIONS, [RULES, LEFT_OUT])
