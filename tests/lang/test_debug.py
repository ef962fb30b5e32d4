"""A flow that stops a function where it changes an element that others may see."""

from __future__ import annotations

import pytest

from hydro_nb import FlowBuilder, ProcessFailed, inplace
from hydro_nb.testing import collect

BACKENDS = pytest.mark.parametrize("backend", ["local", "inprocess"])


@pytest.fixture
def leader(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return FlowBuilder("debugged", debug=True).process()


def spoil(row):
    row.append(0)
    return row


@BACKENDS
def test_a_changed_element(leader, backend):
    rows = leader.source_iter([[1], [2]])
    rows.for_each(len)
    with pytest.raises(ProcessFailed) as caught:
        collect(rows.map(spoil), backend=backend)
    text = str(caught.value)
    assert "changed an element that it was given: [1] became [1, 0]" in text
    assert "operator `map`" in text
    assert "rows.map(spoil)" in text


@BACKENDS
def test_accumulators_may_change(leader, backend):
    numbers = leader.source_iter([1, 2])
    assert collect(numbers.fold(list, inplace(lambda seen, n: seen.append(n))), backend=backend) == [[1, 2]]
    assert collect(numbers.map(lambda n: n + 1).filter(lambda n: n > 2), backend=backend) == [3]


def test_an_element_that_a_fold_changes(leader):
    rows = leader.source_iter([[1], [2]])
    with pytest.raises(ProcessFailed, match="changed an element"):
        collect(rows.fold(0, lambda total, row: total + row.pop()), backend="inprocess")


def test_nothing_is_looked_at_otherwise():
    leader = FlowBuilder().process()
    assert collect(leader.source_iter([[1]]).map(spoil), backend="inprocess") == [[1, 0]]
