"""Claims about functions, tried on the values that executions bring: a proof may be wrong.

Generated code tells of each use of a function of which something is claimed, in some executions of a search. The
function is then applied again, to copies and in a copy of its own, so that nothing that a program does is disturbed
and nothing is chosen for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import cast

from hydro_nb.ir.func import Func
from hydro_nb.ir.graph import Graph
from hydro_nb.ir.node import Bound, Node
from hydro_nb.ir.ops.element import ElementOp, Map
from hydro_nb.ir.ops.fold import Proved
from hydro_nb.ir.ops.sink import ForEach
from hydro_nb.sim.apart import apart
from hydro_nb.sim.claims import Growing, Law
from hydro_nb.sim.drivers import Driver, Repeat, Replay
from hydro_nb.sim.effects import Effects
from hydro_nb.sim.gathering import Gathering

_ALL = 32
"""Executions at the begin of a search in each of which claims are tried; later ones are more and more rare."""


class Laws:
    """All claims of one flow that are tried, and in which executions."""

    def __init__(self, graph: Graph) -> None:
        self._laws = [op.trial for op in _carriers(graph) if isinstance(op.trial, Law)]
        self._number, self._listening = 0, False

    def begin(self) -> None:
        """Begin a search."""
        self._number = 0
        for law in self._laws:
            law.spent = law.goes_on = 0

    def start(self, driver: Driver) -> None:
        """Begin an execution: one that is run again to be looked at has all that was tried in it."""
        if not self._laws:
            return
        again = isinstance(driver, Replay)
        listening = again or (not isinstance(driver, Repeat) and self._is_next())
        if listening or self._listening:
            self._listening = listening
            for law in self._laws:
                law.start(listening=listening, again=again)

    def _is_next(self) -> bool:
        """Take the first executions, and after that as many of each twice as many."""
        self._number += 1
        return self._number < _ALL or self._number % (1 << (self._number.bit_length() - 5)) == 0


def tried(graph: Graph) -> Graph:
    """Let all claims of a flow be tried that can be; gives the flow, which is changed.

    >>> tried(Graph("empty")).nodes
    {}
    """
    for slot, node in graph.nodes.items():
        law = _law_of(node)
        if law:
            graph.nodes[slot] = replace(node, op=replace(cast("Map", node.op), trial=law))
    return graph


def _carriers(graph: Graph) -> Iterator[Proved | ElementOp | ForEach]:
    return (node.op for node in graph.nodes.values() if isinstance(node.op, Proved | ElementOp | ForEach))


def _law_of(node: Node) -> Law | None:
    """Give what tries the claims of an operator, where it makes one that can be tried."""
    op = node.op
    if isinstance(op, Proved) and not op.function.references:
        return _made(Gathering, node, op.function, ("commutative", "idempotent", "monotone"))
    if isinstance(op, Map) and node.input_kinds[0].bound is Bound.MONOTONIC and not op.function.references:
        return _made(Growing, node, op.function, ("order_preserving",))
    if isinstance(op, ElementOp | ForEach) and any(each.mutable for each in op.function.references):
        return _made(Effects, node, op.function, ("commutative", "idempotent"))
    return None


def _made(kind: type[Law], node: Node, function: Func, names: Iterable[str]) -> Law | None:
    given = {name: getattr(node.op, name) for name in names}
    claims = {name: proof for name, proof in given.items() if proof and not proof.unchecked}
    own = apart(function) if claims else None
    return kind(node, claims, own) if own else None
