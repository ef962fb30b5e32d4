"""A location's source written once more, so that operators tell what they give: the same program, of the same state."""

from __future__ import annotations

import numpy as np
import pytest
from loading import loaded

from hydro_nb import FlowBuilder, GraphError, nondet, proof
from hydro_nb.compile.program import compile_flow
from hydro_nb.wire import Watch

STEP = 2
"""Elements that a source gives in a tick, so that there are many ticks."""
LIMITS = {"least": 3}
ANY = nondet("only the sum matters")


def chain(leader):
    kept = leader.source_iter(range(9)).map(lambda n: n + 1).filter(lambda n: n % 3 != 0)
    return kept.flat_map_ordered(lambda n: [n] * 2).filter_map(lambda n: n if n > LIMITS["least"] else None)


def words(leader):
    lines = leader.source_iter(["a b", "b", "c a b"])
    pairs = lines.flat_map_ordered(lambda line: line.split()).map(lambda word: (word, 1))
    return pairs.into_keyed().fold(0, lambda count, one: count + one).entries()


def in_ticks(leader):
    items, tick = leader.source_iter(range(7)), leader.tick()
    total = items.fold(0, lambda total, n: total + n).snapshot(tick, ANY)
    return items.batch(tick, ANY).map(lambda n: n * n).cross_singleton(total).all_ticks()


def numbers(leader):
    return leader.source_iter(np.arange(20)).map(lambda n: n * 3 + 1).filter(lambda n: n % 2 == 0)


def added(leader):
    return leader.source_iter(range(20)).fold(0, lambda total, n: total + n).into_stream()


def joined(leader):
    left = leader.source_iter([(n % 3, n) for n in range(8)]).weaken_boundedness()
    return left.join(leader.source_iter([(0, "a"), (1, "b")]).weaken_boundedness()).map(lambda each: each[1])


BUILT = [chain, words, in_ticks, numbers, added, joined]


class Run:
    """A program that is stepped to its end, here."""

    def __init__(self, build) -> None:
        flow = FlowBuilder()
        build(flow.process()).for_each(print, commutative=proof("the order is not looked at"))
        self.program = compile_flow(flow.graph)
        self.location = loaded(self.program)
        self.location.start()
        self.location.state.room = self.location._room = self.location._most = STEP  # the pace would let it give more

    def end(self, order=None):
        """Run every other tick by the source of the order; give what was told, by operator."""
        told, more, turn = {}, True, 0
        while more:
            self.location.watch(order if order and turn % 2 else Watch())
            more, turn = self.location.step(), turn + 1
            for slot, newest in self.location.tapped.items():
                told.setdefault(slot, []).extend(newest)
        return told


def order_of(program):
    (found,) = program.watching(program.graph.nodes).values()
    return found


@pytest.mark.parametrize("build", BUILT, ids=lambda build: build.__name__)
def test_whichever_tick_runs_the_program_does_the_same(build, capsys):
    Run(build).end()
    plain = capsys.readouterr().out
    watched = Run(build)
    watched.end(order_of(watched.program))
    assert capsys.readouterr().out == plain


def test_operators_tell_what_they_give():
    run = Run(chain)
    told = run.end(order_of(run.program))
    assert {slot.removeprefix("main."): items for slot, items in told.items()} == {
        "map.0": [3, 4, 7, 8],
        "filter.0": [4, 7, 8],
        "flat_map_ordered.0": [4, 4, 7, 7, 8, 8],
        "filter_map.0": [4, 4, 7, 7, 8, 8],
    }


def test_columns_of_numbers_tell_too():
    run = Run(numbers)
    told = run.end(order_of(run.program))
    assert told["main.filter.0"][:3] == [10, 22, 34]
    assert {type(item) for items in told.values() for item in items} == {int}


def test_only_those_that_are_watched_tell():
    run = Run(chain)
    (order,) = run.program.watching({"main.filter.0", "main.source_iter.0"}).values()
    assert order.slots == ("main.filter.0",), "a source is sampled anyhow"
    assert order.source.count("tap(") == 1
    assert order.source.replace('        tap("main.filter.0", 0, n_2)\n', "") != order.source


def test_nothing_is_there_while_nobody_watches():
    run = Run(chain)
    plain = run.location._tick
    run.location.watch(order_of(run.program))
    assert run.location._tick is not plain
    run.location.watch(Watch())
    assert run.location._tick is plain
    assert run.location.tapped == {}


def test_an_order_for_another_program_is_none():
    run, other = Run(chain), Run(words)
    plain = run.location._tick
    run.location.watch(order_of(other.program))
    assert run.location._tick is plain


LEAST = 3


def above(n):
    return n > LEAST


def test_a_value_that_has_changed_since_is_said(monkeypatch):
    flow = FlowBuilder()
    flow.process().source_iter([1, 5]).filter(above).for_each(print)
    program = compile_flow(flow.graph)
    assert program.watching({"main.filter.0"})
    monkeypatch.setattr(f"{__name__}.LEAST", 4)
    with pytest.raises(GraphError, match="has changed since it was deployed") as raised:
        program.watching({"main.filter.0"})
    assert "`filter` was called" in str(raised.value)


def failing(leader):
    return leader.source_iter([1, 2, 0]).map(lambda n: 1 // n)


def test_what_fails_in_the_tick_that_tells_names_the_same_line_and_element():
    run = Run(failing)
    run.location.state.room = run.location._room = run.location._most = 9
    run.location.watch(order_of(run.program))
    with pytest.raises(ZeroDivisionError) as raised:
        run.location.step()
    problem = run.location.problem(raised.value, 0.0)
    assert (problem.slot, problem.op, problem.element) == ("main.map.0", "map", "0")
    assert problem.site.text.strip() == "return leader.source_iter([1, 2, 0]).map(lambda n: 1 // n)"
