"""A live collection is no Python value: where it would be taken for one, that is said."""

from __future__ import annotations

import pytest

from hydro_nb import FlowBuilder, GraphError


@pytest.fixture
def numbers():
    return FlowBuilder().process().source_iter([1, 2])


def test_no_condition(numbers):
    for ask in (
        lambda: 1 if numbers.is_empty() else 2,
        lambda: numbers.is_empty() and numbers.count(),
        lambda: not numbers,
    ):
        with pytest.raises(GraphError, match=r"has no value while the flow is built(?s:.*)filter_if"):
            ask()
