"""A program made ready to start: who runs where, on which endpoints, in which epochs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from hydro_nb.errors import DeployError
from hydro_nb.wire import Bootstrap, ChannelSpec, LocationProgram


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


@dataclass(frozen=True)
class Plan:
    """The processes and external ends of a program, with endpoints and epochs."""

    program: Program
    endpoints: dict[int, str]
    control: str
    token: bytes = field(repr=False)
    max_buffer: int
    epochs: dict[int, int]
    cwd: str
    path: list[str]

    @property
    def processes(self) -> list[LocationProgram]:
        """The locations that become processes."""
        return [place for place in self.program.locations if place.kind == "process"]

    @property
    def external_channels(self) -> tuple[ChannelSpec, ...]:
        """The channels with a client at one end."""
        return external_channels(self.program)

    def bootstrap(self, place: LocationProgram) -> Bootstrap:
        """Give what the child of this location is told first."""
        mine = tuple(c for c in self.program.channels if place.id in (c.sender, c.receiver))
        return Bootstrap(
            program=place,
            channels=mine,
            endpoints=self.endpoints,
            epochs=self.epochs,
            control=self.control,
            token=self.token,
            path=self.path,
            cwd=self.cwd,
            max_buffer=self.max_buffer,
        )

    def captures(self, place: LocationProgram) -> bytes:
        """Give the captured values of this location."""
        return self.program.captures.get(place.id, b"")


def make_plan(program: Program, endpoint: Callable[[str], str], token: bytes, max_buffer: int) -> Plan:
    """Lay a program out on this machine; `endpoint` names a socket."""
    check_runnable(program, max_buffer)
    external = endpoint("x")
    places = program.locations
    endpoints = {p.id: endpoint(f"p{p.id}") if p.kind == "process" else external for p in places}
    return Plan(
        program=program,
        endpoints=endpoints,
        control=endpoint("c"),
        token=token,
        max_buffer=max_buffer,
        epochs={p.id: 1 for p in places},
        cwd=str(Path.cwd()),
        path=[str(Path.cwd()) if entry == "" else entry for entry in sys.path],
    )


def check_runnable(program: Program, max_buffer: int) -> None:
    """Refuse what cannot run."""
    if not any(place.kind == "process" for place in program.locations):
        raise DeployError(
            f"flow `{program.name}` has no process to run: add one with `flow.process()` and give it something to do"
        )
    if max_buffer < 1:
        raise DeployError(f"max_buffer={max_buffer}: a channel needs room for at least one byte")


def external_channels(program: Program) -> tuple[ChannelSpec, ...]:
    """Give the channels of a program that have a client at one end."""
    outside = {place.id for place in program.locations if place.kind == "external"}
    return tuple(c for c in program.channels if c.sender in outside or c.receiver in outside)
