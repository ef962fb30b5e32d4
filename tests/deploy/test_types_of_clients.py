"""What a client sends may be of any class that its port declares, whether or not a function mentions it."""

from __future__ import annotations

import subprocess
import sys

import pytest

CLASSES = """
import enum, typing
from abc import ABC
from dataclasses import dataclass
from hydro_nb import FlowBuilder, TCP, nondet

T = typing.TypeVar("T")

@dataclass
class Inner:
    n: int

@dataclass
class Outer:
    inner: Inner

@dataclass(frozen=True)
class Box(typing.Generic[T]):
    held: T

class Row(typing.NamedTuple):
    inner: Inner

class Level(enum.Enum):
    LOW = 1

class Command(ABC): ...

@dataclass
class Put(Command):
    n: int

@dataclass
class Base:
    n: int

@dataclass
class Derived(Base):
    m: int

class Table(typing.TypedDict):
    row: Inner

@dataclass
class Holder:
    named: "Named"

Named = typing.NewType("Named", Inner)
"""
TYPES = [
    ("Inner", "Inner(1)"),
    ("list[Inner]", "[Inner(1), Inner(2)]"),
    ("dict[str, Inner]", "{'a': Inner(1)}"),
    ("tuple[Inner, ...]", "(Inner(1),)"),
    ("typing.Optional[Inner]", "Inner(1)"),
    ("Inner | int", "Inner(1)"),
    ("typing.Annotated[Inner, 'x']", "Inner(1)"),
    ("Outer", "Outer(Inner(1))"),
    ("Row", "Row(Inner(1))"),
    ("Level", "Level.LOW"),
    ("Box[int]", "Box(1)"),
    ("Box[Inner]", "Box(Inner(1))"),
    ("Named", "Named(Inner(1))"),
    ("list[Named]", "[Inner(1)]"),
    ("Holder", "Holder(Inner(1))"),
    ("Table", "{'row': Inner(1)}"),
    ("Base", "Derived(1, 2)"),
    ("Command", "Put(1)"),
]
ROUNDS = f"""
import sys
flow = FlowBuilder()
home, client = flow.process(), flow.external()
ports = []
for declared, value in [{", ".join(f"({declared}, {value})" for declared, value in TYPES)}]:
    sent, elements = home.source_external(client, declared)
    ports.append((sent, elements.send_external(client), value))
with flow.deploy(backend=sys.argv[1]) as deployment:
    for sent, back, value in ports:
        deployment.connect(sent).send(value)
        came = deployment.connect(back).receive(60)
        assert (came, type(came)) == (value, type(value)), came
    deployment.settle(60)
    assert deployment.problems == []
print("all")
"""
WAYS = """
flow = FlowBuilder()
home, there, client = flow.process(), flow.process(), flow.external()
workers = flow.cluster()
untyped, elements = home.source_external(client)
typed, plain = home.source_external_bincode(client, Outer)
outs = [
    elements.typed(Inner).send(there).send_external(client),
    elements.typed(Inner).broadcast(workers, TCP.fail_stop(), nondet("no matter which")).send_external(client),
    elements.typed(Inner).map(lambda each: (each, each)).typed(tuple[Inner, Inner]).into_keyed().send(there)
        .entries().send_external(client),
    plain.send_external(client),
]
with flow.deploy(clusters={workers: 1}) as deployment:
    deployment.connect(untyped).send(Inner(1))
    deployment.connect(typed).send(Outer(Inner(2)))
    print(*(deployment.connect(out).receive(60) for out in outs), sep="\\n")
    deployment.settle(60)
    assert deployment.problems == []
"""


def ran(program, *args):
    """Run a program as the user would: its classes are those of `__main__`."""
    made = subprocess.run(
        [sys.executable, "-c", program, *args], capture_output=True, text=True, timeout=120, check=False
    )
    assert made.returncode == 0, made.stderr
    return made.stdout.splitlines()


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_all_that_a_port_declares_goes_in_and_out(backend):
    assert ran(CLASSES + ROUNDS, backend) == ["all"]


def test_what_is_declared_anywhere_is_known_at_both_ends_of_every_channel():
    assert ran(CLASSES + WAYS) == [
        "Inner(n=1)",
        "(MemberId::<_>(0), Inner(n=1))",
        "(Inner(n=1), Inner(n=1))",
        "Outer(inner=Inner(n=2))",
    ]
