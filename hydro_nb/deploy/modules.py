"""The user's own modules: what their files hold, as processes import them by name and so run what stands there."""

from __future__ import annotations

import ast
import inspect
import os
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, cast

_LIBRARIES = (sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
_PYTHONS = tuple(f"{path}{os.sep}" for path in (*_LIBRARIES, *site.getsitepackages(), site.getusersitepackages()))
"""Folders of libraries; Python's own folder may be the one in which the user works."""


def texts() -> dict[str, bytes]:
    """Give what stands now in the file of each module of the user's that is loaded here.

    >>> "json" in texts(), "__main__" in texts()
    (False, False)
    """
    found = {name: _text(path) for name, path in _files().items()}
    return {name: text for name, text in found.items() if text is not None}


def reached(names: Iterable[str], among: Mapping[str, bytes]) -> set[str]:
    """Give the modules of the user's that these are, that they lie in, or that they import in their turn."""
    found: set[str] = set()
    waiting = [*names]
    while waiting:
        name = waiting.pop()
        if name in among and name not in found:
            found.add(name)
            waiting.extend((name.rpartition(".")[0], *_mentioned(sys.modules.get(name))))
    return found


def alike(one: bytes, other: bytes) -> bool:
    r"""Whether two texts of a module mean the same, but for comments and where it all stands.

    >>> alike(b"x = 1", b"# one\nx=1"), alike(b"x = 1", b"x = 2")
    (True, False)
    """
    return one == other or _meaning(one) == _meaning(other)


def _files() -> dict[str, Path]:
    everything = cast("list[tuple[str, object]]", [*sys.modules.items()])
    loaded = [(name, _held(module).get("__file__")) for name, module in everything]
    return {name: Path(file) for name, file in loaded if isinstance(file, str) and is_users(name, file)}


def is_users(name: str, file: str) -> bool:
    """Whether a module is no part of Python, of an installed package or of this one."""
    own = name.partition(".")[0] not in ("hydro_nb", "__main__", "__mp_main__")
    return own and file.endswith(".py") and not file.startswith(_PYTHONS)


def _text(path: Path) -> bytes | None:
    try:
        found = path.stat()
        return _read(path, found.st_mtime_ns, found.st_size)
    except OSError:
        return None


@lru_cache(maxsize=4096)
def _read(path: Path, _changed: int, _size: int) -> bytes:
    return path.read_bytes()


def _mentioned(module: ModuleType | None) -> Iterator[str]:
    """Give the modules that a module holds, and those of the functions and classes that it holds."""
    for value in [*_held(module).values()]:
        name = _held(value).get("__name__") or _home(value)
        if isinstance(name, str):
            yield name


def _held(value: object) -> dict[str, object]:
    """Give what a module holds; asked in the usual way, one that is to be loaded later would be loaded."""
    return object.__getattribute__(value, "__dict__") if issubclass(type(value), ModuleType) else {}


def _home(value: object) -> object:
    """Give where a value was defined, but ask none that may be made only when it is asked something."""
    if issubclass(type(value), type | FunctionType | BuiltinFunctionType):
        return cast("Any", value).__module__
    return inspect.getattr_static(value, "__module__", None)


def _meaning(text: bytes) -> str:
    try:
        return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError):
        return repr(text)
