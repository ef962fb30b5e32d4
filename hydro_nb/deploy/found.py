"""Where installed modules are found, so that a template has those that a fresh interpreter would load now."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TypeAlias

Place: TypeAlias = tuple[str, float] | None
"""The file of a package, and when it was written."""


class Found:
    """The places of the packages that were asked after."""

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}
        self._looked = _look()

    def lasting(self, names: Iterable[str]) -> set[str]:
        """Give those modules that are not the user's own, who may change them between two deployments."""
        # what imports a module with an underscore knows when: `_asyncio`, imported first, comes to be twice
        return {name for name in names if not name.startswith("_") and self._lasts(name)}

    def _lasts(self, name: str) -> bool:
        package = name.partition(".")[0]
        if package == "hydro_nb":
            return name.startswith(_OURS)
        place = self._places.setdefault(package, _place(package))
        return place is not None and any(Path(place[0]).is_relative_to(home) for home in _HOMES)

    def moved(self) -> set[str]:
        """Give the packages that were asked after and would be loaded from elsewhere now, or have been written anew."""
        looked = _look()
        if looked == self._looked:
            return set()
        self._looked = looked
        before, self._places = self._places, {package: _place(package) for package in self._places}
        return {package for package, place in before.items() if place != self._places[package]}


_OURS = ("hydro_nb.runtime.", "hydro_nb.schema.")
"""What processes are made of: the language, which a function may have brought along, is not for all that come after."""
_HOMES = [sysconfig.get_path(each) for each in ("stdlib", "purelib", "platlib")]


def _place(package: str) -> Place:
    spec = PathFinder.find_spec(package)
    return None if spec is None or not spec.origin else (spec.origin, _written(spec.origin))


def _look() -> list[Place]:
    return [(folder, _written(folder or os.curdir)) for folder in sys.path]


def _written(path: str) -> float:
    try:
        return Path(path).stat().st_mtime
    except OSError:
        return 0.0
