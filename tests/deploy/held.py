"""What this process holds open of the system."""

from __future__ import annotations

from pathlib import Path

from hydro_nb.deploy.io import hydro_io
from hydro_nb.deploy.templates import templates


def descriptors() -> list[str]:
    """What it holds open, but for what counts events and what its templates take."""
    return hydro_io().call(_descriptors)


def _descriptors() -> list[str]:
    """Look in the thread that makes templates: another may begin a second after a test before, whatever comes now."""
    theirs = {fd for each in templates().living() for fd in (each._link.fileno(), each._end_of_it)}
    names = [_leads_to(each) for each in Path("/proc/self/fd").iterdir() if int(each.name) not in theirs]
    return sorted(name for name in names if name and not name.startswith("/proc/"))


def _leads_to(descriptor: Path) -> str:
    """Give what is behind it; empty where it was closed meanwhile, as that is by which they are listed."""
    try:
        return str(descriptor.readlink())
    except FileNotFoundError:
        return ""
