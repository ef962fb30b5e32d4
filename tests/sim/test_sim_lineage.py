"""Where a failure says that the last value came from; what is not known it does not say."""

from hydro_nb import TCP, FlowBuilder, NoOrder, nondet
from hydro_nb.sim.lineage import lineage


def way_back(flow, numbers, out):
    """Give the lines of where the last value came from, without the places in the source."""
    ports = numbers if isinstance(numbers, list) else [numbers]

    async def body():
        for port, items in ports:
            port.send_many(items)
        await out.collect()

    return [line.rpartition("    (")[0] for line in lineage(flow.sim().record(body))]


def test_a_value_that_reads_as_others_is_paired_with_its_own():
    flow = FlowBuilder()
    numbers_in, numbers = flow.process().sim_input(int)
    out = numbers.map(lambda n: n // 10).filter(lambda n: n != 2).sim_output()
    assert way_back(flow, (numbers_in, [15, 25, 13, 27]), out)[1:] == [
        "  1    sim_output < filter < map",
        "    13    sim_input",
    ]


def test_of_two_streams_only_the_one_that_gave_it_is_named():
    flow = FlowBuilder()
    one, two, home = flow.process(), flow.process(), flow.process()
    (ones_in, ones), (twos_in, twos) = one.sim_input(int), two.sim_input(int)
    both = ones.send(home, TCP.fail_stop()).merge_unordered(twos.send(home, TCP.fail_stop()))
    out = both.assume_ordering(nondet("any order")).sim_output()
    assert way_back(flow, [(ones_in, [1]), (twos_in, [2])], out)[1:] == [
        "  2    sim_output < assume_ordering < merge_unordered < send",
        "    2    sim_input",
    ]


def test_what_may_have_come_from_either_is_not_said():
    flow = FlowBuilder()
    process = flow.process()
    numbers_in, numbers = process.sim_input(int, order=NoOrder)
    tens = numbers.map(lambda n: n // 10).batch(process.tick(), nondet("any batches"))
    out = tens.assume_ordering(nondet("any order")).all_ticks().sim_output()

    async def body():
        numbers_in.send_many_unordered([15, 13])
        await out.collect()

    lines = [line.rpartition("    (")[0] for line in lineage(flow.sim().record(body))]
    assert lines[1:] == ["  1    sim_output < all_ticks < assume_ordering < batch < map"]


def test_a_count_is_not_an_element_that_reads_the_same():
    flow = FlowBuilder()
    process = flow.process()
    numbers_in, numbers = process.sim_input(int)
    out = numbers.batch(process.tick(), nondet("any batches")).count().all_ticks().sim_output()
    assert way_back(flow, (numbers_in, [2, 7]), out)[1:] == ["  2    sim_output < all_ticks < count"]


def test_a_part_of_a_pair_is_found_among_others():
    flow = FlowBuilder()
    process = flow.process()
    tick = process.tick()
    numbers_in, numbers = process.sim_input(int)
    batch = numbers.batch(tick, nondet("any batches"))
    out = batch.cross_singleton(batch.count()).all_ticks().sim_output()
    assert way_back(flow, (numbers_in, [7, 8]), out)[1:] == [
        "  (8, 2)    sim_output < all_ticks < cross_singleton",
        "    8    batch < sim_input",
        "    2    count",
    ]


def test_what_a_member_sent_is_followed_to_its_lane():
    flow = FlowBuilder()
    workers, home = flow.cluster(), flow.process()
    numbers_in, numbers = workers.sim_input(int)
    out = numbers.map(lambda n: n + 1).send(home, TCP.fail_stop()).values().assume_ordering(nondet("any")).sim_output()

    async def body():
        numbers_in.send(0, 5)
        numbers_in.send(1, 8)
        await out.collect()

    lines = lineage(flow.sim().with_cluster_size(workers, 2).record(body))
    assert [line.rpartition("    (")[0] for line in lines[1:]] == [
        "  9    sim_output < assume_ordering < values",
        "    (MemberId::<_>(1), 9)    send",
        "      9    map",
        "        8    sim_input",
    ]
    assert "(cluster 0/1, " in lines[-1]
