"""The graph that a flow builds: nodes in slots, places, and cells that replace what they made before.

A slot is named by the cell that made it, the operator and its ordinal in that cell, so that a cell run again puts its
nodes where the old ones stood and edges from other cells stay attached.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from hydro_nb.errors import GraphError, Site, StaleError
from hydro_nb.ir.check import Fault, explain
from hydro_nb.ir.consistency import with_consistency
from hydro_nb.ir.hooked import require_unbound
from hydro_nb.ir.node import Kind, Node, Op, Place, Ref
from hydro_nb.ir.refer import held_references, require_member, require_usable
from hydro_nb.ir.same import same_node

SCRIPT = "main"
"""The cell key of everything that is built outside a cell."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a cell's run did to the graph, by slot."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def touched(self) -> tuple[str, ...]:
        """The slots that are worth showing."""
        return self.added + self.changed


@dataclass(slots=True)
class _Saved:
    """The graph before a cell ran, to go back to."""

    cell: str
    nodes: dict[str, Node]
    places: dict[str, Place]
    ordinals: Counter[str]
    made: set[str]
    given: dict[str, tuple[_Given, ...]]
    bound: dict[_Name, str]
    used: dict[str, dict[str, _Name]]


_Name = tuple[str, str]
"""A cell, and the name of a variable that it binds to a collection."""


@dataclass(frozen=True, slots=True)
class _Given:
    """An input that a node was given after it was made, and the cell that gave it."""

    cell: str
    ref: Ref
    kind: Kind


class Graph:
    """Nodes and places by slot.

    >>> Graph("demo").nodes
    {}
    """

    def __init__(self, name: str = "flow", variable: str = "flow") -> None:
        self.name = name
        self.variable = variable
        """in which the user holds the flow"""
        self.debug = False
        """whether functions are stopped where they change an element"""
        self.nodes: dict[str, Node] = {}
        self.places: dict[str, Place] = {}
        self.revision = 0
        self._gone: dict[str, Site] = {}
        """where the nodes stood that their cells no longer make"""
        self._undone: dict[str, Site] = {}
        """where the nodes and places stood that were taken back as their cells failed"""
        self._cell = SCRIPT
        self._ordinals: Counter[str] = Counter()
        self._made: set[str] = set()
        self._given: dict[str, tuple[_Given, ...]] = {}
        """by slot, the inputs of nodes that have none when they are made"""
        self._bound: dict[_Name, str] = {}
        """the slot of what each name is bound to"""
        self._used: dict[str, dict[str, _Name]] = {}
        """by slot: the inputs that it has from other cells, by slot, with the names that they had when it was made"""
        self._stack: list[_Saved] = []

    # ------------------------------------------------------------ building

    def place(
        self,
        kind: Literal["process", "cluster", "external", "tick"],
        site: Site,
        *,
        tag: type | None = None,
        parent: Place | None = None,
        what: str = "",
        after: str = "",
    ) -> Place:
        """Add a place, or put it where this cell put it when it last ran."""
        slot = self._slot(kind)
        number = self._number(slot) if parent is None else 0
        place = Place(slot, kind, number, tag, parent, site, what, after)
        self.places[slot] = place
        return place

    def _number(self, slot: str) -> int:
        """Give the number that this place had before the running cells, or one that no place has or had then."""
        known = {slot: place for saved in self._stack for slot, place in saved.places.items()} | self.places
        if slot in known:
            return known[slot].number
        return 1 + max((place.number for place in known.values() if place.parent is None), default=-1)

    def add(self, op: Op, inputs: Sequence[Ref], site: Site, method: str = "") -> Node:
        """Add an operator on `inputs`; raises what its rule finds wrong, at the user's line, of the method called."""
        kinds = tuple(self.kind(ref, site) for ref in inputs)
        held = {each: self.kind(Ref(each.slot), site) for each in held_references(op)}
        try:
            outputs = with_consistency(op, kinds, op.kinds(kinds), held.values())
            require_usable(op, kinds, held)
            require_member(op, kinds, outputs)
        except Fault as fault:
            raise explain(self, fault, op, inputs, site, method=method) from None
        require_unbound(self.nodes.values(), op, site)
        for kind in outputs:
            self.require_kept(kind.place.root.slot, site)
        slot = self._slot(op.name)
        node = Node(slot, op, tuple(inputs), outputs, site, kinds, tuple(held), tuple(held.values()))
        self.nodes[slot] = node
        self._bind(node)
        if given := self._still_given(node):
            self._feed(slot, given)
        self.revision += 1
        return self.nodes[slot]

    def _bind(self, node: Node) -> None:
        """Note what a node is called where it is made, and what its inputs are called in other cells."""
        if node.site.name:
            self._bound[self._cell, node.site.name] = node.slot
        used: dict[str, _Name] = {}
        for ref in node.inputs:
            cell = ref.slot.partition(".")[0]
            name = cell, self.nodes[ref.slot].site.name
            if cell != self._cell and self._bound.get(name) == ref.slot:
                used[ref.slot] = name
        self._used[node.slot] = used

    def give(self, slot: str, ref: Ref) -> None:
        """Give a node one more input, until the cell that does so runs again; the node may be made again meanwhile."""
        given = _Given(self._cell, ref, self.kind(ref))
        self._feed(slot, (*self._given.get(slot, ()), given))
        self.revision += 1

    def hook(self) -> str:
        """Give a slot to a hook of a simulated test: the one that it had when this cell last ran."""
        return self._slot("sim_hook")

    def _still_given(self, node: Node) -> tuple[_Given, ...]:
        """Give what other cells have given to the node that stood in this slot, if it fits the new one."""
        given = self._given.pop(node.slot, ())
        try:
            return given if given and node.op.kinds([each.kind for each in given]) else ()
        except Fault:
            return ()  # it is open again, which is said when the flow is to run

    def _feed(self, slot: str, given: tuple[_Given, ...]) -> None:
        self._given[slot] = given
        if slot in self.nodes:
            refs, kinds = tuple(each.ref for each in given), tuple(each.kind for each in given)
            self.nodes[slot] = replace(self.nodes[slot], inputs=refs, input_kinds=kinds)

    def _slot(self, kind: str) -> str:
        ordinal = self._ordinals[f"{self._cell}.{kind}"]
        self._ordinals[f"{self._cell}.{kind}"] += 1
        slot = f"{self._cell}.{kind}.{ordinal}"
        self._made.add(slot)
        return slot

    # ------------------------------------------------------------ reading

    def kind(self, ref: Ref, site: Site | None = None) -> Kind:
        """Give the kind of one output; raises `StaleError` where its node is gone."""
        node = self.nodes.get(ref.slot)
        if node is None or ref.port >= len(node.outputs):
            raise self._missing(ref.slot, site or Site())
        return node.outputs[ref.port]

    def require_kept(self, slot: str, site: Site) -> None:
        """Raise `StaleError` where a place was taken back, as its cell failed."""
        if slot in self._undone and slot not in self.places:
            raise self._missing(slot, site)

    def _missing(self, slot: str, site: Site) -> StaleError:
        """Say why something is not there: its cell failed, or makes it no longer."""
        why, made = "that its cell no longer makes", self._gone.get(slot, Site())
        remedy = "Run the cells between the two again, in order."
        if slot in self._undone:
            why, made = "whose cell failed, so that it was taken back", self._undone[slot]
            remedy = "Mend the first of these cells and run it again."
        lines = [f"this uses the result of a `{slot.split('.')[1]}` {why}."]
        lines += [f"{how}   {place}" for how, place in (("made at", made), ("used at", site)) if place.cell]
        return StaleError("\n  ".join([*lines, remedy]))

    def consumers(self, slot: str, port: int | None = None) -> Iterator[tuple[Node, int]]:
        """Iterate over (node, input index) of every edge that leaves `slot` (or one of its ports)."""
        for node in self.nodes.values():
            for index, ref in enumerate(node.inputs):
                if ref.slot == slot and port in (None, ref.port):
                    yield node, index

    def copy(self) -> Graph:
        """Give the graph as it is now, which no cell changes any more."""
        made = Graph(self.name, self.variable)
        made.debug, made.revision = self.debug, self.revision
        made.nodes, made.places, made._gone = dict(self.nodes), dict(self.places), dict(self._gone)
        return made

    def display_name(self, place: Place) -> str:
        """Name a location as logs do: its marker, numbered where shared, or its kind and number."""
        place = self.places.get(place.root.slot, place.root)
        if place.after in self.places:
            return self._version_name(place)
        if place.tag is None:
            return f"{place.kind} {place.number}"
        twins = sorted(
            p.number
            for p in self.places.values()
            if p.parent is None and not p.after and p.tag and p.tag.__name__ == place.tag.__name__
        )
        rank = twins.index(place.number) + 1 if place.number in twins else 1
        return place.tag.__name__ if rank == 1 else f"{place.tag.__name__}#{rank}"

    def _version_name(self, place: Place) -> str:
        """Name a version after the first: `Worker v2`."""
        number = 1
        while place.after in self.places:
            place, number = self.places[place.after], number + 1
        return f"{self.display_name(place)} v{number}"

    def stale(self) -> dict[str, str]:
        """Give the slots whose inputs are gone or have changed their kind, with the reason for each."""
        reasons: dict[str, str] = {}
        for node in self.nodes.values():
            for reason in (*self._stale_inputs(node, reasons), *self._stale_references(node, reasons)):
                reasons[node.slot] = reason
            if any(kind.place.clock.slot not in self.places for kind in node.outputs):
                reasons.setdefault(node.slot, "its location is no longer made")
        return reasons

    def _stale_inputs(self, node: Node, known: Mapping[str, str]) -> Iterator[str]:
        for ref, built_on in zip(node.inputs, node.input_kinds, strict=True):
            source = self.nodes.get(ref.slot)
            if source is None or ref.port >= len(source.outputs):
                yield f"its input `{built_on.shape}` is no longer made"
            elif not source.outputs[ref.port].same_form(built_on):
                yield f"its input changed: {source.site}"
            elif ref.slot in known:
                yield known[ref.slot]
            elif (name := self._used.get(node.slot, {}).get(ref.slot)) and (why := self._rebound(name, source)):
                yield why

    def _rebound(self, name: _Name, source: Node) -> str:
        """Say where a name stands for another collection than the one that was used by it; empty where it does not."""
        slot = self._bound.get(name)
        if slot is not None and slot != source.slot:
            return f"`{name[1]}` is another collection now: {self.nodes[slot].site}"
        renamed = slot is None and source.site.name
        return f"`{name[1]}` is called `{source.site.name}` now: {source.site}" if renamed else ""

    def _stale_references(self, node: Node, known: Mapping[str, str]) -> Iterator[str]:
        for held, built_on in zip(node.references, node.reference_kinds, strict=True):
            source = self.nodes.get(held.slot)
            if source is None:
                yield "a collection that its function refers to is no longer made"
            elif not source.outputs[0].same_form(built_on):
                yield f"a collection that its function refers to changed: {source.site}"
            elif held.slot in known:
                yield known[held.slot]

    def require_fresh(self) -> None:
        """Raise `StaleError` with every line that must run again."""
        reasons = self.stale()
        if not reasons:
            return
        # what a look at a collection adds has no line of its own, and stands on something that has
        slots = [slot for slot in reasons if self.nodes[slot].site.cell] or list(reasons)
        lines = "\n".join(f"  {self.nodes[slot].site}   ({reasons[slot]})" for slot in slots)
        one = len(slots) == 1
        many = "1 operator stands" if one else f"{len(slots)} operators stand"
        again = "its cell" if one else "their cells"
        raise StaleError(f"{many} on something that has changed.\n{lines}\n  Run {again} again.")

    # ------------------------------------------------------------ cells

    def begin(self, cell: str) -> None:
        """Start a run of `cell`: what it made before is taken back, and what it makes from now on takes its place."""
        saved = (dict(self.nodes), dict(self.places), Counter(self._ordinals), self._made, dict(self._given))
        self._stack.append(_Saved(self._cell, *saved, dict(self._bound), dict(self._used)))
        self._cell = cell_name(cell)
        self._made = set()
        prefix = f"{self._cell}."
        self.nodes = {slot: node for slot, node in self.nodes.items() if not slot.startswith(prefix)}
        self.places = {slot: place for slot, place in self.places.items() if not slot.startswith(prefix)}
        for slot, given in self._given.items():
            if any(each.cell == self._cell for each in given):
                self._feed(slot, tuple(each for each in given if each.cell != self._cell))
        for key in [key for key in self._ordinals if key.startswith(prefix)]:
            del self._ordinals[key]
        self._bound = {name: slot for name, slot in self._bound.items() if name[0] != self._cell}

    def commit(self) -> Change:
        """End the run, and say what it changed."""
        saved = self._pop()
        prefix, made = f"{self._cell}.", self._made
        self.nodes = _in_place(self.nodes, saved.nodes, prefix)
        gone = tuple(s for s in (*saved.nodes, *saved.places) if s.startswith(prefix) and s not in made)
        self._gone.update((slot, saved.nodes[slot].site) for slot in gone if slot in saved.nodes)
        self._undone = {slot: site for slot, site in self._undone.items() if not slot.startswith(prefix)}
        self._used = {slot: used for slot, used in self._used.items() if slot in self.nodes}
        added = tuple(s for s in self.nodes if s in made and s not in saved.nodes)
        again = [slot for slot in self.nodes if slot in made and slot in saved.nodes]
        changed = tuple(slot for slot in again if not same_node(self.nodes[slot], saved.nodes[slot]))
        self._cell, self._made = saved.cell, saved.made
        self.revision += 1
        return Change(added, changed, gone)

    def rollback(self) -> None:
        """End the run and leave the graph as it was before it."""
        saved = self._pop()
        made, before = self.places | self.nodes, saved.places | saved.nodes
        self._undone.update((slot, each.site) for slot, each in made.items() if slot not in before)
        self.nodes, self.places, self._ordinals, self._given = saved.nodes, saved.places, saved.ordinals, saved.given
        self._bound, self._used = saved.bound, saved.used
        self._cell, self._made = saved.cell, saved.made
        self.revision += 1

    def drop(self, cell: str) -> Change:
        """Take back everything that `cell` made, as when it is deleted."""
        self.begin(cell)
        return self.commit()

    def _pop(self) -> _Saved:
        if not self._stack:
            raise GraphError("no cell is running on this flow, so there is nothing to end.")
        return self._stack.pop()


def cell_name(cell: str) -> str:
    """Give what a cell is called in the names of slots; what is made outside of all cells has a name of its own.

    >>> cell_name("step 1"), cell_name("main")
    ('step-1', 'main-')
    """
    plain = re.sub(r"[^A-Za-z0-9_-]", "-", cell)
    return f"{plain}-" if plain in ("", SCRIPT) else plain


def _in_place(nodes: dict[str, Node], before: dict[str, Node], prefix: str) -> dict[str, Node]:
    """Put the nodes of a cell that ran again where those of its last run stood: the order of the program is kept."""
    first = next((number for number, slot in enumerate(before) if slot.startswith(prefix)), len(before))
    above = [slot for slot in list(before)[:first] if slot in nodes]
    own = [slot for slot in nodes if slot.startswith(prefix)]
    return {slot: nodes[slot] for slot in (*above, *own, *nodes)}
