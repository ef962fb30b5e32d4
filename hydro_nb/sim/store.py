"""Failures that are kept beside the test, so that the next run of the test tries them first."""

from __future__ import annotations

import inspect
import os
import re
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any
from weakref import ref

import msgspec

from hydro_nb.sim.progress import notebook

FOLDER = "sim-failures"
ELSEWHERE = "HYDRO_NB_SIM_FAILURES"
"""Names another folder for all failures; `off` keeps none."""
_LONGEST_NAME = 120
_INSTALLED = frozenset({"site-packages", "dist-packages"})
_latest: dict[Path, tuple[str, int, ref[Any]]] = {}
"""The last body whose failure is kept in a file: in which run of what, and its number there."""


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A failure as it is kept."""

    test: str
    flow: tuple[str, ...]
    """the ports of the flow: a schedule means nothing to a flow that has others"""
    sizes: tuple[int, ...]
    """how many members each cluster had"""
    schedule: tuple[int, ...]
    found: str
    text: str
    faults: tuple[tuple[int, ...], ...] = ()
    """what might go wrong: the number of each place, and how often what may happen there"""
    body: int = 1
    """the number of the body in its test, which may make several of one name"""


class Store:
    """Where the failure of one test is kept, if it is."""

    def __init__(
        self,
        path: Path,
        test: str,
        flow: tuple[str, ...],
        sizes: tuple[int, ...],
        faults: tuple[tuple[int, ...], ...] = (),
        body: int = 1,
    ) -> None:
        self.path, self._test, self._flow, self._sizes, self._faults = path, test, flow, sizes, faults
        self._body = body

    @property
    def name(self) -> str:
        """What a user calls the file."""
        return f"{self.path.parent.name}/{self.path.name}"

    def read(self) -> Kept | None:
        """Give the failure that is kept of this search; what cannot be used is left alone, with a warning."""
        try:
            kept = msgspec.json.decode(self.path.read_bytes(), type=Kept)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return self._ignore(f"it is damaged: {error}")
        if kept.test != self._test:
            return self._ignore(f"it is of another test: {kept.test}")
        if kept.body != self._body:
            return None
        if kept.flow != self._flow:
            return self._ignore("it is of another flow: the ports are not the same")
        return kept if (kept.sizes, kept.faults) == (self._sizes, self._faults) else None

    def _ignore(self, why: str) -> None:
        warnings.warn(f"the failure kept in {self.path} was not tried, as {why}. Delete the file.", stacklevel=2)

    def write(self, schedule: tuple[int, ...], found: str, text: str) -> str:
        """Keep a failure in place of another; gives why that was not possible."""
        kept = Kept(self._test, self._flow, self._sizes, schedule, found, text, self._faults, self._body)
        content = msgspec.json.format(msgspec.json.encode(kept)) + b"\n"
        beside = self.path.with_name(f"{self.path.name}.{os.getpid()}.tmp")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(content)
            beside.replace(self.path)
        except OSError as error:
            with suppress(OSError):
                beside.unlink()
            return str(error)
        return ""

    def remove(self) -> None:
        """Keep it no longer."""
        with suppress(OSError):
            self.path.unlink()
            if self.path.parent.name == FOLDER:  # another one is the user's
                self.path.parent.rmdir()  # only where it was the last


def _number(path: Path, body: Any) -> int:
    """Count the bodies of one run: of a test of pytest, of a cell, or of a script."""
    shell, test = notebook(), os.environ.get("PYTEST_CURRENT_TEST", "")
    run = f"cell {shell.execution_count}" if shell is not None else test
    function = getattr(body, "__func__", body)
    before, number, known = _latest.get(path, (run, 0, ref(_number)))
    if before != run:
        number = 1
    elif known() is not function:
        number += 1
    _latest[path] = run, number, ref(function)
    return number


def store_of(
    body: Callable[[], Any],
    flow: tuple[str, ...],
    sizes: tuple[int, ...],
    faults: tuple[tuple[int, ...], ...] = (),
) -> Store | None:
    """Give where the failure of a test is kept; none where the test stands in no file of its own.

    >>> async def body(): ...
    >>> store_of(body, (), ())
    """
    elsewhere = os.environ.get(ELSEWHERE, "")
    code = getattr(body, "__code__", None)
    if code is None or elsewhere == "off":
        return None
    file = Path(code.co_filename)
    if notebook() is not None and not file.exists():
        folder, module, test = Path.cwd(), _notebook_name(), ""
    elif file.is_file():
        source, test = _of_pytest() or (file, "")
        folder, module = _beside(source), source.stem
    else:
        return None
    name = _named(body.__qualname__.replace(".<locals>", ""), test)
    folder = Path(elsewhere) if elsewhere else folder / FOLDER
    path = folder / _file_name(f"{module}__{name}")
    return Store(path, f"{module}::{name}", flow, sizes, faults, _number(path, body))


def _beside(source: Path) -> Path:
    """Give the folder of a test's file; the working folder where the file belongs to what is installed."""
    return Path.cwd() if _INSTALLED.intersection(source.parts) else source.parent


def _named(own: str, test: str) -> str:
    """Name a test by its own name and, where that says more, by the test function that called it."""
    function = test.partition("[")[0]
    if function and (own == function or own.startswith(f"{function}.")):
        return test + own.removeprefix(function)
    return f"{test}.{own}" if test else own


def _file_name(name: str) -> str:
    safe = re.sub(r"[^\w.\[\]-]", "_", name)
    if safe != name or len(safe) > _LONGEST_NAME:
        safe = f"{safe[:_LONGEST_NAME]}-{zlib.crc32(name.encode()):08x}"
    return f"{safe}.json"


def _notebook_name() -> str:
    return Path(os.environ.get("JPY_SESSION_NAME") or "notebook").stem


def _of_pytest() -> tuple[Path, str] | None:
    """Give the file and the name of the test that pytest runs, where one calls."""
    node, _, _ = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")
    file, *names = node.split("::")
    if not names:
        return None
    function, bracket, parameters = names[-1].partition("[")
    for frame in _callers():
        code = frame.f_code
        if code.co_name == function and Path(code.co_filename).name == Path(file).name:
            return Path(code.co_filename), f"{'.'.join([*names[:-1], function])}{bracket}{parameters}"
    return None


def _callers() -> Iterator[FrameType]:
    frame = inspect.currentframe()
    while frame:
        yield frame
        frame = frame.f_back
