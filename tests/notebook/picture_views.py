"""Makes a picture of every view of the dashboard in both themes, on the recordings of js/demo.

python tests/notebook/picture_views.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "e2e"))

from demo_page import PAINTED, ROOT, opened
from lab import browsing
from palette import indexed
from playwright.sync_api import Browser, Page
from views import FRAMES, VIEWS

PICTURES = ROOT / "js" / "demo" / "views"
THEMES = ("light", "dark")


def take(folder: Path) -> None:
    """Take them all; the page may not complain of anything."""
    folder.mkdir(parents=True, exist_ok=True)
    with browsing() as browser:
        for name in VIEWS:
            for theme in THEMES:
                page = visit(browser, name, theme)
                picture = page.locator(".hydro").screenshot()
                (folder / f"{name}_{theme}.png").write_bytes(indexed(page, picture))
                page.close()


def visit(browser: Browser, name: str, theme: str) -> Page:
    """Open a page of its own on a view."""
    recording, steps = VIEWS[name]
    complaints: list[str] = []
    page = opened(browser, recording, complaints, theme=theme, width=1120, frames=FRAMES[recording])
    if steps:
        steps(page)
    page.evaluate(PAINTED)
    assert complaints == [], (name, theme, complaints)
    return page


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES)
