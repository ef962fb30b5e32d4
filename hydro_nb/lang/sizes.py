"""How many members the clusters of a flow have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from hydro_nb.errors import DeployError
from hydro_nb.lang.location import Cluster
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.ir.graph import Graph
    from hydro_nb.ir.node import Place


def sizes_of(graph: Graph, given: Mapping[Any, int]) -> dict[int, int]:
    """Give the sizes by the number of each location; what is given names clusters as users do."""
    if not isinstance(given, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - users are not type checkers
        raise DeployError(
            f"`clusters` maps clusters to sizes, such as {{workers: 3}}, but was given {given!r}.\n  {here()}"
        )
    clusters = [place for place in graph.places.values() if place.kind == "cluster"]
    sizes: dict[int, int] = {}
    for key, count in given.items():
        # users are not type checkers
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise DeployError(
                f"a cluster has a number of members from 1 on, but {key!r} was given {count!r}.\n  {here()}"
            )
        for place in _named(graph, clusters, key):
            sizes[place.number] = count
    return sizes


def sim_size_of(graph: Graph, key: Any, count: int) -> dict[int, int]:
    """Give the size of a cluster by its number; a version of a cluster need not have members in a simulation."""
    clusters = [place for place in graph.places.values() if place.kind == "cluster"]
    versioned = {place.after for place in clusters if place.after} | {place.slot for place in clusters if place.after}
    if count == 0 and all(place.slot in versioned for place in _named(graph, clusters, key)):
        return dict.fromkeys((place.number for place in _named(graph, clusters, key)), 0)
    return sizes_of(graph, {key: count})


def _named(graph: Graph, clusters: list[Place], key: Any) -> list[Place]:
    found = [place for place in clusters if _is(graph, place, key)]
    if found:
        return found
    if own := _place_of(graph, key):
        graph.require_kept(own.slot, here())
    names = ", ".join(f"`{graph.display_name(place)}`" for place in clusters) or "none"
    raise DeployError(
        f"`clusters` has a size for {key!r}, which is no cluster of this flow; there are {names}.\n  {here()}"
    )


def _place_of(graph: Graph, key: object) -> Place | None:
    """Give where a cluster lives that is one of this flow's."""
    cluster = cast("Cluster[Any]", key) if isinstance(key, Cluster) else None
    return cluster.place if cluster and cluster.flow.graph is graph else None


def _is(graph: Graph, place: Place, key: Any) -> bool:
    if own := _place_of(graph, key):
        return own == place
    return key in (place.tag, graph.display_name(place)) and key is not None
