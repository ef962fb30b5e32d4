"""What a user reads when a test fails in the simulator."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path, PurePath
from types import FrameType
from typing import TYPE_CHECKING, Any

from hydro_nb.errors import LocationError, SimulationFailure, label
from hydro_nb.sim.asserted import asserted
from hydro_nb.sim.raised import lines_of
from hydro_nb.sim.shrink import trimmed
from hydro_nb.sim.trace import gist, shown

if TYPE_CHECKING:
    from hydro_nb.sim.model import Model
    from hydro_nb.sim.record import Record

_NO_LOOP = (
    "A simulated test has no event loop: await ports, such as `await out.next()`, "
    "or let time pass: `await sim.advance(seconds)`."
)
_HINTS = (
    (RuntimeError, "event loop", _NO_LOOP),
    (TypeError, "can't be used in 'await' expression", "Sending is not awaited: port.send(element)"),
    (
        TypeError,
        "SimCluster",
        "On a cluster say first whose end of the port is meant: port.send(0, element), await port.collect(0)",
    ),
    (TypeError, "SimReceiver.assert_yields", "What is expected is one list: await port.assert_yields_only([1, 2])"),
    (LocationError, "`send` needs", "A test sends into the port: port, stream = process.sim_input(T), port.send(1)"),
)
"""What is told beside what Python says of the commonest mistakes."""
SCRIPTED = "the execution that it scripts"
"""The execution in which a test decides all that there is to choose."""
_PACKAGE = str(Path(__file__).parents[1])


def explained(model: Model, body: Callable[[], Any], which: str, error: BaseException, record: Record) -> str:
    """Say what failed, where, and the schedule that led to it."""
    name = getattr(body, "__name__", "the test")
    lines = [f"`{name}` failed in {which}.", f"  {type(error).__name__}: {error}".removesuffix(": ")]
    lines += [f"    {place}" for place in _places(model, error)]
    lines += [f"    {values}" for values in asserted(error)]
    lines += [f"  {hint}" for kind, text, hint in _HINTS if isinstance(error, kind) and text in str(error)]
    lines += [f"  {line.strip()}" for note in getattr(error, "__notes__", ()) for line in note.splitlines()]
    lines += ["", "What happened:", gist(record) or "(nothing)", ""]
    again = f"deterministic({name})" if which == SCRIPTED else f"replay({name}, {trimmed(record.schedule)})"
    lines.append(f"Run it again: {record.simulation}.{again}")
    return "\n".join(lines)


def _places(model: Model, error: BaseException) -> Iterator[str]:
    """Give the user's lines that an error went through, outermost first."""
    last = ""
    for file, line in lines_of(error):
        module = model.module_of(file)
        origin = module.origin(line) if module else None
        if origin:
            last = f"in `{origin.op}` of {module.name if module else ''}, at {' '.join(str(origin.site).split())}"
            yield last
        elif module is None and not file.startswith(_PACKAGE):
            yield _line(file, line)


def _line(file: str, line: int) -> str:
    return f"{label(file)}, line {line}: {linecache.getline(file, line).strip()}"


def foreign_await(coroutine: Coroutine[Any, Any, Any], request: object) -> str:
    """Say that a test waited for something that does not exist in a simulation."""
    frame: FrameType | None = _innermost(coroutine)
    place = _line(frame.f_code.co_filename, frame.f_lineno) if frame else ""
    return f"the test awaited {shown(request)}, which the simulator cannot give.\n  {place}\n  {_NO_LOOP}"


def endless(coroutine: Coroutine[Any, Any, Any], steps: int, path: Sequence[int]) -> SimulationFailure:
    """Say that a test does not end."""
    frame = _innermost(coroutine)
    place = f"  It is at {_line(frame.f_code.co_filename, frame.f_lineno)}\n" if frame else ""
    failure = SimulationFailure(
        f"`{coroutine.__name__}` has not ended after {steps:,} steps; a step is whatever it sends, or waits for.\n"
        f"{place}  A test has to end under every schedule: end its loop, or take all that comes by `await "
        "out.collect()`.\n"
        f"  If it is as long as that, say so: flow.sim().with_most_steps({10 * steps:_})"
    )
    failure.schedule = tuple(path)
    return failure


def _innermost(coroutine: Any) -> FrameType | None:
    """Give the frame of the user's own code that waits."""
    frame: FrameType | None = None
    while getattr(coroutine, "cr_frame", None) is not None:
        mine: FrameType = coroutine.cr_frame
        if _is_users(mine.f_code.co_filename):
            frame = mine
        coroutine = coroutine.cr_await
    return frame


def _is_users(file: str) -> bool:
    return not file.startswith(_PACKAGE) and f"{PurePath('asyncio')}" not in PurePath(file).parts
