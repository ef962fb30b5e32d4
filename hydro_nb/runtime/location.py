"""One location's generated program, loaded: its state, its inputs and outputs, and whose fault an exception is."""

from __future__ import annotations

import ast
import linecache
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from time import perf_counter
from types import CodeType, FrameType, TracebackType
from typing import Any, NamedTuple

from hydro_nb.errors import HydroError, Site
from hydro_nb.runtime.pointing import pointed, within
from hydro_nb.runtime.render import Renderer
from hydro_nb.runtime.skipped import describe
from hydro_nb.runtime.taps import Taps, Tick
from hydro_nb.runtime.twin import EARLY, EVERY, SOON, Estimates
from hydro_nb.wire import ChannelSpec, LocationProgram, Problem, SourceLine, Watch, digest, member_of

FIRST = 16
"""Elements that a bounded source may give in the first tick."""
ALONE = 4
"""How many times as much as the program says, where nothing is made of it that somebody must take elsewhere."""
FEW = 1024
"""Elements of a bounded source, at most, in a tick that is looked at, which takes longer than others."""
SHORT, LONG = 0.002, 0.02
"""Seconds of a tick below which it may be larger, and above which it keeps others waiting."""
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
        self._given = 0
        self._estimates: Estimates | None = None
        self._until_look = EARLY
        self._asked = 0
        self._most = 0
        self._room = FIRST
        self.scope: dict[str, Any] = {"__name__": f"hydro_nb.generated.{program.slot}", **captures}
        self._tick: Tick = _not_loaded
        self._texts = {self.filename: _Text(program.source, program.lines)}
        """what runs here, by the names that tracebacks have for it"""
        self._taps: Taps | None = None

    def load(self) -> None:
        """Execute the generated source; its text is registered so that tracebacks show its lines."""
        source = self.program.source
        _register(self.filename, source)
        code: CodeType = compile(source, self.filename, "exec", dont_inherit=True)
        exec(code, self.scope)  # noqa: S102 - running the generated program is what this package does
        self._tick = self.scope["tick"]

    def watch(self, order: Watch) -> None:
        """Let its tick tell what some operators give, or nothing any more; an order for another program is none."""
        if self._tick is _not_loaded:
            return
        self._tick, self._taps = self.scope["tick"], None
        if order.slots and order.of == digest(self.program.source):
            name = f"{self.filename[:-1]}, watched>"
            _register(name, order.source)
            self._texts[name] = _Text(order.source, order.lines)
            self._taps = Taps(order, self._tick, self.scope, name)
            self._tick = self._taps.tick

    @property
    def tapped(self) -> dict[str, deque[Any]]:
        """The newest that operators have given which are watched, until it is told."""
        return self._taps.newest if self._taps else {}

    def start(self) -> None:
        """Make the state: runs the user's factories."""
        self.state = self.scope["start"]()
        self._most = getattr(self.state, "room", 0)
        if not self.program.outputs:
            self._most *= ALONE
        if self._most:
            self.state.room = self._room

    def hold(self, *, on: bool) -> None:
        """Let bounded sources give nothing for a while, or again as much as the program says."""
        if on != self.holding and self.state is not None:
            self.holding = on
            if self._most:
                self.state.room = 0 if on else self._room

    def step(self, gathered: int = 0) -> bool:
        """Run one tick over so many elements; says whether a bounded source has more to give at once."""
        self._given += gathered
        self._until_look -= 1
        return self._run(self._tick) if self._until_look > 0 else self._look(gathered)

    def _run(self, tick: Tick) -> bool:
        if not self._most:
            return tick(self.state, self.inputs, self.outputs)
        start = perf_counter()
        more = tick(self.state, self.inputs, self.outputs)
        self._pace(perf_counter() - start)
        return more

    def _look(self, gathered: int) -> bool:
        """Run one tick by its twin, which counts what passes each operator."""
        self._until_look = EVERY
        if self._estimates is None:
            exact = self.program.names.values()
            self._estimates = Estimates(self.program, self.filename, self.scope, exact)
        before = self._handled - gathered
        more = self._brief(self._estimates.tick or self._tick)
        self._estimates.looked(self._handled - before)
        return more

    def _brief(self, tick: Tick) -> bool:
        """Run one tick that takes longer than others; bounded sources give few elements in it."""
        if self.holding or self._room <= FEW:
            return self._run(tick)
        self.state.room = FEW
        more = tick(self.state, self.inputs, self.outputs)
        self.state.room = self._room
        return more

    @property
    def _handled(self) -> int:
        """Elements that came in, or were given by sources here and taken by sinks."""
        counts: dict[str, int] = getattr(self.state, "counts", None) or {}
        return self._given + sum(counts.values())

    def estimates(self) -> dict[str, int]:
        """Give how many elements each operator in a fused loop has given, about; who goes on asking is told anew."""
        self._asked += 1
        if self._asked > SOON:
            self._until_look = 1
        return self._estimates.totals(self._handled) if self._estimates else {}

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
        places = list(_places(error.__traceback__))
        generated = [(place.frame, line) for place in places if (line := self._line_of(place))]
        origin = generated[-1][1] if generated else None
        site = origin.site if origin else Site()
        return Problem(
            location=self._peer,
            time=now,
            error=describe(error),
            slot=origin.slot if origin else "",
            op=origin.op if origin else "",
            site=self._pointed(site, places[-1]) if generated and places[-1].frame is generated[-1][0] else site,
            element=self._element([frame for frame, _ in generated], origin),
            frames=tuple(site for place in places if (site := self._site(place))),
        )

    def _line_of(self, place: _Place) -> SourceLine | None:
        """Give what the failing part of a line of the generated source came from."""
        written = self._texts.get(place.frame.f_code.co_filename)
        found = written.line(place.number) if written else None
        if written is None or found is None or not found.parts or place.columns is None:
            return found
        _, start, end = written.part(place.number, place.columns)
        return found.at(start, end)

    def _element(self, frames: list[FrameType], origin: SourceLine | None) -> str:
        """Render the element that was worked on: a variable, or an expression of variables that nobody has stored."""
        names = _names(origin.element) if origin else frozenset[str]()
        for frame in reversed(frames):
            local = names & {*frame.f_code.co_varnames, *frame.f_code.co_cellvars}
            if origin and local and local <= frozenset(frame.f_locals):
                return self._rendered(origin.element, frame)
        return ""

    def _rendered(self, element: str, frame: FrameType) -> str:
        try:
            value = eval(element, frame.f_globals, frame.f_locals)  # noqa: S307 - it is of the generated program
        except Exception:  # noqa: BLE001 - what a user's operators raise when they are asked again
            return ""
        return self.renderer(value)

    def _site(self, place: _Place) -> Site | None:
        code = place.frame.f_code
        if line := self._line_of(place):
            return line.site
        site = self.site_of(code.co_filename, place.number, code.co_name)
        return within(site, *place.columns) if site and place.columns else site

    def _pointed(self, site: Site, place: _Place) -> Site:
        """Point at what failed in the user's line, where it was written into a line of the generated source."""
        if place.columns is None:
            return site
        written = self._texts[place.frame.f_code.co_filename]
        return pointed(site, *written.part(place.number, place.columns))

    def site_of(self, filename: str, number: int, function: str) -> Site | None:
        """Give the user's line that a line of a traceback is, or was made of."""
        if filename in self._texts:
            line = self._texts[filename].line(number)
            return line.site if line else None
        if not _is_users(filename):
            return None
        return Site(filename, number, linecache.getline(filename, number).rstrip(), function)


class _Text(NamedTuple):
    """Generated source, with what each of its lines came from."""

    source: str
    lines: Sequence[SourceLine | None]

    def line(self, number: int) -> SourceLine | None:
        """Give what a line came from; they are numbered from 1."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else None

    def part(self, number: int, columns: tuple[int, int]) -> tuple[str, int, int]:
        """Give the statement in a line, without what it is indented by, and which bytes of it these columns are."""
        line = self.source.split("\n")[number - 1]
        statement = line.lstrip(" ")
        before = len(line) - len(statement)
        return statement, columns[0] - before, columns[1] - before


def _register(name: str, source: str) -> None:
    """Let tracebacks show the lines of generated source."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)


def _input_names(program: LocationProgram, channels: tuple[ChannelSpec, ...], peer: int) -> Iterator[str]:
    yield from (channel.input for channel in channels if channel.receiver == peer)
    yield from (timer.input for timer in program.timers)
    yield from (source.input for source in program.sources)
    yield from (spec.input for spec in (*program.futures, *program.served, *program.sidecars))
    yield from (spec.membership for spec in program.served if spec.membership)
    yield from (spec.input for spec in program.members)


def _not_loaded(*_: object) -> bool:
    raise HydroError("a location was stepped before its program was loaded")


def _names(expression: str) -> frozenset[str]:
    tree = ast.parse(expression or "()", mode="eval")
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


class _Place(NamedTuple):
    """Where a frame was when an exception went through it."""

    frame: FrameType
    number: int
    columns: tuple[int, int] | None
    """the bytes of the line, where Python knows them"""


def _places(traceback: TracebackType | None) -> Iterator[_Place]:
    while traceback is not None:
        yield _Place(traceback.tb_frame, traceback.tb_lineno, _columns(traceback))
        traceback = traceback.tb_next


def _columns(traceback: TracebackType) -> tuple[int, int] | None:
    """Give the columns of the instruction that failed; there are none with `-X no_debug_ranges`."""
    positions = islice(traceback.tb_frame.f_code.co_positions(), traceback.tb_lasti // 2, None)
    _, _, start, end = next(positions, (None,) * 4)
    return None if start is None or end is None else (start, end)


def _is_users(filename: str) -> bool:
    installed = filename.startswith((_OURS, _STANDARD, "<frozen")) or any(name in filename for name in _PACKAGES)
    return not installed
