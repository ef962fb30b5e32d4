"""A process's failure in the user's words: operator, element, line."""

from __future__ import annotations

import linecache
from collections.abc import Sequence
from traceback import walk_tb

from msgspec.structs import replace

from hydro_nb.errors import Site
from hydro_nb.runtime.pointing import lettered
from hydro_nb.telemetry.state import KERNEL
from hydro_nb.wire import Counts, Problem

TAIL = 10


def explain(name: str, what: str, problem: Problem | None, stderr: Sequence[str] = ()) -> str:
    """Say how a process failed; what it wrote to stderr helps only where no operator is to blame."""
    problem = with_text(problem) if problem else None
    lines = [f"process `{name}` {what}: {problem.error if problem else 'it ended'}"]
    if problem is not None and problem.op:
        lines.append(f"  in operator `{problem.op}`" + (f", on element {problem.element}" if problem.element else ""))
    if problem is not None:
        sites = dict.fromkeys((*((problem.site,) if problem.site.cell else ()), *problem.frames))
        lines += [f"  {site}" for site in sites]
    if problem is not None and problem.sequel:
        lines.append(f"  {problem.sequel}")
    if stderr and not (problem and problem.op):
        lines += ["  its last words on stderr:", *(f"    {text}" for text in stderr[-TAIL:])]
    return "\n".join(lines)


def mistaken(error: Exception, now: float) -> Problem:
    """Make a problem of what a function of the user's raised that is called with each new state."""
    places = [*walk_tb(error.__traceback__)][1:]
    frames = tuple(Site.at(frame.f_code.co_filename, line, frame.f_code.co_name) for frame, line in places)
    what = f"{type(error).__name__}: {error}"
    text = f"a function given to `subscribe` failed, and is called again all the same: {what}"
    return Problem(KERNEL, now, text, frames=frames, fatal=False, process="the kernel")


def with_text(problem: Problem) -> Problem:
    """Call the user's files what the user calls them, with the lines that only the kernel knows, each line once."""
    frames = {(frame.cell, frame.line): frame for frame in map(_known, problem.frames)}
    frames.pop((problem.site.cell, problem.site.line), None)
    return replace(problem, frames=tuple(frames.values()))


def with_lines(counts: Counts) -> Counts:
    """Do the same for the elements that were skipped."""
    skipped = {
        slot: replace(each, newest=tuple(replace(one, site=_known(one.site)) for one in each.newest))
        for slot, each in counts.skipped.items()
    }
    return replace(counts, skipped=skipped) if skipped else counts


def _known(site: Site) -> Site:
    """Look a frame of a child up in the kernel: its cell is the file name of its code."""
    here = Site.at(site.cell, site.line, site.name)
    here = replace(here, start=site.start, end=site.end) if here.text else replace(site, cell=here.cell)
    return lettered(here, linecache.getline(site.cell, site.line).rstrip() or here.text)
