"""Where compiled loops are kept from one process to the next: in the user's own cache folder, and nobody else's.

What numba keeps there is code that runs when it is loaded, as it is for Python's own `__pycache__`. There is a limit to
it: whoever puts a loop there takes away those that were used the longest time ago. numba makes again what is not there,
also when it goes away just as it is read.
"""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import time_ns

KEPT_BYTES = 64 * 1024 * 1024
"""How much is kept: some hundred loops."""
_File = tuple[Path, os.stat_result]
_OTHERS_MAY_WRITE = 0o022
_OURS = re.compile(r"[0-9a-f]{32}\.\S+|tmp\w+\.tmp")
"""Names of what is made here: a text, what numba compiled of it, and a text that was never finished."""


def file_of(text: str, made_by: str) -> Path | None:
    """Give a file that holds this text, and beside which numba keeps what it compiles; None where there can be none.

    What else the compiled code depends on is in `made_by`.
    """
    with suppress(OSError, RuntimeError):  # who has no home has no place for it
        folder = _folder()
        key = sha256(f"{text}\n{made_by}\n{sys.version}".encode()).hexdigest()[:32]
        path = folder / f"{key}.py"
        if _is_ours(folder) and (_used(path) or _written(path, text)):
            return path
    return None


def _folder() -> Path:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hydro_nb" / "loops"
    for each in (folder.parent, folder):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _is_ours(folder: Path) -> bool:
    """Whether nobody else can put code there, or another folder in its place."""
    return os.name == "nt" or all(map(_is_mine, (folder.parent, folder)))


def _is_mine(folder: Path) -> bool:
    mine, found = os.getuid(), folder.stat()
    by_me = found.st_uid == mine and folder.lstat().st_uid in (0, mine)  # it may be a link
    return by_me and not found.st_mode & _OTHERS_MAY_WRITE


def _used(path: Path) -> bool:
    """Note that a text is used now, if it is there; when it was written stays, as numba looks at that."""
    with suppress(FileNotFoundError):
        os.utime(path, ns=(time_ns(), path.stat().st_mtime_ns))
        return True
    return False


def _written(path: Path, text: str) -> bool:
    """Write a file at once: numba takes a changed one for another, and several processes may begin together."""
    _make_room(path.parent)
    with NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", delete=False, encoding="utf-8") as file:
        file.write(text)
    if path.exists():
        Path(file.name).unlink()
    else:
        Path(file.name).replace(path)
    return True


def _make_room(folder: Path) -> None:
    """Take away what was used the longest time ago, as far as it is too much."""
    left = KEPT_BYTES
    for files in sorted(_loops(folder), key=_last_use, reverse=True):
        left -= sum(stat.st_size for _, stat in files)
        if left < 0:
            for path, _ in files:
                with suppress(OSError):  # another process takes it away, too
                    path.unlink()


def _loops(folder: Path) -> list[list[_File]]:
    """Give the files of each loop."""
    found: defaultdict[str, list[_File]] = defaultdict(list)
    for path, stat in (*_files(folder), *_files(folder / "__pycache__")):
        found[path.name.partition(".")[0]].append((path, stat))
    return [*found.values()]


def _files(folder: Path) -> Iterator[_File]:
    """Give the files there that were made here; others may take some away meanwhile."""
    with suppress(FileNotFoundError):
        for path in [*folder.iterdir()]:
            if _OURS.fullmatch(path.name):
                with suppress(FileNotFoundError):
                    yield path, path.stat()


def _last_use(files: list[_File]) -> float:
    return max(stat.st_atime for _, stat in files)
