"""Claims about functions, tried on the values that executions bring: a proof may be wrong.

Generated code tells of each use of a function of which something is claimed, in some executions of a search. The
function is then applied again, to copies and in a copy of its own, so that nothing that a program does is disturbed
and nothing is chosen for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from hydro_nb.ir.graph import Graph
from hydro_nb.ir.node import Bound, Node
from hydro_nb.ir.ops.element import ElementOp, Map
from hydro_nb.ir.ops.fold import Proof, Proved
from hydro_nb.ir.ops.sink import ForEach
from hydro_nb.sim.drivers import Driver, Repeat, Replay

if TYPE_CHECKING:
    from hydro_nb.sim.claims import Law

Carrier = Proved | ElementOp | ForEach
"""What may carry claims of its function."""
_ALL = 32
"""Executions at the begin of a search in each of which claims are tried; later ones are more and more rare."""


class Laws:
    """All claims of one flow that are tried, and in which executions."""

    def __init__(self, graph: Graph) -> None:
        self._laws = [cast("Law", op.trial) for op in _carriers(graph) if op.trial]
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


def _carriers(graph: Graph) -> Iterator[Carrier]:
    return (node.op for node in graph.nodes.values() if isinstance(node.op, Proved | ElementOp | ForEach))


def _law_of(node: Node) -> Law | None:
    """Give what tries the claims of an operator, where it makes one that can be tried."""
    given = {name: getattr(node.op, name) for name in _claimed(node)}
    claims = {name: proof for name, proof in given.items() if proof and not proof.unchecked}
    return _made(node, claims) if claims else None


def _claimed(node: Node) -> tuple[str, ...]:
    """Name what may be claimed of an operator's function, and be tried."""
    op = node.op
    if isinstance(op, Proved) and not op.function.references:
        return "commutative", "idempotent", "monotone"
    if isinstance(op, Map) and node.input_kinds[0].bound is Bound.MONOTONIC and not op.function.references:
        return ("order_preserving",)
    if isinstance(op, ElementOp | ForEach) and any(each.mutable for each in op.function.references):
        return "commutative", "idempotent"
    return ()


def _made(node: Node, claims: dict[str, Proof]) -> Law | None:
    from hydro_nb.sim.apart import apart
    from hydro_nb.sim.claims import Growing
    from hydro_nb.sim.effects import Effects
    from hydro_nb.sim.gathering import Gathering

    op = cast("Carrier", node.op)
    kind = Gathering if isinstance(op, Proved) else Growing if "order_preserving" in claims else Effects
    own = apart(op.function)
    return kind(node, claims, own) if own else None
