"""Programs as a deployment runs them, stepped here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cloudpickle

from hydro_nb.runtime.location import Location
from hydro_nb.runtime.render import Renderer

if TYPE_CHECKING:
    from hydro_nb.compile.program import Program


def loaded(program: Program) -> Location:
    """Load what runs at the first place of a program, ready to start."""
    place = program.locations[0]
    location = Location(place, cloudpickle.loads(program.captures[place.id]), (), Renderer(), place.id)
    location.load()
    return location
