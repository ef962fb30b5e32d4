import pytest

from hydro_nb import Break, Continue, OrderError, ProcessFailed, RetriesError, Return, Yield, inplace, nondet
from hydro_nb.values import Step
from ops.one_per_tick import one_per_tick


def pairing(had, c):
    return ("", Yield(had + c)) if had else (c, Continue)


def upto_three(total, n):
    return total + n, Yield(n) if n < 3 else Return(total)


def test_list(leader, both, snapshot):
    letters = leader.source_iter("abcde").generator("", pairing)
    assert both(letters) == ["ab", "cd"]
    letters.for_each(print)
    snapshot(leader.flow.source(leader))


def test_return_is_the_last(leader, both):
    assert both(leader.source_iter([1, 2, 3, 4, 1]).generator(0, upto_three)) == [1, 2, 3]


def test_break_ends(leader, both):
    numbers = leader.source_iter([1, 2, 3, 1])
    assert both(numbers.generator(0, lambda total, n: (total, Break if n == 3 else Yield(n)))) == [1, 2]


def test_a_yielded_none_is_a_value(leader, both):
    assert both(leader.source_iter([1, 2]).generator(0, lambda total, n: (total, Yield(None)))) == [None, None]


def test_inplace_gives_only_the_step(leader, both):
    numbers = leader.source_iter([1, 2, 1, 3])

    def fresh(seen, n):
        if n in seen:
            return Continue
        seen.append(n)
        return Yield(seen)

    assert both(numbers.generator(list, inplace(fresh))) == [[1], [1, 2], [1, 2, 3]]


def test_keyed(pairs, both):
    assert both(pairs.generator(0, upto_three)) == [("a", 1), ("b", 2), ("a", 1)]
    breaks = pairs.generator(0, lambda total, n: (total, Break if n == 1 else Yield(n)))
    assert both(breaks) == [("b", 2)]
    assert both(pairs.generator(list, inplace(lambda seen, n: seen.append(n) or Yield(seen)))) == [
        ("a", [1]), ("b", [2]), ("a", [1, 3]), ("a", [1, 3, 3]),
    ]  # fmt: skip


def test_goes_on_across_batches_but_not_across_ticks(leader, run):
    numbers = one_per_tick(leader, 4)
    assert run(numbers.generator(0, upto_three)) == [1, 2, 3]
    inside = numbers.batch(leader.tick(), nondet("any")).generator(0, upto_three)
    assert run(inside.all_ticks()) == [1, 2, 0, 0]


def test_guarantees(live, message):
    assert live.generator(0, typed).kind.element is str
    loose = live.weaken_ordering()
    assert message(lambda: loose.generator(0, upto_three), OrderError) == (
        "`generator` needs a totally ordered stream, but `loose` is NoOrder.\n"
        "  order was lost at       test_generator.py, line _:   loose = live.weaken_ordering()\n"
        "  `generator` was called  test_generator.py, line _:   "
        "assert message(lambda: loose.generator(0, upto_three), OrderError) == (\n"
        '  Say why any order will do: .assume_ordering(nondet("..."))'
    )
    assert "exactly-once" in message(lambda: live.weaken_retries().generator(0, upto_three), RetriesError)


def typed(total: int, n: int) -> tuple[int, Yield[str] | Return[str] | Step]:
    return total, Yield(str(n))


def test_no_step(leader, run):
    with pytest.raises(ProcessFailed, match=r"must give Yield\(value\).*but it gave 3"):
        run(leader.source_iter([3]).generator(0, lambda total, n: (total, n)))


def test_no_pair(leader, run):
    with pytest.raises(ProcessFailed, match=r"must give a pair.*but it gave Yield\(value=3\)"):
        run(leader.source_iter([3]).generator(0, lambda total, n: Yield(n)))


def test_what_is_kept(live):
    assert live.generator(0, typed).kind == live.kind.but(element=str)
