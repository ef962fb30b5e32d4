import pytest

from hydro_nb import GraphError, KeyedSingleton, Optional, Singleton, Stream, nondet, sliced
from hydro_nb.ir.node import Bound, Shape

CUT = nondet("every cut is tried")


def test_list(leader, both, snapshot):
    with sliced() as s:
        batch = s.batch(leader.source_iter([1, 2, 3]), CUT)
        total = s.state(10)
        now = total.zip(batch.fold(0, lambda a, n: a + n)).map(lambda pair: pair[0] + pair[1])
        total.set(now)
        shown = s.emit(now.into_stream())
    assert both(shown) == [16]
    shown.for_each(print)
    snapshot(leader.flow.source(leader))


def test_guarantees(leader):
    with sliced() as s:
        s.batch(leader.source_iter([1]), CUT)
        with pytest.warns(UserWarning, match="never set"):
            kinds = [_left_alone(s, start) for start in (0, Stream, Optional, KeyedSingleton)]
    assert [kind.shape for kind in kinds] == [Shape.SINGLETON, Shape.STREAM, Shape.OPTIONAL, Shape.KEYED_SINGLETON]
    assert {kind.bound for kind in kinds} == {Bound.BOUNDED}
    assert kinds[0].element is int


def _left_alone(s, start):
    state = s.state_null(start) if isinstance(start, type) else s.state(start)
    state.close(warn=True)
    state._set = "closed above"
    return state.kind


def test_made_on_the_process(leader, both):
    with sliced() as s:
        batch = s.batch(leader.source_iter([1, 2]), CUT)
        seen = s.state(list)
        box = seen.by_mut()
        batch.for_each(lambda n: box.value.extend([n]))
        shown = s.emit(seen.into_stream())
    assert both(shown) == [[1, 2]]


def test_of_its_own_shape(leader, message):
    with sliced() as s:
        batch = s.batch(leader.source_iter([1]), CUT)
        total = s.state(0)
        text = message(lambda: total.set(batch), GraphError)
        total.set(batch.count())
    assert text.startswith("`set` needs the Singleton that was declared, but `batch` is of shape Stream.")
    assert text.endswith("Begin it as what it will be: s.state_null(Stream, ...)")


def test_no_collection(leader, message):
    with sliced() as s:
        batch = s.batch(leader.source_iter([1]), CUT)
        total = s.state(0)
        text = message(lambda: total.set(1), GraphError)
        total.set(batch.count())
    assert text.startswith("`set` takes the collection that the state is in the next slice, but was given 1.")


def test_assigned(leader, message):
    with sliced() as s:
        batch = s.batch(leader.source_iter([1]), CUT)
        total = s.state(0)
        text = message(lambda: setattr(total, "value", 1), AttributeError)
        total.set(batch.count())
    assert text.endswith("Say what it is in the next slice: .set(collection), or change it in a function: .by_mut()")


def test_a_singleton_is_never_empty(leader, message):
    with sliced() as s:
        s.batch(leader.source_iter([1]), CUT)
        assert "s.state(first)" in message(lambda: s.state_null(Singleton), GraphError)
