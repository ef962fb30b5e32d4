"""A program made ready to start: who runs where, on which endpoints, in which epochs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from hydro_nb.errors import DeployError
from hydro_nb.wire import (
    MEMBER_BITS,
    Bootstrap,
    ChannelSpec,
    Connect,
    Listening,
    LocationProgram,
    PeerJoined,
    Resident,
    ServedSpec,
    Watch,
    location_of,
    member_of,
    peer,
)

if TYPE_CHECKING:
    from hydro_nb.deploy.keys import KeyRing

MOST_MEMBERS = 1 << MEMBER_BITS


class Program(Protocol):
    """What is deployed; `hydro_nb.compile.program.Program` is one."""

    @property
    def name(self) -> str:
        """The flow's name."""
        ...

    @property
    def locations(self) -> tuple[LocationProgram, ...]:
        """One generated source per location; external ones have none."""
        ...

    @property
    def channels(self) -> tuple[ChannelSpec, ...]:
        """Every channel between two locations."""
        ...

    @property
    def captures(self) -> dict[int, bytes]:
        """Per location, its captured values by cloudpickle."""
        ...

    def watching(self, slots: Collection[str]) -> Mapping[int, Watch]:
        """Give what lets each location tell some of what these operators give, by its number."""
        ...


@dataclass
class Plan:
    """The processes and external ends of a program, with endpoints and epochs; another program may take over."""

    program: Program
    peers: dict[int, LocationProgram]
    """every process, of a location or of a member of one, by its number"""
    channels: tuple[ChannelSpec, ...]
    """every channel between two of them, or with a client"""
    endpoints: dict[int, str]
    control: str
    token: bytes = field(repr=False)
    max_buffer: int
    epochs: dict[int, int]
    cwd: str
    path: list[str]
    groups: tuple[tuple[int, ...], ...]
    """who starts together in one OS process: one peer, or several; who is started again has one of its own"""
    ring: KeyRing | None = field(default=None, repr=False)
    """where the sockets are TCP"""
    former: dict[int, str] = field(default_factory=dict[int, str])
    """who was part of an earlier program, with what is said of it"""
    numbers: dict[tuple[int, str, int], int] = field(default_factory=dict[tuple[int, str, int], int])
    """by process, name of its port, and which one it is of those with this name: where it listens"""

    @property
    def external_channels(self) -> tuple[ChannelSpec, ...]:
        """The channels with a client at one end."""
        return external_channels(self.program, self.channels)

    @cached_property
    def near(self) -> dict[int, set[int]]:
        """Who talks to whom, by a channel in either direction."""
        found: dict[int, set[int]] = {}
        for each in self.channels:
            found.setdefault(each.sender, set()).add(each.receiver)
            found.setdefault(each.receiver, set()).add(each.sender)
        return found

    def become(self, program: Program, clusters: Mapping[int, int]) -> None:
        """Let another program take over, for whoever is started from now on; who is no more keeps its epochs."""
        before, self.peers = self.peers, peers_of(program, clusters)
        self.program, self.channels = program, links(program, clusters)
        self.__dict__.pop("near", None)
        self._tell_apart()
        for each in before.keys() - self.peers.keys():
            del self.endpoints[each]
            self.former[each] = f"process `{before[each].title(member_of(each))}` is no longer part of the flow"
        if self.ring is not None:
            self.ring.near = self.near

    def renew(self, number: int, endpoint: str) -> None:
        """Give a peer that is started, or started again, an endpoint, its next epoch, and keys of its own."""
        self.epochs[number] = self.epochs.get(number, 0) + 1
        self.former.pop(number, None)
        self.endpoints[number] = endpoint
        if self.ring is not None:
            self.ring.renew(number)

    def bound(self, number: int, endpoint: str) -> None:
        """Note what the clients, or the process of a peer, got when they asked for any port."""
        if self.ring is not None:
            self.endpoints[number] = endpoint

    @property
    def connect(self) -> Connect:
        """What is said when all are bound."""
        return Connect({} if self.ring is None else dict(self.endpoints))

    def joined(self, number: int, other: int) -> PeerJoined:
        """Give what another peer is told of one that is started again: where it is, if they talk to each other."""
        near = other in self.near.get(number, ())
        key = self.ring.key_of(number) if near and self.ring is not None else b""
        return PeerJoined(number, self.endpoints[number] if near else "", self.epochs[number], key)

    def bootstrap(self, number: int, gone: Mapping[int, str] = {}) -> Bootstrap:
        """Give what the child of this peer is told first; `gone` says who is not there, and why."""
        mine = tuple(c for c in self.channels if number in (c.sender, c.receiver))
        return Bootstrap(
            residents=(Resident(self._again(number), number, mine),),
            endpoints={each: endpoint for each, endpoint in self.endpoints.items() if each not in gone},
            epochs=self.epochs,
            control=self.control,
            token=self.token,
            path=self.path,
            cwd=self.cwd,
            max_buffer=self.max_buffer,
            gone={**self.former, **gone},
            keys=self.ring and self.ring.keys([number], gone),
        )

    def listens(self, event: Listening) -> None:
        """Note where a process listens: in its next life it does so there again."""
        for each, known_by in self._served(event.location):
            if each.slot == event.slot:
                self.numbers[known_by] = event.port

    def _served(self, number: int) -> Iterator[tuple[ServedSpec, tuple[int, str, int]]]:
        """Give the ports of a process, each with what it is known by."""
        for at, each in enumerate(served := self.peers[number].served):
            yield each, (number, each.name, sum(other.name == each.name for other in served[:at]))

    def _again(self, number: int) -> LocationProgram:
        served = [replace(each, usual=self.numbers.get(known_by, 0)) for each, known_by in self._served(number)]
        return replace(self.peers[number], served=tuple(served)) if served else self.peers[number]

    def _tell_apart(self) -> None:
        """Forget where ports listen that share a name: which of them is which is not known of another program."""
        now = (known_by for number in self.peers for _, known_by in self._served(number))
        shared = {known_by[:2] for known_by in (*self.numbers, *now) if known_by[2]}
        self.numbers = {known_by: port for known_by, port in self.numbers.items() if known_by[:2] not in shared}

    def shared(self, group: Sequence[int]) -> Bootstrap:
        """Give what the child of these peers is told first."""
        each = [self.bootstrap(number) for number in group]
        keys = self.ring and self.ring.keys(group, ())
        return replace(each[0], residents=tuple(boot.residents[0] for boot in each), keys=keys)

    def captures(self, number: int) -> bytes:
        """Give the captured values of this peer's location."""
        return self.program.captures.get(location_of(number), b"")


def make_plan(
    program: Program,
    clusters: Mapping[int, int],
    endpoint: Callable[[str], str],
    token: bytes,
    max_buffer: int,
    colocate: Sequence[Sequence[int]] = (),
) -> Plan:
    """Lay a program out on this machine: `clusters` gives their sizes, `endpoint` names a socket.

    The peers of each entry of `colocate` share an OS process.
    """
    check_runnable(program, clusters, max_buffer)
    external = endpoint("x")
    peers = peers_of(program, clusters)
    groups = _groups(peers, colocate)
    endpoints = {
        each: endpoint(f"p{location_of(group[0])}.{member_of(group[0])}") for group in groups for each in group
    }
    endpoints |= {place.id: external for place in program.locations if place.kind == "external"}
    return Plan(
        program=program,
        peers=peers,
        channels=links(program, clusters),
        endpoints=endpoints,
        control=endpoint("c"),
        token=token,
        max_buffer=max_buffer,
        epochs=dict.fromkeys(endpoints, 1),
        cwd=str(Path.cwd()),
        path=[str(Path.cwd()) if entry == "" else entry for entry in sys.path],
        groups=groups,
    )


def _groups(peers: Iterable[int], colocate: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    """Give who starts together: the given ones, and everybody else alone, in the order of the first of each."""
    together = {each: tuple(group) for group in colocate for each in group}
    return tuple(dict.fromkeys(together.get(each, (each,)) for each in peers))


def peers_of(program: Program, clusters: Mapping[int, int]) -> dict[int, LocationProgram]:
    """Give every process of a program, of a location or of a member of one."""
    places = [place for place in program.locations if place.kind != "external"]
    return {peer(place.id, n): place for place in places for n in range(clusters.get(place.id, 1))}


def links(program: Program, clusters: Mapping[int, int]) -> tuple[ChannelSpec, ...]:
    """Give a channel for every two peers that an edge is between."""
    return tuple(
        edge.between(sender, receiver)
        for edge in program.channels
        for sender in range(clusters.get(edge.sender, 1))
        for receiver in range(clusters.get(edge.receiver, 1))
    )


def check_runnable(program: Program, clusters: Mapping[int, int], max_buffer: int) -> None:
    """Refuse what cannot run."""
    if all(place.kind == "external" for place in program.locations):
        raise DeployError(
            f"flow `{program.name}` has no process to run: add one with `flow.process()` and give it something to do"
        )
    for place in program.locations:
        if place.kind == "cluster" and not 1 <= clusters.get(place.id, 0) < MOST_MEMBERS:
            raise DeployError(_unsized(place, clusters.get(place.id)))
    if max_buffer < 1:
        raise DeployError(f"max_buffer={max_buffer}: a channel needs room for at least one byte")


def _unsized(place: LocationProgram, given: int | None) -> str:
    if given is None:
        text = f"cluster `{place.name}` was given no size: say how many members it has when it is deployed"
    else:
        text = f"cluster `{place.name}` was given {given} members; it needs at least 1, and less than {MOST_MEMBERS}"
    key = place.tag if place.tag != "_" else "cluster"
    return f'{text}.\n  In Python: flow.deploy(clusters={{{key}: 3}}). In a cell: --cluster "{place.name}=3"'


def external_channels(program: Program, channels: tuple[ChannelSpec, ...]) -> tuple[ChannelSpec, ...]:
    """Give the channels of a program that have a client at one end."""
    outside = {place.id for place in program.locations if place.kind == "external"}
    return tuple(c for c in channels if c.sender in outside or c.receiver in outside)
