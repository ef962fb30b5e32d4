"""Which process is meant: itself, its name, its marker class, a member of a cluster, its id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeAlias, cast

from hydro_nb.errors import DeployError
from hydro_nb.values import MemberId
from hydro_nb.wire import LocationProgram, member_of


class HasName(Protocol):
    """A location as the flow names it."""

    @property
    def name(self) -> str:
        """Display name."""
        ...


Place: TypeAlias = "str | HasName | type"
Named: TypeAlias = "Place | tuple[Place, int] | MemberId[Any]"
"""`"Leader"`, `"Worker/3"`, a process, its marker class, `(workers, 3)` with a cluster or its marker, a member's id."""


def title_of(given: object, places: Iterable[LocationProgram], names: Iterable[str]) -> str:
    """Give the name of the process that is meant; one that never was is refused, with those that there are."""
    places = [place for place in places if place.kind != "external"]
    title = called(given, places)
    known = list(names)
    if title is None:
        raise DeployError(f"{given!r} is no process; give one, its name or its marker class: {_there(known)}")
    if title not in known and any(place.name == title for place in places if place.kind == "cluster"):
        first = known[0] if not known else next(name for name in known if name.startswith(f"{title}/"))
        raise DeployError(
            f'`{title}` is a cluster; say which of its members is meant, such as "{first}" or ({title}, 0)'
        )
    return title


def called(given: object, places: list[LocationProgram]) -> str | None:
    """Give the name that is meant, whether or not there is a process of it; None for what names nothing."""
    if isinstance(given, MemberId):
        member = cast("MemberId[Any]", given)
        return f"{_cluster_of(member, places)}/{member.raw_id}"
    return _title_of_pair(cast("tuple[object, ...]", given)) if isinstance(given, tuple) else _name(given)


def _title_of_pair(given: tuple[object, ...]) -> str | None:
    place, number = given if len(given) == 2 else (None, None)
    name = _name(place)
    return f"{name}/{number}" if name is not None and isinstance(number, int) else None


def _name(given: object) -> str | None:
    name = given.__name__ if isinstance(given, type) else getattr(given, "name", given)
    return name if isinstance(name, str) else None


def _cluster_of(member: MemberId[Any], places: list[LocationProgram]) -> str:
    names = [place.name for place in places if place.kind == "cluster" and place.tag == member.tag]
    if len(names) == 1:
        return names[0]
    clusters = [place.name for place in places if place.kind == "cluster"]
    how = "no cluster has" if not names else f"{len(names)} clusters have"
    raise DeployError(
        f"{how} the marker of {member!r}; give the cluster with the number, such as (cluster, {member.raw_id}). "
        f"Clusters: {', '.join(f'`{name}`' for name in clusters) or 'none'}"
    )


def _there(names: list[str]) -> str:
    return f"there are {', '.join(f'`{name}`' for name in names)}"


def unknown(title: str, running: Iterable[str]) -> DeployError:
    """Say that no process of this name runs."""
    names = ", ".join(f"`{name}`" for name in running) or "none"
    return DeployError(f"no running process is called `{title}`; running: {names}")


def peer_of(title: str, peers: dict[int, LocationProgram], running: Iterable[str]) -> int:
    """Give the member of a cluster that is to be started again, dead or alive."""
    for peer, place in peers.items():
        if place.title(member_of(peer)) == title:
            if place.kind != "cluster":
                raise DeployError(
                    f"process `{title}` cannot be started again: those that received from it would take the elements "
                    f"of its new life for more of the old stream. Only members of clusters can be, as each has an id "
                    f"and its peers are told that it left and joined; deploy the flow again instead."
                )
            return peer
    raise unknown(title, running)
