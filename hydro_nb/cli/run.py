"""`hydro-nb run`: a notebook or a script without a browser."""

from __future__ import annotations

import runpy
import sys
import traceback
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

from hydro_nb.cli.say import NEEDS_LAB, complain
from hydro_nb.errors import HydroError

INTERRUPTED = 130


def run(file: Path, arguments: Sequence[str]) -> int:
    """Run a file; 0 where everything in it succeeded."""
    if not file.is_file():
        return complain(f"hydro-nb run: there is no file {file}")
    try:
        if file.suffix == ".py":
            return _run_script(file.resolve(), arguments)
        if file.suffix == ".ipynb":
            return _run_notebook(file.resolve(), arguments)
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    return complain(f"hydro-nb run: {file} is neither a notebook (.ipynb) nor a script (.py)")


def _run_notebook(file: Path, arguments: Sequence[str]) -> int:
    if arguments:
        return complain(f"hydro-nb run: a notebook takes no arguments, but was given {' '.join(arguments)}")
    if find_spec("nbclient") is None:
        return complain(f"hydro-nb run {file.name} {NEEDS_LAB}")
    from hydro_nb.cli.headless import run_notebook  # noqa: PLC0415 - what runs notebooks may not be installed

    return run_notebook(file)


def _run_script(file: Path, arguments: Sequence[str]) -> int:
    """Run a script as Python itself would, in this process; its deployments print what their processes do."""
    sys.argv = [str(file), *arguments]
    sys.path.insert(0, str(file.parent))
    try:
        runpy.run_path(str(file), run_name="__main__")
    except HydroError as error:
        return complain(f"{type(error).__name__}: {error}")
    except Exception as error:  # noqa: BLE001 - whatever the user's script raises is shown as Python shows it
        error.__traceback__ = _of(file, error.__traceback__)
        return complain("".join(traceback.format_exception(error)).rstrip())
    return 0


def _of(file: Path, trace: TracebackType | None) -> TracebackType | None:
    """Give the part of a traceback from the script on."""
    while trace is not None and trace.tb_frame.f_code.co_filename != str(file):
        trace = trace.tb_next
    return trace
