"""Which process is meant: itself, its name, its marker class, a member of a cluster, its id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias, cast

from hydro_nb.errors import DeployError
from hydro_nb.values import MemberId
from hydro_nb.wire import LocationProgram, location_of, member_of


class HasName(Protocol):
    """A location as the flow names it."""

    @property
    def name(self) -> str:
        """Display name."""
        ...


Place: TypeAlias = "str | HasName | type"
Named: TypeAlias = "Place | tuple[Place, int] | MemberId[Any]"
"""`"Leader"`, `"Worker/3"`, a process, its marker class, `(workers, 3)` with a cluster or its marker, a member's id."""


class Meant(NamedTuple):
    """A process, a cluster, or one of its members."""

    place: LocationProgram
    number: int | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.place.name if self.number is None else self.place.title(self.number)


class Roster:
    """The processes of a deployment, found by what people call them."""

    def __init__(self, peers: Iterable[int], places: Sequence[LocationProgram]) -> None:
        known = {place.id: place for place in places}
        self._peers: Mapping[int, LocationProgram] = {peer: known[location_of(peer)] for peer in peers}
        self._places = [place for place in places if place.kind != "external"]
        self._outside = {place.name for place in places if place.kind == "external"}

    def peers(self, given: object) -> list[int]:
        """Give the processes that are meant: of a cluster all of its members."""
        meant = self.meant(given)
        number = meant.number
        return [p for p, place in self._peers.items() if place is meant.place and number in (None, member_of(p))]

    def process(self, given: object) -> str:
        """Give the name of the one process that is meant."""
        meant = self.meant(given)
        if meant.place.kind == "cluster" and meant.number is None:
            first = meant.place.title(0)
            raise DeployError(
                f"`{meant.name}` is a cluster; say which of its members is meant, such as "
                f'"{first}" or ({meant.name}, 0): {self._extent(meant.place)}'
            )
        return meant.name

    def is_member(self, name: str) -> bool:
        """Whether a process of this name is a member of a cluster."""
        return self.meant(name).place.kind == "cluster"

    def meant(self, given: object) -> Meant:
        """Give what is meant; what names nothing is refused, with what there is."""
        if isinstance(given, MemberId):
            member = cast("MemberId[Any]", given)
            return self._member(self._cluster_of(member), member.raw_id)
        if isinstance(given, tuple):
            place = self._cluster(cast("tuple[object, ...]", given))
            if place is not None:
                return self._member(place, cast("tuple[object, object]", given)[1])
        name = _name(cast("object", given))
        if name is None:
            raise DeployError(
                f"{shown(cast('object', given))} is no process; give one, its name or its marker class, "
                f"or a member of a cluster as (cluster, 0): {self._there()}"
            )
        return self._called(name) or self._refused(name)

    def _called(self, name: str) -> Meant | None:
        for place in self._places:
            if place.name == name:
                return Meant(place)
        for peer, place in self._peers.items():
            if place.title(member_of(peer)) == name:
                return Meant(place, member_of(peer) if place.kind == "cluster" else None)
        return None

    def _refused(self, name: str, *, members: bool = False) -> Meant:
        if name in self._outside:
            raise DeployError(f"`{name}` is outside of the flow and has no process: {self._there(members=members)}")
        cluster, slash, number = name.rpartition("/")
        meant = self._called(cluster) if slash else None
        if meant is not None and meant.place.kind == "cluster":
            raise DeployError(f"{self._extent(meant.place)}, and no member {number}")
        raise DeployError(f"no process is called `{name}`; {self._there(members=members)}")

    # ------------------------------------------------------------ members of clusters

    def _cluster(self, given: tuple[object, ...]) -> LocationProgram | None:
        """Give the cluster of a pair of it and a number; None if that is no such pair."""
        name = _name(given[0]) if len(given) == 2 else None
        if name is None:
            return None
        place = (self._called(name) or self._refused(name, members=True)).place
        if place.kind != "cluster":
            raise DeployError(f"`{name}` is no cluster and has no members; give it without a number")
        return place

    def _member(self, place: LocationProgram, number: object) -> Meant:
        if not isinstance(number, int) or isinstance(number, bool):
            raise DeployError(
                f"a member is given by its number, as ({place.name}, 0), not by {shown(number)}: {self._extent(place)}"
            )
        if number not in self._numbers(place):
            raise DeployError(f"{self._extent(place)}, and no member {number}")
        return Meant(place, number)

    def _numbers(self, place: LocationProgram) -> list[int]:
        return [member_of(peer) for peer, each in self._peers.items() if each is place]

    def _extent(self, place: LocationProgram) -> str:
        count = len(self._numbers(place))
        return f"cluster `{place.name}` has " + (f"{count} members, 0 to {count - 1}" if count > 1 else "one member, 0")

    def _cluster_of(self, member: MemberId[Any]) -> LocationProgram:
        clusters = [place for place in self._places if place.kind == "cluster"]
        own = [place for place in clusters if place.tag == member.tag]
        if len(own) == 1:
            return own[0]
        how = "no cluster has" if not own else f"{len(own)} clusters have"
        raise DeployError(
            f"{how} the marker of {member!r}; give the cluster with the number, such as (cluster, {member.raw_id}). "
            f"Clusters: {', '.join(f'`{place.name}`' for place in clusters) or 'none'}"
        )

    # ------------------------------------------------------------ what there is, for people

    def _there(self, *, members: bool = False) -> str:
        names = [self._range(place) for place in self._places if place.kind == "cluster" or not members]
        if members:
            return f"members of clusters are {', '.join(names) or 'none'}"
        return f"there are {', '.join(names)}"

    def _range(self, place: LocationProgram) -> str:
        names = [f"`{place.title(number)}`" for number in self._numbers(place)]
        return ", ".join(names) if len(names) < 4 else f"{names[0]} to {names[-1]}"


def _name(given: object) -> str | None:
    name = given.__name__ if isinstance(given, type) else getattr(given, "name", given)
    return name if isinstance(name, str) else None


def shown(given: object) -> str:
    """Say what was given in a few words: a stream's own text has many lines."""
    text = repr(given)
    return text if len(text) < 80 and "\n" not in text else f"a {type(given).__name__}"


def unknown(title: str, running: Iterable[str]) -> DeployError:
    """Say that no process of this name runs."""
    names = ", ".join(f"`{name}`" for name in running) or "none"
    return DeployError(f"no running process is called `{title}`; running: {names}")


def peer_of(title: str, peers: Mapping[int, LocationProgram], running: Iterable[str]) -> int:
    """Give the process that is to be started again, dead or alive."""
    for peer, place in peers.items():
        if place.title(member_of(peer)) == title:
            return peer
    raise unknown(title, running)
