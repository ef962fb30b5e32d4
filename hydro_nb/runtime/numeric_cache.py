"""Where compiled loops are kept from one process to the next: in the user's own cache folder, and nobody else's.

What numba keeps there is code that runs when it is loaded, as it is for Python's own `__pycache__`.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

_OTHERS_MAY_WRITE = 0o022


def file_of(text: str, made_by: str) -> Path | None:
    """Give a file that holds this text, and beside which numba keeps what it compiles; None where there can be none.

    What else the compiled code depends on is in `made_by`.
    """
    with suppress(OSError, RuntimeError):  # who has no home has no place for it
        folder = _folder()
        key = sha256(f"{text}\n{made_by}\n{sys.version}".encode()).hexdigest()[:32]
        path = folder / f"{key}.py"
        if _is_ours(folder) and (path.exists() or _written(path, text)):
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


def _written(path: Path, text: str) -> bool:
    """Write a file at once: numba takes a changed one for another, and several processes may begin together."""
    with NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", delete=False, encoding="utf-8") as file:
        file.write(text)
    if path.exists():
        Path(file.name).unlink()
    else:
        Path(file.name).replace(path)
    return True
