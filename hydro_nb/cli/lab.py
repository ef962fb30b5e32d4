"""`hydro-nb lab`: the tutorials in JupyterLab, from a copy that is the reader's own."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from hydro_nb.cli.say import NEEDS_LAB, complain, say

FIRST = "00_index.ipynb"
PICTURES = "pictures"
RECORD = ".hydro-nb.json"
"""Beside the copies: the digest of each file as it was copied, which tells an edited one from an old one."""


def lab(folder: Path, options: Sequence[str]) -> int:
    """Copy the tutorials to a folder and open the page of the course in JupyterLab."""
    if find_spec("jupyterlab") is None:
        return complain(f"hydro-nb lab {NEEDS_LAB}")
    try:
        kept = copy_tutorials(tutorials(), folder)
    except OSError as error:
        return complain(f"hydro-nb lab could not copy the tutorials to {folder}: {error}")
    for name in kept:
        say(f"{folder / name} is edited and stays as it is; remove it to get the original again")
    say(f"The tutorials are in {folder}")
    os.chdir(folder)
    _bring_up_to_date(Path(FIRST))
    return _open(options)


def _bring_up_to_date(page: Path) -> None:
    """Let the page show what has been passed; one that the reader has made something else of stays as it is."""
    from hydro_nb.course.index import bring_up_to_date  # noqa: PLC0415 - other commands need no course

    with suppress(OSError, ValueError, TypeError, KeyError):
        bring_up_to_date(page)


def tutorials() -> Path:
    """Give the folder of the tutorials: in the installed package, else in the checkout."""
    package = Path(__file__).parent.parent
    inside = package / "notebooks"
    return inside if inside.is_dir() else package.parent / "notebooks"


def copy_tutorials(source: Path, target: Path) -> list[str]:
    """Copy every tutorial that is missing or older than ours; give the names of edited ones, which stay."""
    target.mkdir(parents=True, exist_ok=True)
    record = _read_record(target)
    kept: list[str] = []
    for path in _files(source):
        name, now = path.relative_to(source).as_posix(), _digest(path)
        copy = target / name
        was = _digest(copy) if copy.exists() else None
        if was not in (None, now, record.get(name)):
            kept.append(name)
            continue
        if was != now:
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, copy)
        record[name] = now
    (target / RECORD).write_text(json.dumps(record, indent=1))
    return kept


def _files(source: Path) -> Iterator[Path]:
    for path in sorted([*source.iterdir(), *(source / PICTURES).glob("*")]):
        if path.is_file() and not path.name.startswith((".", "__")):
            yield path


def _read_record(target: Path) -> dict[str, str]:
    try:
        record: Any = json.loads((target / RECORD).read_text())
    except (OSError, ValueError, RecursionError):
        record = None
    return cast("dict[str, str]", record) if isinstance(record, dict) else {}


def _digest(path: Path) -> str:
    """Tell files by what people write in them: a notebook that was only run is the same."""
    content = path.read_bytes()
    with suppress(ValueError, TypeError, KeyError, RecursionError):
        written = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(content)["cells"]]
        content = json.dumps(written).encode()
    return hashlib.sha256(content).hexdigest()


def _open(options: Sequence[str]) -> int:
    """Become JupyterLab where the system can, so that its signals and its exit code are its own.

    The page of the course is the default page, no argument: then the address that JupyterLab prints leads to it, too.
    """
    command = [sys.executable, "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{FIRST}", *options]
    if os.name == "posix":
        os.execv(sys.executable, command)  # noqa: S606 - no shell is wanted
    return subprocess.call(command)  # noqa: S603 - this interpreter, and what the user typed
