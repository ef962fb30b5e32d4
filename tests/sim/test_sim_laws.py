"""Claims are tried: a proof that is wrong on values of an execution is found, one that is right is left in peace."""

import pytest

from hydro_nb import (
    AtLeastOnce,
    ExactlyOnce,
    FlowBuilder,
    NoOrder,
    SimulationFailure,
    nondet,
    proof,
)

ANY, CLAIMED = nondet("any outcome is explored"), proof("said without thinking")


def search(build, items, *, order=NoOrder, retries=ExactlyOnce, kind=int):
    """Run a flow made from a port of a process under every schedule."""
    flow = FlowBuilder()
    process = flow.process()
    port, stream = process.sim_input(kind, order=order, retries=retries)
    out = build(stream, process).sim_output()

    async def body():
        for item in items:
            port.send(item)
        await out.collect_sorted()

    return flow.sim().exhaustive(body)


def refuted(build, items, **how):
    """Give what is said of a false claim: the function, the claim, and what shows that it is false."""
    with pytest.raises(SimulationFailure) as caught:
        search(build, items, **how)
    lines = str(caught.value).splitlines()
    assert "ProofError: " in lines[1]
    assert any(line.strip().startswith("in `") and "test_sim_laws" in line for line in lines), "the user's line"
    assert lines[-1].startswith("Run it again: ")
    return lines[1].partition("ProofError: ")[2], lines[2].strip()


def seen(value, process):
    return value.snapshot(process.tick(), ANY).all_ticks()


def present(value, process):
    return value.snapshot(process.tick(), ANY).into_stream().all_ticks()


def rows(table, process):
    return table.snapshot(process.tick(), ANY).entries().all_ticks()


def by_parity(stream):
    return stream.map(lambda n: (n % 2, n)).into_keyed()


def batched(stream, process):
    return stream.batch(process.tick(), ANY)


def doubling(total, n):
    return 2 * total + n


# ------------------------------------------------------------ each law of each operator

FOLDS = {
    "fold": lambda f, **claims: lambda s, p: seen(s.fold(0, f, **claims), p),
    "fold in a tick": lambda f, **claims: lambda s, p: batched(s, p).fold(0, f, **claims).all_ticks(),
    "fold per key": lambda f, **claims: lambda s, p: rows(by_parity(s).fold(0, f, **claims), p),
    "fold per key in a tick": lambda f, **claims: (
        lambda s, p: by_parity(batched(s, p)).fold(0, f, **claims).entries().all_ticks()
    ),
    "fold from a made value": lambda f, **claims: lambda s, p: seen(s.fold(lambda: 0, f, **claims), p),
}
REDUCES = {
    "reduce": lambda f, **claims: lambda s, p: present(s.reduce(f, **claims), p),
    "reduce in a tick": lambda f, **claims: lambda s, p: batched(s, p).reduce(f, **claims).into_stream().all_ticks(),
    "reduce per key": lambda f, **claims: lambda s, p: rows(by_parity(s).reduce(f, **claims), p),
    "reduce per key in a tick": lambda f, **claims: (
        lambda s, p: by_parity(batched(s, p)).reduce(f, **claims).entries().all_ticks()
    ),
    "reduce above a mark": lambda f, **claims: (
        lambda s, p: rows(by_parity(s).reduce_watermark(p.tick().singleton(-1), f, **claims), p)
    ),
}
BOTH = FOLDS | REDUCES


@pytest.mark.parametrize("name", BOTH)
def test_what_does_not_commute(name):
    said, shown = refuted(BOTH[name](doubling, commutative=CLAIMED), [1, 3])
    method = name.partition(" ")[0] if "mark" not in name else "reduce_watermark"
    claim = 'commutative=proof("said without thinking")'
    assert said == f"`doubling` is not commutative, but `{method}` was given {claim}."
    start, key = "from 0, " if "fold" in name else "", "under the key 1: " if "key" in name or "mark" in name else ""
    assert shown == f"{key}{start}1 and then 3 give 5, but 3 and then 1 give 7."


@pytest.mark.parametrize("name", BOTH)
def test_what_is_not_idempotent(name):
    claims = {"commutative": proof("a sum"), "idempotent": CLAIMED}
    _, shown = refuted(BOTH[name](lambda total, n: total + n, **claims), [1, 3], retries=AtLeastOnce)
    start, key = "from 0, " if "fold" in name else "", "under the key 1: " if "key" in name or "mark" in name else ""
    assert shown == f"{key}{start}1 once gives 1, but twice 2."


GROWING = {"fold": FOLDS["fold"], "fold per key": FOLDS["fold per key"], "reduce per key": REDUCES["reduce per key"]}


@pytest.mark.parametrize("name", GROWING)
def test_what_does_not_only_grow(name):
    claims = {"commutative": proof("a least value"), "monotone": CLAIMED}
    said, shown = refuted(GROWING[name](min, **claims), [1, -1])
    claim = 'monotone=proof("said without thinking")'
    assert said.endswith(f"does not only grow, but `{name.partition(' ')[0]}` was given {claim}.")
    start, key = (1, "under the key 1: ") if "reduce" in name else (0, "under the key 1: " if "key" in name else "")
    assert shown == f"{key}from {start}, -1 gives -1, which is not >= {start}."


def test_what_does_not_keep_the_order_of_a_value_that_grows():
    said, shown = refuted(lambda s, p: seen(s.count().map(lambda n: 5 - n, order_preserving=CLAIMED), p), [1])
    assert said == (
        '`lambda n: 5 - n` does not keep order, but `map` was given order_preserving=proof("said without thinking").'
    )
    assert shown == "1 is >= 0, but it makes 4 of the one and 5 of the other."


@pytest.mark.parametrize("name", BOTH)
def test_what_is_right_stays_unsaid(name):
    claims = {"commutative": proof("the greatest"), "idempotent": proof("the greatest")}
    build = BOTH[name](max, **claims)
    unasked = BOTH[name](max, **dict.fromkeys(claims, proof("not to be asked", unchecked=True)))
    how = {"retries": AtLeastOnce}
    assert search(build, [1, 3, 2], **how) == search(unasked, [1, 3, 2], **how)


@pytest.mark.parametrize("name", GROWING)
def test_what_grows_stays_unsaid(name):
    claims = {"commutative": proof("a sum"), "monotone": proof("none is negative")}
    assert search(GROWING[name](lambda total, n: total + n, **claims), [1, 3])


def test_what_keeps_order_stays_unsaid():
    build = lambda s, p: seen(s.count().map(lambda n: n // 2, order_preserving=proof("half")), p)  # noqa: E731
    assert search(build, [1, 2, 3]) == 8


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("law", ["commutative", "idempotent"])
def test_what_is_said_to_be_unchecked_is_not_tried(name, law):
    claims = {"commutative": proof("the greatest"), "idempotent": proof("the greatest")}
    claims[law] = proof("the rest of the flow does not mind", unchecked=True)
    function = doubling if law == "commutative" else (lambda total, n: total + n)
    if law == "commutative":
        claims["idempotent"] = claims[law]
    assert search(BOTH[name](function, **claims), [1, 3], retries=AtLeastOnce)
