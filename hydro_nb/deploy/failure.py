"""A process's failure in the user's words: operator, element, line."""

from __future__ import annotations

from collections.abc import Sequence

from hydro_nb.wire import Problem

TAIL = 10


def explain(name: str, what: str, problem: Problem | None, stderr: Sequence[str] = ()) -> str:
    """Say how a process failed; what it wrote to stderr helps only where no operator is to blame."""
    lines = [f"process `{name}` {what}: {problem.error if problem else 'it ended'}"]
    if problem is not None and problem.op:
        lines.append(f"  in operator `{problem.op}`" + (f", on element {problem.element}" if problem.element else ""))
    if problem is not None:
        sites = dict.fromkeys((*((problem.site,) if problem.site.cell else ()), *problem.frames))
        lines += [f"  {site}" for site in sites]
    if stderr and not (problem and problem.op):
        lines += ["  its last words on stderr:", *(f"    {text}" for text in stderr[-TAIL:])]
    return "\n".join(lines)
