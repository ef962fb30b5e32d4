"""All that is explored can be scripted: as many scripts as there are schedules, with the same outcomes."""

from __future__ import annotations

from itertools import combinations, permutations, product

import pytest

from hydro_nb import FlowBuilder, NoOrder, nondet, proof

SUM = proof("a sum")


class Program:
    """A flow with hooks or without, what a test sends, and what it collects."""

    def __init__(self, *names, hooked):
        self.flow = FlowBuilder()
        self.process = self.flow.process()
        self.hooks = {name: self.flow.sim_hook() for name in names}
        self._hooked = hooked

    def guard(self, name):
        return nondet("explored", hook=self.hooks[name] if self._hooked else None)


def unordered_batches(*, hooked):
    program = Program("parts", hooked=hooked)
    port, numbers = program.process.sim_input(int, order=NoOrder)
    batch = numbers.batch(program.process.tick(), program.guard("parts"))
    sums = batch.fold(0, lambda total, n: total + 2**n, commutative=SUM)
    program.send, program.out = lambda: port.send_many_unordered([1, 2, 3, 4]), sums.all_ticks().sim_output()
    return program


def batches_in_order(*, hooked):
    program = Program("parts", "order", hooked=hooked)
    port, numbers = program.process.sim_input(int, order=NoOrder)
    batch = numbers.batch(program.process.tick(), program.guard("parts"))
    lists = batch.assume_ordering(program.guard("order")).fold((), lambda total, n: (*total, n))
    program.send, program.out = lambda: port.send_many_unordered([1, 2, 3]), lists.all_ticks().sim_output()
    return program


def an_order(*, hooked):
    program = Program("order", hooked=hooked)
    port, numbers = program.process.sim_input(int, order=NoOrder)
    ordered = numbers.assume_ordering(program.guard("order"))
    program.send, program.out = lambda: port.send_many_unordered([1, 2, 3]), ordered.sim_output()
    return program


def snapshots(*, hooked):
    program = Program("sums", hooked=hooked)
    port, numbers = program.process.sim_input(int)
    sums = numbers.fold(0, lambda total, n: total + n)
    seen = sums.snapshot(program.process.tick(), program.guard("sums"))
    program.send, program.out = lambda: port.send_many([1, 2, 3, 4]), seen.all_ticks().sim_output()
    return program


def batches_beside_snapshots(*, hooked):
    program = Program("parts", "sums", hooked=hooked)
    port, numbers = program.process.sim_input(int)
    tick = program.process.tick()
    batch = numbers.batch(tick, program.guard("parts")).fold((), lambda total, n: (*total, n))
    sums = numbers.fold(0, lambda total, n: total + n).snapshot(tick, program.guard("sums"))
    program.send, program.out = lambda: port.send_many([1, 2]), batch.zip(sums).all_ticks().sim_output()
    return program


# ---------------------------------------------------------------- all scripts


def partitions(items):
    """Give all ways to take items in parts, one part after the other."""
    if not items:
        yield ()
    for size in range(1, len(items) + 1):
        for part in combinations(items, size):
            for rest in partitions([item for item in items if item not in part]):
                yield (part, *rest)


def parts_of_four():
    for parts in partitions([1, 2, 3, 4]):
        yield [[("parts", "release_values", part)] for part in parts]


def ordered_parts():
    """Give all parts of three, each in all orders."""
    for parts in partitions([1, 2, 3]):
        for orders in product(*map(permutations, parts)):
            yield [[("parts", "release_values", order), ("order", "order", order)] for order in orders]


def orders_of_three():
    for order in permutations([1, 2, 3]):
        yield [[("order", "next", n)] for n in order]


def versions_seen():
    """Give all ways to see versions of the sums of four numbers: any of them, the last one always."""
    sums = [0, 1, 3, 6]
    for size in range(5):
        for seen in combinations(sums, size):
            yield [[("sums", "reveal", each)] for each in (*seen, 10)]


def steps(left, versions, seen):
    """Give all ways to let numbers and versions into a tick, where each run has something new."""
    if not left and not versions:
        yield []
    for size in range(len(left) + 1):
        for skip in range(-1, len(versions)):
            if (skip < 0 and not seen) or (size == 0 and skip < 0):
                continue
            batch = ("parts", "release", size)
            look = ("sums", "reveal", versions[skip]) if skip >= 0 else ("sums", "keep")
            for rest in steps(left[size:], versions[skip + 1 :], seen=True):
                yield [[batch, look], *rest]


def both():
    yield from steps([1, 2], [0, 1, 3], seen=False)


@pytest.mark.parametrize(
    ("make", "scripts", "count"),
    [
        (unordered_batches, parts_of_four, 75),
        (batches_in_order, ordered_parts, 6 * 2**2),
        (an_order, orders_of_three, 6),
        (snapshots, versions_seen, 16),
        (batches_beside_snapshots, both, 52),
    ],
)
def test_there_are_as_many_scripts_as_schedules(make, scripts, count):
    explored, program = [], make(hooked=False)

    async def body():
        program.send()
        explored.append(await program.out.collect())

    assert program.flow.sim().exhaustive(body) == count
    assert sorted(map(repr, explored)) == sorted(repr(outcome) for outcome in outcomes(make, list(scripts())))


def outcomes(make, scripts):
    """Give what each script gives."""
    program, found = make(hooked=True), []
    simulation = program.flow.sim()
    for script in scripts:

        async def body(script=script):
            program.send()
            for step in script:
                for name, verb, *arguments in step:
                    await getattr(program.hooks[name], verb)(*arguments)
            found.append(await program.out.collect())

        simulation.deterministic(body)
    return found


def test_what_one_hook_pins_the_others_explore():
    program, everything = batches_beside_snapshots(hooked=False), set()
    pinned = Program("parts", hooked=True)
    port, numbers = pinned.process.sim_input(int)
    tick = pinned.process.tick()
    batch = numbers.batch(tick, pinned.guard("parts")).fold((), lambda total, n: (*total, n))
    sums = numbers.fold(0, lambda total, n: total + n).snapshot(tick, nondet("explored"))
    out, some = batch.zip(sums).all_ticks().sim_output(), set()

    async def all_of_them():
        program.send()
        everything.add(tuple(await program.out.collect()))

    async def one_by_one():
        port.send_many([1, 2])
        await pinned.hooks["parts"].release(1)
        await pinned.hooks["parts"].release(1)
        some.add(tuple(await out.collect()))

    program.flow.sim().exhaustive(all_of_them)
    # three versions: the first run sees any; the second the same or a later one; what is left is seen after both
    assert pinned.flow.sim().exhaustive(one_by_one) == len(some)
    assert some == {each for each in everything if [batch for batch, _ in each[:2]] == [(1,), (2,)]}
