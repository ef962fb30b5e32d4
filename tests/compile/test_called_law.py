"""Spliced into one loop, cut at the seams, or simply called: functions do the same, in order, and fail alike."""

from __future__ import annotations

import traceback
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import expressions
from called import Called, Forgotten
from expressions import GLOBALS, LOG, LONGEST, OUT, cells, starts
from hypothesis import HealthCheck, example, given, reject, settings
from loading import loaded
from splicing import define

from hydro_nb import FlowBuilder, HydroError, SimulationFailure, nondet
from hydro_nb.compile.program import compile_flow
from hydro_nb.lang.sim_ports import ScriptError
from hydro_nb.runtime.location import Location


@dataclass(frozen=True)
class Outcome:
    """What was done, what came out, and how it failed: with which words, and at which of the user's lines."""

    error: str
    done: str
    out: str
    place: tuple[str, int] = ("", 0)


def said(error: BaseException | None) -> str:
    return f"{type(error).__name__}: {error}"


def simply_called(cell: dict[str, Any], data: list[Any]) -> Outcome:
    """Call the functions."""
    out: list[str] = []
    try:
        for item in cell["build"](Called(begun(data))).items:
            out.append(f"{item!r}\n")  # noqa: PERF401 - what came out before a failure counts
    except Forgotten:
        reject()
    except Exception as error:  # noqa: BLE001 - whatever a function raises is the outcome
        walked = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
        places = [(Path(file).name, line) for file, line in walked if file == expressions.__file__ or "<cell" in file]
        return repeated(Outcome(said(error), LOG.done, "".join(out), *places[-1:]))
    return repeated(Outcome("", LOG.done, "".join(out)))


def repeated(outcome: Outcome) -> Outcome:
    """Refuse what tells where in memory something is, as `str(zip(x, x))` does, and what is more than is written."""
    if " at 0x" in repr(outcome) or len(outcome.out) > LONGEST:
        reject()
    return outcome


def begun(data: list[Any]) -> list[Any]:
    """Begin a run, of which a simulation may need several: none sees what the one before has changed."""
    LOG.begin()
    OUT.begin()
    return deepcopy(data)


def stream_of(cell: dict[str, Any], data: list[Any]) -> Any:
    """Build the flow that the cell describes."""
    try:
        stream = cell["build"](FlowBuilder().process().source_iter(partial(begun, data)))
    except HydroError:
        reject()
    return stream.assume_ordering(nondet("the order of a table")) if stream.kind.order.name == "NONE" else stream


def located(stream: Any) -> Location:
    """Load the program that a deployment runs, which tells what comes out."""
    stream.for_each(OUT.told)
    return loaded(compile_flow(stream.flow.graph))


def fused(cell: dict[str, Any], data: list[Any]) -> Outcome:
    """Run the program that a deployment runs."""
    location = located(stream_of(cell, data))
    try:
        location.start()
        while location.step():
            pass
    except Exception as error:  # noqa: BLE001 - whatever a function raises is the outcome
        done = LOG.done
        last = location.problem(error, 0).frames[-1]
        return Outcome(said(error), done, OUT.done, (Path(last.cell).name, last.line))
    return Outcome("", LOG.done, OUT.done)


def simulated(cell: dict[str, Any], data: list[Any]) -> Outcome:
    """Run it in the simulator, cut at its seams."""
    stream = stream_of(cell, data)
    port, out = stream.sim_output(), []

    async def body() -> None:
        out[:] = [f"{item!r}\n" for item in await port.collect()]

    try:
        stream.flow.sim().deterministic(body)
    except SimulationFailure as failure:
        if isinstance(failure.__cause__, ScriptError):
            reject()  # entries of a table have no order, and a simulation without choices is not told one
        return Outcome(said(failure.__cause__), LOG.done, "")
    return Outcome("", LOG.done, "".join(out))


def defined(text: str) -> dict[str, Any]:
    try:
        return define(text, **GLOBALS)
    except SyntaxError:
        reject()


LINES = """
def build(s):
    def first(x):
        if x:
            return x[0]
        elif x < 1:
            return x
        return -x
    return s.map(first)
"""


@given(cells(), starts)
@example(LINES, [1])
@example(LINES, [""])
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_functions_in_one_loop_do_what_they_do_when_called(text, data):
    cell = defined(text)
    called = simply_called(cell, data)
    found = fused(cell, data)
    assert replace(found, place=found.place if called.place[0] else ("", 0)) == called


@given(cells(), starts)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_functions_in_a_simulation_do_what_they_do_when_called(text, data):
    cell = defined(text)
    called = simply_called(cell, data)
    assert simulated(cell, data) == replace(called, out="" if called.error else called.out, place=("", 0))
