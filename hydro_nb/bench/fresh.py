"""Runs a module of this package in an interpreter of its own, as whatever is measured there has no past."""

from __future__ import annotations

import os
import subprocess
import sys

from hydro_nb.errors import HydroError


def command(module: str, *args: object) -> list[str]:
    """Give the command line that runs `hydro_nb.bench.<module>`."""
    return [sys.executable, "-m", f"hydro_nb.bench.{module}", *map(str, args)]


def environment() -> dict[str, str]:
    """Give what a new interpreter needs to find what this one has, and to compile each module once."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def said_by(module: str, *args: object) -> list[list[str]]:
    """Run it to its end, and give the words of every line that it printed."""
    ran = subprocess.run(command(module, *args), capture_output=True, text=True, check=False, env=environment())
    if ran.returncode:
        raise HydroError(f"`{' '.join(command(module, *args))}` failed:\n{ran.stderr}")
    return [line.split() for line in ran.stdout.splitlines()]
