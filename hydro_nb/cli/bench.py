"""`hydro-nb bench`: how fast this machine is at the targets, next to the same work by hand."""

from __future__ import annotations

import json
import os
import platform
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydro_nb.bench.others import TARGETS, missing
from hydro_nb.bench.table import FULL, HEAD, QUICK, Row, Scale
from hydro_nb.bench.targets import NAMES, measured
from hydro_nb.cli.say import complain, say
from hydro_nb.errors import HydroError

if TYPE_CHECKING:
    from hydro_nb.bench.growth import Series

GROWTH = "growth"


def add_to(parser: ArgumentParser) -> None:
    """Say what may be typed after `hydro-nb bench`."""
    parser.add_argument("--quick", action="store_true", help="few items, one round: whether it works, not how fast")
    parser.add_argument("--only", metavar="P1,P5", help=f"some of {', '.join(NAMES)}, {GROWTH}")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--growth", type=Path, metavar="FILE.svg", help="also draw how time grows with size")
    parser.epilog = "Ratios are medians of rounds in which both sides take turns; let the machine rest meanwhile."


def bench(given: Namespace) -> int:
    """Measure, and print what came out as it comes."""
    wanted = given.only.split(",") if given.only else [*NAMES]
    unknown = [name for name in wanted if name not in (*NAMES, GROWTH)]
    if unknown:
        return complain(f"hydro-nb bench: there is no {', '.join(unknown)}; there are {', '.join((*NAMES, GROWTH))}")
    if given.growth is not None and not given.growth.resolve().parent.is_dir():
        return complain(f"hydro-nb bench: there is no folder {given.growth.resolve().parent} to put the plot into")
    names, grows = [name for name in wanted if name != GROWTH], GROWTH in wanted or given.growth is not None
    try:
        _measure(names, QUICK if given.quick else FULL, given, grows=grows)
    except HydroError as error:
        return complain(f"hydro-nb bench: {error}")
    return 0


def _measure(names: Sequence[str], scale: Scale, given: Namespace, *, grows: bool) -> None:
    rows = [*_shown(measured(names, scale), quiet=given.json)]
    grown = _grown(scale, given.growth) if grows else []
    if not given.json and (away := missing()) and not TARGETS.isdisjoint(names):
        say(f'not installed, so not beside them: {", ".join(away)} (pip install "hydro_nb[peers]")')
    if given.json:
        say(json.dumps(_plain(rows, grown), indent=1))
    else:
        for each in grown:
            say(str(each))


def _grown(scale: Scale, file: Path | None) -> list[Series]:
    """Measure growth, and draw it where that is wanted."""
    from hydro_nb.bench.growth import series  # noqa: PLC0415 - the command itself needs no flows
    from hydro_nb.bench.plot import drawn  # noqa: PLC0415 - as above

    found = [*series(scale)]
    if file is not None:
        file.write_text(drawn(found))
    return found


def _shown(rows: Iterator[tuple[str, Row]], *, quiet: bool) -> Iterator[tuple[str, Row]]:
    """Print rows as they come, where they are for people."""
    for number, (name, row) in enumerate(rows):
        if not quiet:
            say(f"{HEAD}\n{row}" if not number else str(row))
        yield name, row


def _plain(rows: Sequence[tuple[str, Row]], grown: Sequence[Series]) -> dict[str, Any]:
    return {
        "machine": machine(),
        "missing": missing(),
        "rows": [{"name": name, **row.plain()} for name, row in rows],
        "growth": [each.plain() for each in grown],
    }


def machine() -> dict[str, Any]:
    """Say what it was measured on."""
    return {"python": sys.version.split()[0], "system": platform.platform(), "processors": os.cpu_count()}
