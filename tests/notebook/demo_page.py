"""The page of js/demo: the built widget on recorded events, served from the checkout without network or server."""

import mimetypes
from pathlib import Path

from lab import heed

ROOT = Path(__file__).parents[2]
ORIGIN = "http://hydro.test"
PLAYED = "window.played !== undefined"
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


def serve(route):
    """Answer from the checkout."""
    path = route.request.url.removeprefix(ORIGIN).split("?")[0].lstrip("/")
    file = ROOT / path
    if not file.is_file():
        return route.fulfill(status=204)
    return route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "text/plain")


def opened(browser, recording, complaints, *, theme="light", width=1180, height=700, frames=None, **options):
    """Open a page that has played a recording, up to one of its frames, and painted it."""
    page = browser.new_page(viewport={"width": width, "height": height}, **options)
    heed(page, complaints)
    page.route("**/*", serve)
    until = "" if frames is None else f"&frames={frames}"
    page.goto(f"{ORIGIN}/js/demo/index.html?recording={recording}&theme={theme}&speed=0{until}")
    page.wait_for_function(PLAYED)
    page.evaluate(PAINTED)
    return page


def tab(page, name):
    """Open a tab; gives its pane."""
    page.locator(f"[data-tab={name}]").click()
    return page.locator(f".pane.{name}")
