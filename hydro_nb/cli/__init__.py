"""The `hydro-nb` command: the tutorials in JupyterLab, notebooks and scripts without a browser, what runs, how fast."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from hydro_nb.cli import bench
from hydro_nb.cli.lab import lab
from hydro_nb.cli.processes import kill, ps
from hydro_nb.cli.run import run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code."""
    given, rest = _parser().parse_known_args(arguments)
    if given.command == "lab":
        return lab(given.dir, rest)
    if given.command == "run":
        return run(given.file, rest)
    if rest:
        _parser().error(f"unrecognized arguments: {' '.join(rest)}")
    if given.command == "bench":
        return bench.bench(given)
    if given.command in ("ps", "kill"):
        return ps() if given.command == "ps" else kill(given.id)
    _parser().print_help()
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hydro-nb", description="Dataflows in Jupyter: build, run, watch.")
    parser.add_argument("--version", action="version", version=f"hydro-nb {_version()}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    opens = commands.add_parser("lab", help="open the tutorials in JupyterLab, from a copy in this folder")
    opens.add_argument("--dir", type=Path, default=Path("hydro-nb-tutorials"), help="where the copy is (%(default)s)")
    opens.epilog = "Everything else is handed to JupyterLab, such as --no-browser or --port=8889."
    runs = commands.add_parser("run", help="run a notebook or a script, and print what it and its processes print")
    runs.add_argument("file", type=Path, metavar="FILE", help="FILE.ipynb or FILE.py")
    commands.add_parser("ps", help="list what is deployed on this machine, and what a dead kernel has left")
    kills = commands.add_parser("kill", help="end what a dead kernel has left, or the deployments with these ids")
    kills.add_argument("id", nargs="*", metavar="ID", help="as `hydro-nb ps` shows it")
    bench.add_to(commands.add_parser("bench", help="measure how fast this machine is at the targets"))
    return parser


def _version() -> str:
    try:
        return version("hydro_nb")
    except PackageNotFoundError:
        return "(a checkout that is not installed)"
