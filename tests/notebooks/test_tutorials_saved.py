"""Every tutorial as it is saved after a run: a page without kernel, network or widget shows it, light and dark."""

from __future__ import annotations

import re
import shutil

import pytest
from lab import heed
from lessons.reading import FOLDER
from nbconvert import HTMLExporter
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
TUTORIALS = sorted(FOLDER.glob("*.ipynb"))
WIDTH, HEIGHT = 1100, 900
TALL = """most => [...document.querySelectorAll('.jp-OutputArea')]
    .map(area => [area.closest('.jp-Cell').id, Math.round(area.getBoundingClientRect().height)])
    .filter(([_, height]) => height > most)"""
SHOWN = """() => [...document.querySelectorAll('.hydro-static svg, .jp-RenderedMarkdown img')].map(picture => {
    const { width, height } = picture.getBoundingClientRect();
    return picture.complete === false || picture.naturalWidth === 0 ? [0, 0] : [width, height];
})"""
CONTRASTS = """() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const luminance = colour => {
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(c => c / 255)
            .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const page = luminance(getComputedStyle(document.body).backgroundColor);
    return [...document.querySelectorAll('.hydro-static svg text')].map(text => {
        const [low, high] = [page, luminance(getComputedStyle(text).fill)].sort((a, b) => a - b);
        return Math.round(10 * (high + 0.05) / (low + 0.05)) / 10;
    });
}"""


@pytest.fixture
def show(browser, tmp_path):
    """Convert a notebook to a page and open it where there is no network; the page may not complain of anything."""
    contexts, complaints = [], []
    shutil.copytree(FOLDER / "pictures", tmp_path / "pictures")

    def opening(notebook, theme, system):
        text, _ = HTMLExporter(theme=theme).from_notebook_node(notebook)
        body = text.partition("<body")[2]
        assert "widget" not in body
        assert re.findall(r"(?:src|srcset|action)=.https?:", body) == []
        file = tmp_path / f"{theme}.html"
        file.write_text(text, encoding="utf-8")
        contexts.append(browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=system))
        page = contexts[-1].new_page()
        heed(page, complaints)
        page.route(re.compile("^https?:"), lambda route: route.fulfill(body=""))
        page.goto(file.as_uri())
        return page

    yield opening
    for context in contexts:
        context.close()
    assert complaints == []


def drawn(notebook) -> int:
    """Count what has a picture: graphs, deployments and executions in outputs, and those of the text."""
    outputs = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", ())]
    markdown = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    return sum("<svg" in data.get("text/html", "") for data in outputs) + sum(text.count("![") for text in markdown)


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_a_saved_copy_is_a_page_that_needs_nothing(path, run, show):
    notebook = run(path).as_it_stands()
    for theme, system in (("light", "dark"), ("dark", "light")):
        page = show(notebook, theme, system)
        pictures = page.evaluate(SHOWN)
        assert len(pictures) >= drawn(notebook)
        assert [size for size in pictures if min(size) < 20] == []
        assert page.evaluate(TALL, HEIGHT) == []
        expect(page.locator("figcaption", has_text=re.compile(": (starting|running|settled)"))).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") == WIDTH
        assert [ratio for ratio in page.evaluate(CONTRASTS) if ratio < 3] == []
