"""What the units of an execution are called where one reads of them."""

from __future__ import annotations

from hydro_nb.errors import Site
from hydro_nb.sim.units import Event, Observer, Runner


def unit_of(each: Runner | Observer) -> Runner:
    """Give the unit that goes on."""
    return each.runner if isinstance(each, Observer) else each


def title_of(each: Event) -> str:
    """Say what could go on."""
    if isinstance(each, Observer):
        return f"{called('', each.hook.node.site).strip() or each.hook.node.op.label} of {each.runner.module.name}"
    return name_of(each) if isinstance(each, Runner) else each.title


def name_of(runner: Runner) -> str:
    """Name a unit: by its location, and for a tick by the name that the user gave it."""
    if not runner.is_tick:
        return runner.module.name
    return f"tick{called('', runner.unit.place.site)} of {runner.module.name}"


def called(word: str, site: Site) -> str:
    """Name something by the variable that holds it, if one does."""
    return f"{word} `{site.name}`" if site.name else ""
