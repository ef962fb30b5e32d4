"""What the command says to the person who typed it."""

from __future__ import annotations

import sys

NEEDS_LAB = 'needs JupyterLab and nbclient, which are not installed here: pip install "hydro_nb[lab]"'


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> int:
    """Print what went wrong, and give the exit code that says so."""
    sys.stdout.flush()
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
    return 1
