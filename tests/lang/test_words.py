"""`nondet`, `proof`, `q`, `inplace`: the small words."""

from __future__ import annotations

import pytest

from hydro_nb import CaptureError, NondetError, ProofError, Some, inplace, nondet, proof, q
from hydro_nb.lang import annotate
from hydro_nb.types import i32


def test_q_changes_nothing():
    value = object()
    assert q(value) is value


def test_reasons():
    outer = nondet("the caller may choose")
    assert nondet("only the sum is used", outer).text == "only the sum is used; the caller may choose"
    assert proof("it commutes", unchecked=True).unchecked
    for empty in ("", " ", None):
        with pytest.raises(NondetError, match="needs a reason in words"):
            nondet(empty)
        with pytest.raises(ProofError, match="needs a reason in words"):
            proof(empty)
    with pytest.raises(NondetError, match="needs its reason"):
        nondet("why", "not a guard")


def test_inplace_can_be_tried():
    assert inplace(lambda seen, n: seen.append(n))([1], 2) == [1, 2]


def test_inplace_is_checked_too(leader):
    with pytest.raises(CaptureError, match="called with 2 arguments"):
        leader.source_iter([1]).fold(list, inplace(lambda seen: None))


def maybe(n: int) -> int | None: ...


def either(n: int) -> int | str | None: ...


def some(n: int) -> Some[int] | None: ...


def lines(text: str) -> list[str]: ...


def pairs(n: int) -> dict[str, int]: ...


def unknown(n: int) -> Missing: ...  # noqa: F821 - a name that nobody defines


def wide(n: int) -> i32: ...


def test_annotations():
    found = [annotate.present_of(f) for f in (maybe, either, some)]
    assert found == [int, int | str, int]
    assert [annotate.item_of(f) for f in (lines, pairs, unknown)] == [str, str, annotate.Any]
    assert annotate.result_of(wide) == i32
    assert annotate.result_of(list) is annotate.Any
    assert annotate.item_type(tuple[int, int]) is int
    assert annotate.item_type(tuple[int, str]) is annotate.Any


def test_types_of_long_data():
    assert annotate.data_type([1] * 20_000) is int
    assert annotate.data_type([*range(20_000), "a"]) is annotate.Any
    assert annotate.data_type([(1, 2)] * 20_000) is annotate.Any
