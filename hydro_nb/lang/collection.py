"""What all live collections have in common: a flow, a reference to one output of one node, and what is known of it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self

from hydro_nb.errors import CaptureError, GraphError, LocationError, Site
from hydro_nb.ir.node import Kind, Op, Ref, Shape
from hydro_nb.ir.ops.gathered import Elements
from hydro_nb.ir.ops.order import AssertConsistency, Weaken
from hydro_nb.ir.refer import held_references
from hydro_nb.lang import quote
from hydro_nb.lang.guarantees import NoConsistency, consistency_of
from hydro_nb.lang.guessed import STREAMS
from hydro_nb.lang.nondet import asks_for, demanded
from hydro_nb.lang.site import called, here

if TYPE_CHECKING:
    from hydro_nb.ir.func import Func, OnError
    from hydro_nb.ir.node import Node
    from hydro_nb.ir.ops.fold import Proof
    from hydro_nb.lang.flow import FlowBuilder
    from hydro_nb.lang.preview import Preview


class Collection:
    """A handle on one output of one node of a flow."""

    shape: ClassVar[Shape]
    classes: ClassVar[dict[Shape, type[Collection]]] = {}

    __slots__ = ("__weakref__", "changes", "flow", "kind", "listed", "ref")

    def __init__(self, flow: FlowBuilder, ref: Ref, kind: Kind) -> None:
        self.flow = flow
        self.ref = ref
        self.kind = kind
        self.listed: Ref | None = None
        """of a stream that functions refer to: the list that holds its elements"""
        self.changes = False
        """whether functions change that list, so that the stream is what is in it"""

    def __init_subclass__(cls, shape: Shape | None = None) -> None:
        super().__init_subclass__()
        if shape is not None:
            cls.shape = shape
            Collection.classes[shape] = cls

    @property
    def location(self) -> Any:
        """The process or tick that it lives on.

        >>> FlowBuilder().process().source_iter([1]).location
        Process[None] (process 0)
        """
        from hydro_nb.lang.location import located

        return located(self.flow, self.kind.place)

    def clone(self) -> Self:
        """Return the same collection: using a collection twice is enough.

        >>> numbers = FlowBuilder().process().source_iter([1])
        >>> numbers.clone() is numbers
        True
        """
        return self

    def weaken_consistency(self) -> Self:
        """Give up that all members of a cluster come to hold the same.

        >>> flow = FlowBuilder()
        >>> flow.process().source_iter([7]).broadcast_closed(flow.cluster()).weaken_consistency().kind.consistency
        <Consistency.NONE: 'NoConsistency'>

        Elements, order, repeats and boundedness stay. Raises `LocationError` on a process.
        """
        return self._grow(Weaken(guarantee="consistency"))

    @asks_for("why")
    def assert_has_consistency_of(self, consistency: type[NoConsistency], why: Proof) -> Self:
        """Claim that all members of a cluster come to hold the same, for a reason that nothing but you knows.

        >>> ids = FlowBuilder().cluster().source_iter([1, 2])
        >>> ids.assert_has_consistency_of(EventualConsistency, proof("a constant")).kind.consistency
        <Consistency.EVENTUAL: 'EventualConsistency'>

        Elements, order, repeats and boundedness stay. Raises `ProofError` without a proof, `LocationError` on a
        process.
        """
        claim = consistency_of(consistency)
        return self._grow(AssertConsistency(demanded(why, "assert_has_consistency_of", here()).reason, claim))

    def preview(self, n: int = 10) -> Preview:
        """Run the flow up to here inside this process, and show the first elements with their guarantees.

        >>> FlowBuilder().process().source_iter([1, 2, 3]).preview(2).rows
        [1, 2]

        A cluster has two members then; what lives on it is shown with the member that has it. Sources are not
        consumed: data is read again, functions of sources are called anew. At most a second passes.
        """
        from hydro_nb.lang.preview import preview

        return preview(self, n)

    def __bool__(self) -> bool:
        """Refuse to be taken for a condition: what it holds is known only when the flow runs."""
        raise GraphError(
            f"a {self.shape} has no value while the flow is built, so it is neither true nor false.\n  {here()}\n"
            "  Let it decide while the flow runs: .filter_if(condition), .filter(f), and_(other), or_(other), not_()."
        )

    def __repr__(self) -> str:
        from hydro_nb.lang.display import describe

        return describe(self)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        from hydro_nb.lang.display import bundle

        return bundle(self)

    def __reduce__(self) -> NoReturn:
        """Refuse to travel to a process inside a user's function: there is nothing to read there."""
        raise CaptureError(
            f"it is a handle on a {self.shape}, which has no value there.\n"
            "  Bring the two together first, such as by .cross_singleton(value), .join(other) or .zip(value); "
            "a function may read a complete one by value.by_ref()."
        )

    if not TYPE_CHECKING:

        def __iter__(self) -> NoReturn:
            """Refuse to be gone through here: what it holds exists where it lives, when the flow runs."""
            raise GraphError(
                f"this {self.shape} has nothing in it while the flow is built, "
                f"so no loop, `sum` or `list` can go through it here.\n  {here()}\n"
                "  Say what is done with it when the flow runs: .map(f), .filter(f), .fold(start, f); "
                "or look at what it would hold: .preview()."
            )

        def __getattr__(self, name: str) -> NoReturn:
            """Say what there is instead of a method that this kind of collection lacks."""
            raise AttributeError(_lacking(type(self), name), name=name, obj=self)

    # ------------------------------------------------------------ plumbing of the methods

    def _grow(self, op: Op, *others: Collection) -> Any:
        """Add an operator on this collection (and others) and give the handle of its first output."""
        return handle(self.flow, grow(op, self, *others))

    def _func(self, f: Any, arity: int, method: str, on_error: OnError = "raise") -> Func:
        if on_error == "skip" and not self.shape.is_stream and method not in _OF_ELEMENTS:
            a = "an" if self.shape is Shape.OPTIONAL else "a"
            raise GraphError(
                f'`{method}` of {a} {self.shape} was given on_error="skip", but a live value has no elements: it is '
                "worked out whenever something is new, and must be there as its type says.\n"
                f"  {here()}\n  {_ELEMENTS[self.shape]}"
            )
        return quote.function(f, arity, method, here(), on_error)


_OF_ELEMENTS = frozenset({"flat_map_ordered", "flat_map_unordered"})
"""Methods of live values that make a stream of them first."""
_TAKE = 'Take it as a stream first, .into_stream() once it is complete, and skip there: .map(f, on_error="skip")'
_ELEMENTS = {
    Shape.SINGLETON: _TAKE,
    Shape.OPTIONAL: _TAKE,
    Shape.KEYED_SINGLETON: (
        "Take the entries first, .into_keyed_stream() where values no longer change, and skip there: "
        '.map(f, on_error="skip")'
    ),
}
_LOOK = '.sample_every(seconds, nondet("..."))'
_AS_STREAM = {
    Shape.SINGLETON: f"A live value has no elements. Look at it: {_LOOK}, or .into_stream() once it is complete.",
    Shape.KEYED_STREAM: "Its elements have keys. Take .entries() for pairs, or .values().",
    Shape.KEYED_SINGLETON: (
        "It is a value per key. Take .entries() for pairs once it is complete, or .into_singleton() for a dict; "
        f"then {_LOOK}."
    ),
}
_AS_STREAM[Shape.OPTIONAL] = _AS_STREAM[Shape.SINGLETON]
_SUM = "Use .fold(0, lambda total, n: total + n)."
_MEAN = "Use .fold((0, 0), lambda a, n: (a[0] + n, a[1] + 1)), then .map(...) of the two."
_LEAST = 'Of each key: .reduce({0}, commutative=proof("...")); of all: .values().{0}().'
_INSTEAD = {
    (Shape.STREAM, "sum"): _SUM,
    (Shape.KEYED_STREAM, "sum"): _SUM,
    (Shape.STREAM, "mean"): _MEAN,
    (Shape.STREAM, "average"): _MEAN,
    (Shape.KEYED_STREAM, "min"): _LEAST.format("min"),
    (Shape.KEYED_STREAM, "max"): _LEAST.format("max"),
    (Shape.KEYED_STREAM, "anti_join"): "Use .filter_key_not_in(keys).",
    (Shape.SINGLETON, "defer_tick"): (
        "There is nothing before the first tick. Say what stands for it then: tick.cycle_with_initial(first)."
    ),
    (Shape.STREAM, "snapshot"): 'It has elements, no value. Use .batch(tick, nondet("...")).',
    (Shape.KEYED_STREAM, "snapshot"): 'It has elements, no value. Use .batch(tick, nondet("...")).',
    (Shape.SINGLETON, "batch"): 'It has a value, no elements. Use .snapshot(tick, nondet("...")).',
    (Shape.OPTIONAL, "batch"): 'It has a value, no elements. Use .snapshot(tick, nondet("...")).',
}


def _lacking(kind: type[Collection], name: str) -> str:
    text = f"{kind.__name__!r} object has no attribute {name!r}"
    if name.startswith("_"):
        return text
    if (kind.shape, name) in _INSTEAD:
        return f"{text}. {_INSTEAD[kind.shape, name]}"
    if kind.shape.is_stream and name in STREAMS:
        return f"{text}. {STREAMS[name]}"
    if name in dir(Collection.classes[Shape.STREAM]) and kind.shape in _AS_STREAM:
        return f"{text}. {_AS_STREAM[kind.shape]}"
    if kind.shape is Shape.STREAM and name in dir(Collection.classes[Shape.KEYED_STREAM]):
        return f"{text}. It has pairs, no keys. Make it keyed first: .into_keyed()."
    near = get_close_matches(name, [each for each in dir(kind) if not each.startswith("_")], 1)
    return f"{text}. Did you mean `{near[0]}`?" if near else text


def grow(op: Op, *inputs: Collection) -> Node:
    """Add an operator on collections of one flow."""
    site = here()
    for other in inputs[1:]:
        check_other(op.label, other, inputs[0], site)
    _check_references(op, inputs[0].flow, site)
    return inputs[0].flow.graph.add(op, [as_now(each, site) for each in inputs], site, called())


def as_now(collection: Collection, site: Site) -> Ref:
    """Give what a collection is at this point of the program."""
    changed = changed_list(collection)
    if changed is None:
        return collection.ref
    return Ref(collection.flow.graph.add(Elements(collection.kind), [changed], site).slot)


def listed(collection: Collection) -> Ref | None:
    """Give the list of a stream's elements that functions refer to, unless its cell no longer makes it."""
    known = collection.listed
    node = collection.flow.graph.nodes.get(known.slot) if known else None
    return known if node and node.inputs == (collection.ref,) else None


def changed_list(collection: Collection) -> Ref | None:
    """Give the list that functions change, so that the stream is what is in it."""
    return listed(collection) if collection.changes else None


def check_other(method: str, other: Any, first: Collection, site: Site) -> None:
    """Demand that what a method was given beside a collection is another one, of the same flow."""
    if not isinstance(other, Collection):
        raise GraphError(
            f"`{method}` needs another collection, but was given {other!r}.\n  {site}\n"
            "  Make a collection of it first: process.singleton(value) or process.source_iter(elements)"
        )
    if other.flow is not first.flow:
        raise LocationError(
            f"`{method}` needs two collections of one flow, but these belong to different flows.\n  {site}\n"
            "  Build both on processes of the same FlowBuilder."
        )


def _check_references(op: Op, flow: FlowBuilder, site: Site) -> None:
    for reference in held_references(op):
        if flow.boxes.get(reference.slot) is not reference.box:
            raise LocationError(
                f"the function of `{op.label}` refers to a collection of another flow.\n  {site}\n"
                "  Build both on processes of the same FlowBuilder."
            )


def handle(flow: FlowBuilder, node: Node, port: int = 0) -> Any:
    """Give the handle of one output of a node."""
    kind = node.outputs[port]
    return Collection.classes[kind.shape](flow, Ref(node.slot, port), kind)
