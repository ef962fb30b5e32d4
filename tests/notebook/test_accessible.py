"""Every view by the rules of WCAG 2.2 AA, as axe-core checks them: light, dark, forced colours, narrow."""

import pytest
from axe import LOOKS, violations
from demo_page import ROOT
from views import FRAMES, VIEWS, walk

pytestmark = pytest.mark.browser

SOME = ("streams", "logs", "asking", "processes", "problems", "code", "table", "legend", "settings")
"""Those in which colours that are forced, or little room, make a difference."""


def test_each_view_has_its_picture_in_both_themes():
    kept = {path.stem for path in (ROOT / "js" / "demo" / "views").glob("*.png")}
    assert kept == {f"{view}_{theme}" for view in VIEWS for theme in ("light", "dark")}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("recording", FRAMES)
def test_everybody_can_use_each_view(show, recording, look):
    names = SOME if look in ("forced", "narrow") else VIEWS
    found = {name: violations(page) for name, page in walk(show, recording, names, **LOOKS[look])}
    assert {name: each for name, each in found.items() if each} == {}
