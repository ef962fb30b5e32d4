"""One location's generated program, loaded: its state, its inputs and outputs, and whose fault an exception is."""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from time import perf_counter
from types import CodeType, FrameType, TracebackType
from typing import Any

from hydro_nb.errors import HydroError, Site
from hydro_nb.runtime.render import Renderer
from hydro_nb.runtime.skipped import describe
from hydro_nb.wire import ChannelSpec, LocationProgram, Problem, SourceLine, member_of

FIRST = 16
"""Elements that a bounded source may give in the first tick."""
SHORT, LONG = 0.002, 0.02
"""Seconds of a tick below which it may be larger, and above which it keeps others waiting."""
_NAME = re.compile(r"[^\W\d]\w*")
_OURS = __file__[: -len("runtime/location.py")]
_STANDARD = linecache.__file__[: -len("linecache.py")]
_PACKAGES = ("site-packages", "dist-packages")


class Location:
    """A loaded location: `step()` runs one tick over `inputs` and leaves what it made in `outputs`."""

    def __init__(
        self,
        program: LocationProgram,
        captures: dict[str, Any],
        channels: tuple[ChannelSpec, ...],
        renderer: Renderer,
        peer: int,
    ) -> None:
        self.program = program
        self._peer = peer
        self.renderer = renderer
        self.filename = f"<hydro_nb {program.title(member_of(peer))}>"
        self.inputs: dict[str, list[Any]] = {name: [] for name in _input_names(program, channels, peer)}
        self.outputs: dict[str, list[Any]] = {name: [] for name in program.outputs}
        self.state: Any = None
        self.holding = False
        """whether bounded sources are to give nothing"""
        self._most = 0
        self._room = FIRST
        self.scope: dict[str, Any] = {"__name__": f"hydro_nb.generated.{program.slot}", **captures}
        self._tick: Callable[[Any, dict[str, list[Any]], dict[str, list[Any]]], bool] = _not_loaded

    def load(self) -> None:
        """Execute the generated source; its text is registered so that tracebacks show its lines."""
        source = self.program.source
        linecache.cache[self.filename] = (len(source), None, source.splitlines(keepends=True), self.filename)
        code: CodeType = compile(source, self.filename, "exec", dont_inherit=True)
        exec(code, self.scope)  # noqa: S102 - running the generated program is what this package does
        self._tick = self.scope["tick"]

    def start(self) -> None:
        """Make the state: runs the user's factories."""
        self.state = self.scope["start"]()
        self._most = getattr(self.state, "room", 0)
        if self._most:
            self.state.room = self._room

    def hold(self, *, on: bool) -> None:
        """Let bounded sources give nothing for a while, or again as much as the program says."""
        if on != self.holding and self.state is not None:
            self.holding = on
            if self._most:
                self.state.room = 0 if on else self._room

    def step(self) -> bool:
        """Run one tick; says whether a bounded source has more to give at once."""
        if not self._most:
            return self._tick(self.state, self.inputs, self.outputs)
        start = perf_counter()
        more = self._tick(self.state, self.inputs, self.outputs)
        self._pace(perf_counter() - start)
        return more

    def close(self) -> None:
        """Close the user's sinks, in the order of the program; all of them, though one may fail."""
        with ExitStack() as stack:
            for name in reversed(self.program.sinks):
                if self.state is not None:
                    stack.callback(getattr(self.state, name).close)

    def _pace(self, seconds: float) -> None:
        """Let a bounded source give more where ticks are short, fewer where the user's functions are slow."""
        if seconds < SHORT and self._room < self._most:
            self._room = min(self._room * 4, self._most)
        elif seconds > LONG and self._room > 1:
            self._room = max(self._room // 4, 1)
        else:
            return
        if not self.holding:
            self.state.room = self._room

    def problem(self, error: BaseException, now: float) -> Problem:
        """Say which operator, which element and which of the user's lines an exception came from."""
        frames = list(_frames(error.__traceback__))
        generated = [(frame, line) for frame, line in frames if frame.f_code.co_filename == self.filename]
        origin = self._origin(generated)
        return Problem(
            location=self._peer,
            time=now,
            error=describe(error),
            slot=origin.slot if origin else "",
            op=origin.op if origin else "",
            site=origin.site if origin else Site(),
            element=self._element(generated, origin),
            frames=tuple(self._sites(frames)),
        )

    def _origin(self, generated: list[tuple[FrameType, int]]) -> SourceLine | None:
        found: SourceLine | None = None
        for _, line in generated:
            found = self._line(line) or found
        return found

    def _line(self, number: int) -> SourceLine | None:
        lines = self.program.lines
        return lines[number - 1] if 0 < number <= len(lines) else None

    def _element(self, generated: list[tuple[FrameType, int]], origin: SourceLine | None) -> str:
        """Render the element that was worked on: a variable, or a tuple of variables that nobody has built."""
        if origin is None or not _NAME.search(origin.element):
            return ""
        names = _NAME.findall(origin.element)
        for frame, _ in reversed(generated):
            if all(name in frame.f_locals for name in names):
                values = tuple(frame.f_locals[name] for name in names)
                return self.renderer(values if "," in origin.element else values[0])
        return ""

    def _sites(self, frames: list[tuple[FrameType, int]]) -> Iterator[Site]:
        for frame, number in frames:
            site = self.site_of(frame.f_code.co_filename, number, frame.f_code.co_name)
            if site is not None:
                yield site

    def site_of(self, filename: str, number: int, function: str) -> Site | None:
        """Give the user's line that a line of a traceback is, or was made of."""
        if filename == self.filename:
            line = self._line(number)
            return line.site if line else None
        if not _is_users(filename):
            return None
        return Site(filename, number, linecache.getline(filename, number).rstrip(), function)

    def operator(self, slot: str) -> tuple[str, Site]:
        """Give the name and the line of an operator that has lines in the source."""
        return next(((line.op, line.site) for line in self.program.lines if line and line.slot == slot), ("", Site()))


def _input_names(program: LocationProgram, channels: tuple[ChannelSpec, ...], peer: int) -> Iterator[str]:
    yield from (channel.input for channel in channels if channel.receiver == peer)
    yield from (timer.input for timer in program.timers)
    yield from (source.input for source in program.sources)
    yield from (spec.input for spec in (*program.futures, *program.served, *program.sidecars))
    yield from (spec.membership for spec in program.served if spec.membership)
    yield from (spec.input for spec in program.members)


def _not_loaded(*_: object) -> bool:
    raise HydroError("a location was stepped before its program was loaded")


def _frames(traceback: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    while traceback is not None:
        yield traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next


def _is_users(filename: str) -> bool:
    installed = filename.startswith((_OURS, _STANDARD, "<frozen")) or any(name in filename for name in _PACKAGES)
    return not installed
