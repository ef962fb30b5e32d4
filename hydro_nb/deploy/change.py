"""What becomes of each process when a flow that runs is deployed again: who changes, who stays, who comes and goes.

The program that takes over is numbered as the one that runs, as far as the two agree: who stays is told nothing.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any, TypeVar, cast

import msgspec
from msgspec.structs import replace

from hydro_nb.deploy.likeness import Captured
from hydro_nb.deploy.modules import alike, reached, texts
from hydro_nb.deploy.plan import Program, peers_of
from hydro_nb.wire import ChannelSpec, LocationProgram, location_of, statements

P = TypeVar("P", bound=Program)
End = tuple[str, str]
"""One end of a channel: `in` or `out`, and the name that the source has for it."""
WRITTEN_AT = ("site", "lines", "slot", "edge")
"""What says only where in the notebook something was written."""
ENDED = "had ended"
"""Why one is started anew that has not changed."""
NAMED = ("type_name", "token")
"""What names a captured value, and counts as that value."""


@dataclass(frozen=True)
class Change:
    """The way from a program that runs to another one; processes are given by their numbers."""

    program: Program
    """what is to run, with the numbers of what runs"""
    clusters: Mapping[int, int]
    peers: Mapping[int, LocationProgram]
    replaced: Mapping[int, str]
    """why, of each process that is started anew"""
    kept: tuple[int, ...]
    added: tuple[int, ...]
    removed: tuple[int, ...]
    slots: Mapping[int, Mapping[str, str]]
    """by location that stays: what its nodes were called, and are called now"""


class Laid:
    """A program with the sizes of its clusters, and what is told of each location."""

    def __init__(
        self, program: Program, clusters: Mapping[int, int], modules: Mapping[str, bytes] | None = None
    ) -> None:
        self.program = program
        self.modules = texts() if modules is None else modules
        """what stands in the files of the user's own modules"""
        self.clusters = clusters
        self.places = {place.id: place for place in program.locations}
        self._captured: dict[int, Captured] = {}

    @cached_property
    def peers(self) -> dict[int, LocationProgram]:
        """Every process of it."""
        return peers_of(self.program, self.clusters)

    def captured(self, place: int) -> Captured:
        """Give what a location captures."""
        if place not in self._captured:
            self._captured[place] = Captured(self.program.captures.get(place, b""))
        return self._captured[place]

    def ends(self, place: int) -> Iterator[tuple[End, ChannelSpec]]:
        """Give the ends of channels at a location."""
        for channel in self.program.channels:
            if channel.sender == place:
                yield ("out", channel.output), channel
            if channel.receiver == place:
                yield ("in", channel.input), channel

    # ------------------------------------------------------------ what counts

    def code(self, place: int) -> Any:
        """Give what a location runs, wherever it was written."""
        program = self.places[place]
        plain = self._bare(msgspec.to_builtins(program), place)
        named = {"names": [*program.names], "skipping": [*program.skipping], "watch": sorted(program.watch.values())}
        return {**plain, **named, "source": statements(self.places[place].source)}

    def values(self, place: int) -> dict[str, Any]:
        """Give what its source captures, by name."""
        words = set(re.findall(r"\w+", "\n".join(statements(self.places[place].source))))
        captured = self.captured(place)
        return {name: captured.digest(name) for name in captured.names if name in words}

    def imports(self, place: int) -> dict[str, bytes]:
        """Give what stands in the modules of the user's that it imports."""
        return {name: self.modules[name] for name in sorted(reached(self.captured(place).modules, self.modules))}

    def types(self, place: int) -> frozenset[bytes]:
        """Give the types that what comes in may be of, where its channels do not say of which it is."""
        untyped = any(way == "in" and not channel.codec.type_name for (way, _), channel in self.ends(place))
        return self.captured(place).types() if untyped or self.places[place].served else frozenset()

    def wires(self, place: int) -> dict[End, Any]:
        """Give what its channels are, and where they lead."""
        return {end: self._wire(end, channel, place) for end, channel in self.ends(place)}

    def _wire(self, end: End, channel: ChannelSpec, place: int) -> Any:
        other = channel.receiver if end[0] == "out" else channel.sender
        plain = self._bare(msgspec.to_builtins(channel), place)
        for field in ("id", "name", "output", "input"):
            del plain[field]
        return plain, self.clusters.get(other, 1)

    def _bare(self, plain: Any, place: int) -> Any:
        """Give plain data without what does not count."""
        if isinstance(plain, list):
            return [self._bare(each, place) for each in cast("list[Any]", plain)]
        if not isinstance(plain, dict):
            return plain
        known = cast("dict[str, Any]", plain)
        return {
            key: self.captured(place).digest(value) if key in NAMED and value else self._bare(value, place)
            for key, value in known.items()
            if key not in WRITTEN_AT
        }


def change(old: Laid, new: Laid, over: Collection[int] = (), taken: Collection[int] = ()) -> Change:
    """Compare what runs with what is to run; `over` says who has ended, `taken` which numbers places ever had."""
    laid = _renumbered(new, _places(old, new, taken))
    shared = [place for place in laid.places if place in old.places and laid.places[place].kind != "external"]
    reasons = {place: why for place in shared if (why := _reason(old, laid, place))}
    while crossed := _crossed(old, laid, [place for place in shared if place not in reasons]):
        reasons |= dict.fromkeys(crossed, "its channels")
    staying = [place for place in shared if place not in reasons]
    laid = Laid(_wired(old, laid, staying), laid.clusters, new.modules)
    common = [peer for peer in laid.peers if peer in old.peers and location_of(peer) in shared]
    replaced = {peer: reasons.get(location_of(peer), "") or ENDED for peer in common}
    kept = tuple(peer for peer in common if location_of(peer) in staying and peer not in over)
    return Change(
        program=laid.program,
        clusters=laid.clusters,
        peers=laid.peers,
        replaced={peer: why for peer, why in replaced.items() if peer not in kept},
        kept=kept,
        added=tuple(peer for peer in laid.peers if peer not in common),
        removed=tuple(peer for peer in old.peers if peer not in common),
        slots={place: _renamed(old, laid, place) for place in staying},
    )


# ------------------------------------------------------------ numbers


def _places(old: Laid, new: Laid, taken: Collection[int]) -> dict[int, int]:
    """Give each place the number of the one that was made where it is made, else of its namesake, else a new one.

    Of several that have one marker, the name says only which comes first.
    """
    fresh = count(1 + max((*old.places, *taken), default=-1))
    found: dict[int, int] = {}
    for key_of in (_origin, _name):
        known = {key_of(place): place.id for place in old.places.values() if place.id not in found.values()}
        found |= {
            place.id: known[key_of(place)]
            for place in new.places.values()
            if place.id not in found and key_of(place) in known
        }
    return {place: found[place] if place in found else next(fresh) for place in new.places}


def _origin(place: LocationProgram) -> tuple[str, str, str]:
    """Give what it is and where it was made; clients may be called otherwise now."""
    return place.kind, place.slot, "" if place.kind == "external" else place.name.partition("#")[0]


def _name(place: LocationProgram) -> tuple[str, str]:
    return place.kind, place.name


def _renumbered(new: Laid, places: Mapping[int, int]) -> Laid:
    program = _with(
        new.program,
        locations=tuple(_moved(each, places) for each in new.program.locations),
        channels=tuple(
            replace(each, sender=places[each.sender], receiver=places[each.receiver]) for each in new.program.channels
        ),
        captures={places[place]: payload for place, payload in new.program.captures.items()},
    )
    # a cluster on which nothing runs is no place of the program
    clusters = {places[place]: count for place, count in new.clusters.items() if place in places}
    return Laid(program, clusters, new.modules)


def _moved(place: LocationProgram, places: Mapping[int, int]) -> LocationProgram:
    members = tuple(replace(each, cluster=places[each.cluster]) for each in place.members)
    return replace(place, id=places[place.id], members=members)


def _with(program: P, **changes: Any) -> P:
    return dataclasses.replace(cast("Any", program), **changes)


# ------------------------------------------------------------ who changes


def _reason(old: Laid, new: Laid, place: int) -> str:
    """Say what of a location has changed, if anything has."""
    if old.places[place].name != new.places[place].name:
        return "its name"
    if old.code(place) != new.code(place):
        return "its code"
    was, now = old.values(place), new.values(place)
    if changed := [name for name in now if was.get(name) != now[name]]:
        return f"what it captures: {', '.join(f'`{name}`' for name in changed)}"
    known = {name: text for name, text in new.imports(place).items() if name in old.modules}
    if changed := [name for name, text in known.items() if not alike(old.modules[name], text)]:
        return f"what it imports: {', '.join(f'`{name}`' for name in changed)}"
    if old.wires(place) != new.wires(place):
        return "its channels"
    return "" if new.types(place) <= old.types(place) else "the types that it may receive"


def _crossed(old: Laid, new: Laid, staying: Collection[int]) -> set[int]:
    """Give those that would stay but whose channels lead to other ends of each other."""
    pairs = _between(old, staying)
    return {
        each
        for channel in _between(new, staying).values()
        if _pair_of(channel) not in map(_pair_of, pairs.values())
        for each in (channel.sender, channel.receiver)
    }


def _between(laid: Laid, staying: Collection[int]) -> dict[int, ChannelSpec]:
    return {each.id: each for each in laid.program.channels if each.sender in staying and each.receiver in staying}


def _pair_of(channel: ChannelSpec) -> tuple[int, str, int, str]:
    return channel.sender, channel.output, channel.receiver, channel.input


# ------------------------------------------------------------ channels and slots


def _wired(old: Laid, new: Laid, staying: Sequence[int]) -> Program:
    """Give each channel that a staying process has the number that it has there; all others get new ones."""
    known = {(place, end): channel.id for place in staying for end, channel in old.ends(place)}
    fresh = 1 + max((channel.id for channel in old.program.channels), default=-1)
    made: list[ChannelSpec] = []
    for channel in new.program.channels:
        ends = (channel.sender, ("out", channel.output)), (channel.receiver, ("in", channel.input))
        number = next((known[end] for end in ends if end in known), None)
        made.append(replace(channel, id=fresh if number is None else number))
        fresh += number is None
    return _with(new.program, channels=tuple(made))


def _renamed(old: Laid, new: Laid, place: int) -> dict[str, str]:
    """Give what the nodes of a location that stays were called, and what they are called now."""
    was, now = old.places[place], new.places[place]
    found = {was.slot: now.slot}
    for names, others in ((was.names, now.names), (was.skipping, now.skipping)):
        found |= {slot: others[name] for name, slot in names.items()}
    attributes = {attribute: slot for slot, attribute in now.watch.items()}
    found |= {slot: attributes[attribute] for slot, attribute in was.watch.items()}
    for one, other in ((was.sources, now.sources), (was.futures, now.futures), (was.served, now.served)):
        found |= {each.slot: again.slot for each, again in zip(one, other, strict=True)}
    found |= {each.slot: again.slot for each, again in zip(was.sidecars, now.sidecars, strict=True)}
    ends = dict(new.ends(place))
    return found | {channel.edge: ends[end].edge for end, channel in old.ends(place)}
