"""What a method cannot do without is asked for at the user's line, in the words that say how to give it."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import hydro_nb
from hydro_nb import (
    TCP,
    UDP,
    EncodeError,
    EventualConsistency,
    FlowBuilder,
    GraphError,
    HydroError,
    NondetError,
    ProofError,
    nondet,
    proof,
    sliced,
)
from hydro_nb.std.bench_client import bench_client

WHY = nondet("shown only")
SOURCES = [path for part in ("lang", "std") for path in (Path(hydro_nb.__file__).parent / part).glob("*.py")]
flow = FlowBuilder()
leader, workers = flow.process(), flow.cluster()
tick = leader.tick()
numbers = leader.source_iter([1])
live = leader.source_stream(lambda: iter([1]))
pairs = leader.source_iter([("a", 1)]).into_keyed()
table = pairs.value_counts()
held = numbers.atomic()
held_pairs = pairs.atomic()


def in_slice(take):
    with sliced() as s:
        take(s)


LEFT_OUT = {
    "assert_has_consistency_of": [lambda: numbers.assert_has_consistency_of(EventualConsistency)],
    "assume_ordering": [numbers.assume_ordering, pairs.assume_ordering],
    "assume_retries": [numbers.assume_retries, pairs.assume_retries],
    "atomic": [lambda: in_slice(lambda s: s.atomic(held))],
    "batch": [
        lambda: numbers.batch(tick),
        lambda: pairs.batch(tick),
        lambda: pairs.first().batch(tick),
        lambda: in_slice(lambda s: s.batch(numbers)),
    ],
    "batch_atomic": [
        lambda: held.batch_atomic(tick),
        lambda: held_pairs.batch_atomic(tick),
        lambda: held_pairs.first().batch_atomic(tick),
    ],
    "bench_client": [lambda: bench_client(leader, lambda _, last: last, lambda asked: asked, 1)],
    "broadcast": [lambda: numbers.broadcast(workers), lambda: numbers.broadcast(workers, TCP.fail_stop())],
    "broadcast_bincode": [lambda: numbers.broadcast_bincode(workers)],
    "current_tick_instant": [tick.current_tick_instant],
    "entries_partially_ordered": [pairs.entries_partially_ordered],
    "lossy": [TCP.lossy, UDP.lossy],
    "merge_ordered": [lambda: numbers.merge_ordered(numbers), lambda: pairs.merge_ordered(pairs)],
    "pickle": [TCP.fail_stop().pickle],
    "round_robin": [lambda: numbers.round_robin(workers), lambda: numbers.round_robin(workers, TCP.fail_stop())],
    "round_robin_bincode": [lambda: numbers.round_robin_bincode(workers)],
    "sample_eager": [live.count().sample_eager],
    "sample_every": [lambda: live.sample_every(1), lambda: live.count().sample_every(1)],
    "snapshot": [
        lambda: live.count().snapshot(tick),
        lambda: live.max().snapshot(tick),
        lambda: table.snapshot(tick),
        lambda: in_slice(lambda s: s.snapshot(live.count())),
    ],
    "snapshot_atomic": [
        lambda: held.count().snapshot_atomic(tick),
        lambda: held.max().snapshot_atomic(tick),
        lambda: held_pairs.value_counts().snapshot_atomic(tick),
    ],
    "source_cluster_membership_stream": [lambda: leader.source_cluster_membership_stream(workers)],
    "tick_batch": [lambda: numbers.tick_batch(tick)],
    "timeout": [lambda: live.timeout(1)],
}


def asks(function: ast.FunctionDef) -> bool:
    """Whether it is public and takes a reason or a proof that it cannot do without."""
    if function.name.startswith("_") or "overload" in map(ast.unparse, function.decorator_list):
        return False
    taken = (*function.args.args, *function.args.kwonlyargs)
    return any(each.arg == "trusted" or getattr(each.annotation, "id", "") in ("NonDet", "Proof") for each in taken)


def asking() -> set[str]:
    defined = [each for path in SOURCES if path.stem != "protocols" for each in ast.walk(ast.parse(path.read_text()))]
    return {each.name for each in defined if isinstance(each, ast.FunctionDef) and asks(each)} - {"checked"}


def test_every_method_that_asks_for_a_reason_is_tried():
    assert asking() == set(LEFT_OUT)


@pytest.mark.parametrize("call", [each for calls in LEFT_OUT.values() for each in calls])
def test_what_is_left_out_is_asked_for_at_the_line(call):
    with pytest.raises((NondetError, ProofError, EncodeError), match=r"needs [\s\S]*test_left_out\.py, line ") as error:
        call()
    assert "Missing" not in str(error.value)


def test_the_words_themselves():
    for word, kind in ((nondet, NondetError), (proof, ProofError)):
        with pytest.raises(kind, match=rf'needs a reason in words, but was given nothing[\s\S]*{word.__name__}\("'):
            word()


def test_both_are_asked_for_together():
    with pytest.raises(NondetError, match=r"needs a transport and the reason[\s\S]*cluster, TCP\.fail_stop"):
        numbers.broadcast(workers)
    with pytest.raises(GraphError, match=r"needs a transport\.\n"):
        numbers.round_robin(workers, nondet=WHY)


def test_what_is_swapped_is_said_to_be():
    for send in (numbers.broadcast, numbers.round_robin):
        for given in ((WHY,), (WHY, TCP.fail_stop())):
            with pytest.raises(GraphError, match=rf"`{send.__name__}` takes the transport first, then the reason\.\n"):
                send(workers, *given)
    with pytest.raises(GraphError, match=r"`batch` takes the tick first[\s\S]*Write \.batch\(tick, nondet"):
        numbers.batch(WHY, tick)


def test_a_reason_is_no_transport():
    for call in (lambda: numbers.send(leader, WHY), lambda: numbers.broadcast_closed(workers, WHY)):
        with pytest.raises(GraphError, match=r"given nondet\(.*\), which is a reason, no[\s\S]*TCP\.lossy"):
            call()


def test_what_is_shown_is_what_was_written():
    shown = [repr(each) for each in (WHY, proof("it adds"), TCP.fail_stop(), UDP.lossy(WHY).bincode().name("a"))]
    assert shown == [
        "nondet('shown only')",
        "proof('it adds')",
        "TCP.fail_stop()",
        "UDP.lossy(nondet('shown only')).bincode().name('a')",
    ]
    with pytest.raises(NondetError, match=r"was given Stream\[int, Process\[None\], Bounded, [^\n]*\]\.\n"):
        numbers.merge_ordered(WHY, numbers)


def test_a_collection_that_is_no_transport_is_named_in_one_line():
    with pytest.raises(HydroError, match=r"was given Stream\[[^\n]*\], which is no transport\.\n"):
        numbers.broadcast_closed(workers, numbers)


def test_what_is_asked_for_is_shown_as_needed():
    parameters = inspect.signature(numbers.broadcast).parameters
    assert [name for name, each in parameters.items() if each.default is each.empty] == ["to", "via", "nondet"]
