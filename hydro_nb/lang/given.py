"""What methods of places are given, checked at the user's line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from math import inf
from typing import TYPE_CHECKING, Any, cast

from hydro_nb.errors import GraphError, LocationError, Site
from hydro_nb.ir.func import Func
from hydro_nb.ir.node import Place
from hydro_nb.lang import annotate, quote
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.place import Location
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.lang.flow import FlowBuilder


def checked_place(
    given: Any, wanted: type[Location], needs: str, flow: FlowBuilder, site: Site, instead: str = ""
) -> Place:
    """Give the place of a location that a method was given, or say why it will not do."""
    if not isinstance(given, wanted):
        # of a collection the first line alone: its operators would tear the sentence apart
        shown, hint = repr(given).partition("\n")[0], f"\n  {instead}" if instead else ""
        raise LocationError(f"{needs}, but was given {shown}.\n  {site}{hint}")
    if given.flow is not flow:
        raise LocationError(f"{needs}, but {given!r} belongs to another flow.\n  {site}")
    return given.place


def period(seconds: Any, method: str, site: Site) -> float:
    """Give a positive number of seconds."""
    value = duration(seconds)
    if not value > 0:
        raise GraphError(
            f"`{method}` needs a positive number of seconds or a timedelta, but was given {seconds!r}.\n  {site}"
        )
    return value


def lasting(value: Any, method: str, site: Site, *, some: bool = False) -> float | Func:
    """Give a number of seconds, or the function that gives it where a timer runs."""
    if callable(value):
        return quote.function(value, 0, method, site)
    return period(value, method, site) if some else duration(value)


def duration(value: Any) -> float:
    """Give a number of seconds.

    >>> duration(timedelta(minutes=1))
    60.0
    """
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < inf:
        return float(value)
    raise GraphError(f"a duration is a number of seconds or a timedelta, not {value!r}.\n  {here()}")


def iterated(data: Any, site: Site) -> tuple[Any, Any]:
    """Give the type of the elements of what `source_iter` was given, and the iterable or the function that makes it."""
    if callable(data) and not isinstance(data, Iterable):  # an Enum class is both, and meant as its members
        return annotate.item_of(data), quote.function(data, 0, "source_iter", site)
    if not isinstance(data, Iterable) or isinstance(data, Collection):
        raise GraphError(
            f"`source_iter` needs an iterable or a function that gives one, but was given {data!r}.\n  {site}"
        )
    given = cast("Iterable[Any]", data)
    held = list(given) if isinstance(given, Iterator) else given
    return annotate.data_type(held), held
