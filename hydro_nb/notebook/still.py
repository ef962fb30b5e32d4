"""The picture of an execution without a kernel: what a saved notebook or an exported page keeps of it."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hydro_nb.notebook.fallback import FIGURE
from hydro_nb.notebook.schedule_svg import Picture, draw
from hydro_nb.sim.trace import text_of

if TYPE_CHECKING:
    from hydro_nb.sim.record import Record

STATIC = Path(__file__).parent / "static"
MOST = 300
"""Moments that are drawn: a notebook with more would be slow to save; it ends as the execution does."""
COLOURS = (
    ".hydro-schedule-frame,.hydro-schedule-alone{--bg:light-dark(#ffffff,#16191d);--ink:light-dark(#1f2933,#e3e7ec);"
    "--quiet:light-dark(#66707a,#9fa5ab);--faint:light-dark(#949ba1,#70767c);--line:light-dark(#dddfe1,#34383c);"
    "--accent:light-dark(#2468c4,#6fabf5);--good:light-dark(#1d7f48,#56c586);--warn:light-dark(#9a6700,#e3b341);"
    "--bad:light-dark(#c4232f,#ff7b7f);color-scheme:inherit}"
)
"""The colours of the player, which has them from the theme of its host: they are no rule for all pictures of a page."""
FRAME = (
    ".hydro-schedule-frame{display:flex;overflow-x:auto;border:1px solid var(--line);border-radius:8px}"
    ".hydro-schedule-frame{background:var(--bg)}"
    ".hydro-schedule-frame svg.hydro-schedule{max-width:none}"  # hosts fit pictures into the page
    ".hydro-schedule-frame .names{position:sticky;left:0}"
)


def still(record: Record, ident: str = "") -> dict[str, str]:
    """Draw an execution as a rich display.

    >>> from hydro_nb.sim.record import Lane, Moment, Record
    >>> sorted(still(Record("flow", [Lane("test", "test")], [Moment("test", 0, "the test sends 1")])))
    ['image/svg+xml', 'text/html', 'text/plain']
    """
    picture = draw(record, MOST)
    words = f"{picture.caption}\n{text_of(record)}"
    return {"text/plain": words, "text/html": _figure(picture, ident), "image/svg+xml": _alone(picture)}


@cache
def style() -> str:
    """Give the rules of the picture, those of the player's own style sheet."""
    return COLOURS + (STATIC / "schedule_picture.css").read_text(encoding="utf-8").strip()


def _figure(picture: Picture, ident: str) -> str:
    """Put the picture into a page, the names of the lanes where they stay in sight."""
    mark = f' data-hydro-static="{html.escape(ident)}"' if ident else ""
    label = f'role="img" tabindex="0" aria-label="{html.escape(picture.caption)}"'
    frame = f'<div class="hydro-schedule-frame" {label}>{picture.names}{picture.moments}</div>'
    caption = f"<figcaption>{html.escape(picture.caption)}</figcaption>"
    sheet = f"<style>{FIGURE}{FRAME}{style()}</style>"
    return f'<figure class="hydro-static"{mark}>{sheet}{frame}{caption}</figure>'


def _alone(picture: Picture) -> str:
    """Give the picture as a file of its own, with its style sheet and a description."""
    start, rest = picture.whole.replace("hydro-schedule", "hydro-schedule hydro-schedule-alone", 1).split(">", 1)
    caption = html.escape(picture.caption)
    return f'{start} role="img" aria-label="{caption}">{f"<desc>{caption}</desc><style>{style()}</style>"}{rest}'
