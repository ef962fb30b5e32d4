"""What is written down of an execution, and what a failure says of itself."""

import pytest

from hydro_nb import CLUSTER_SELF_ID, TCP, FlowBuilder, NoOrder, SimulationFailure, nondet

STALE = nondet("a stale count is good enough")


class Counter:
    """The counter whose reads may be stale, with a second process that hears the answers."""

    def __init__(self):
        flow = self.flow = FlowBuilder()
        server, reader = flow.process(), flow.process()
        self.increments_in, increments = server.sim_input(tuple)
        self.requests_in, requests = server.sim_input(tuple)
        tick = server.tick()
        batch = requests.batch(tick, nondet("requests are answered one by one"))
        count = increments.count().snapshot(tick, STALE)
        answers = batch.cross_singleton(count).map(lambda pair: pair[1]).all_ticks()
        self.acknowledged, self.answered = increments.sim_output(), answers.send(reader, TCP.fail_stop()).sim_output()

    async def read_after_write(self):
        self.increments_in.send(())
        await self.acknowledged.assert_yields([()])
        self.requests_in.send(())
        await self.answered.assert_yields_only([1])

    def failure(self):
        with pytest.raises(SimulationFailure) as caught:
            self.flow.sim().exhaustive(self.read_after_write)
        return caught.value


def test_what_happened_is_a_row_of_moments():
    counter = Counter()
    record = counter.flow.sim().record(counter.read_after_write)
    assert not record.failure
    assert [lane.name for lane in record.lanes] == ["test", "process 0", "process 1"]
    kinds = [moment.kind for moment, _ in record.steps()]
    assert kinds == ["start", "test", "output", "test", "tick", "output"]
    ticked = next(moment for moment in record.moments if moment.kind == "tick")
    assert [decision.phrase for decision in ticked.decisions] == ["releasing items: [()]", "releasing snapshot: 1"]
    gave = {record.operators[value.slot].label: value.text for value in ticked.values}
    assert gave == {"batch": "()", "snapshot": "1", "cross_singleton": "((), 1)", "map": "1", "all_ticks": "1"}


def test_values_that_go_on_from_tick_to_tick_are_known():
    counter = Counter()
    record = counter.flow.sim().record(counter.read_after_write)
    assert {each.label for each in record.operators.values() if each.live} == {"count"}


def test_messages_know_when_they_were_sent_and_read():
    counter = Counter()
    record = counter.flow.sim().record(counter.read_after_write)
    answer = next(message for message in record.messages if (message.sender, message.receiver) == (1, 2))
    assert (answer.text, answer.fate) == ("1", "arrived")
    assert answer.read is not None
    assert answer.sent < answer.read
    assert record.moments[answer.read].lane == 2
    assert record.under_way == []


def test_what_waits_is_there_after_each_moment():
    counter = Counter()
    record = counter.failure().record
    ticked = next(moment for moment in record.moments if moment.kind == "tick")
    assert [(record.operators[held.slot].label, held.texts) for held in ticked.held] == [("snapshot", ("1",))]


def test_lost_messages_are_written_down():
    flow = FlowBuilder()
    leader, follower = flow.process(), flow.process()
    numbers_in, numbers = leader.sim_input(int)
    numbers_out = numbers.send(follower, TCP.lossy(nondet("losses are repaired elsewhere"))).sim_output()

    async def body():
        numbers_in.send(7)
        await numbers_out.collect()

    assert [message.fate for message in flow.sim().record(body, [1]).messages] == ["arrived", "lost"]
    assert "process 0 sends 7 to process 1, which is lost" in flow.sim().replay(body, [1])


def test_members_have_lanes_of_their_own():
    flow = FlowBuilder()
    workers, home = flow.cluster(), flow.process()
    ids_out = workers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id]).send(home, TCP.fail_stop()).values().sim_output()

    async def body():
        assert await ids_out.collect_sorted() == [0, 1]

    record = flow.sim().with_cluster_size(workers, 2).record(body)
    assert [lane.name for lane in record.lanes] == ["test", "cluster 0/0", "cluster 0/1", "process 1"]
    assert [(m.sender, m.text) for m in record.messages if m.receiver == 3] == [(1, "0"), (2, "1")]


def test_what_is_printed_is_part_of_what_happened(capsys):
    flow = FlowBuilder()
    numbers_in, numbers = flow.process().sim_input(int)
    numbers_out = numbers.inspect(lambda n: print("saw", n)).sim_output()

    async def body():
        numbers_in.send(1)
        assert await numbers_out.next() == 2

    with pytest.raises(SimulationFailure, match="prints: saw 1"):
        flow.sim().exhaustive(body)
    assert not capsys.readouterr().out


def test_a_place_is_quoted_once_and_then_named():
    flow = FlowBuilder()
    process = flow.process()
    numbers_in, numbers = process.sim_input(int)
    batch = numbers.batch(process.tick(), nondet("any batches"))
    sizes_out = batch.count().all_ticks().sim_output()

    async def body():
        numbers_in.send_many([1, 2])
        await sizes_out.collect()

    lines = [line.strip() for line in flow.sim().replay(body, [1]).splitlines()]
    assert [line for line in lines if "releasing" in line] == [
        "releasing items: [1]    (`batch`)",  # its line has been quoted, as the tick was made there
        "releasing items: [2]    (`batch`)",
    ]
    assert sum("where any outcome is right, as: any batches" in line for line in lines) == 1


def test_recording_changes_nothing():
    counter = Counter()
    failure = counter.failure()
    assert failure.record.schedule == failure.schedule == (0, 1)
    assert failure.record.ways == (2, 2)


def test_an_explanation_names_the_decision_that_matters():
    said = Counter().failure().explain().splitlines()
    assert said[0] == "The failure depends on 1 of 2 decisions."
    assert said[1] == "Step 4, tick `tick` of process 0 runs: releasing snapshot: 0"
    assert "increments.count().snapshot(tick, STALE)" in said[2]
    assert said[3].strip() == "With this instead, the test passes: releasing snapshot: 1"
    assert said[4].strip() == "The program allows it, as: a stale count is good enough"
    assert said[5] == "The rest does not matter (step 4): the test can fail whatever is decided there."


def test_an_explanation_follows_the_value_back():
    lines = [line.strip() for line in Counter().failure().explain().splitlines()]
    begin = lines.index("Where 0 came from:")
    made = [line.partition("    (")[0] for line in lines[begin + 1 :]]
    assert made == [
        "0    sim_output < send",
        "0    all_ticks < map",
        "((), 0)    cross_singleton",
        "()    batch < sim_input",
        "0    snapshot < count",
    ]


def test_a_failure_without_decisions_is_not_a_matter_of_timing():
    flow = FlowBuilder()
    numbers_in, numbers = flow.process().sim_input(int)
    doubled_out = numbers.map(lambda n: n * 3).sim_output()

    async def body():
        numbers_in.send(1)
        await doubled_out.assert_yields_only([2])

    with pytest.raises(SimulationFailure) as caught:
        flow.sim().exhaustive(body)
    assert caught.value.explain().startswith("There was nothing to decide: the test fails under every schedule.")


def test_two_decisions_of_which_either_helps_do_not_matter_alone():
    flow = FlowBuilder()
    process = flow.process()
    numbers_in, numbers = process.sim_input(int)
    batches = numbers.batch(process.tick(), nondet("any batches")).count().all_ticks().sim_output()

    async def body():
        numbers_in.send_many([1, 2, 3])
        assert max(await batches.collect()) < 2

    with pytest.raises(SimulationFailure) as caught:
        flow.sim().exhaustive(body)
    assert caught.value.explain().startswith("None of the 1 decision matters by itself")


def test_a_record_grows_with_what_happens_not_with_its_square():
    flow = FlowBuilder()
    numbers_in, numbers = flow.process().sim_input(int, order=NoOrder)
    numbers_out = numbers.assume_ordering(nondet("any order")).sim_output()

    async def body():
        numbers_in.send_many_unordered(range(300))
        assert await numbers_out.collect()

    record = flow.sim().record(body)
    assert sum(len(held.texts) for moment in record.moments for held in moment.held) <= 300 * 50
    assert sum(len(decision.held) for decision in record.decisions) <= 300 * 50
    [waits] = next(moment.held for moment in record.moments if moment.kind == "run")
    assert (len(waits.texts), waits.unsaid) == (50, 250)
    first = record.decisions[0]
    assert len(first.held) + first.unsaid == 299
    assert "49, 50, ... and 249 more" in flow.sim().replay(body)


def test_an_output_is_in_the_lane_of_its_process_whatever_that_is_called():
    flow = FlowBuilder()
    sender, receiver = flow.process(), flow.process(type("test", (), {}))
    numbers_in, numbers = sender.sim_input(int)
    numbers_out = numbers.send(receiver, TCP.fail_stop()).sim_output()

    async def body():
        numbers_in.send(1)
        await numbers_out.collect()

    record = flow.sim().record(body)
    lane = next(number for number, each in enumerate(record.lanes) if each.name == "test" and number)
    assert [moment.lane for moment in record.moments if moment.kind == "output"] == [lane]
    assert [message.sender for message in record.messages if message.receiver == 0] == [lane]


def test_a_value_that_grows_is_written_down_as_far_as_it_is_shown():
    flow = FlowBuilder()
    process = flow.process()
    words_in, words = process.sim_input(str)
    known = words.fold(lambda: "", lambda all_words, word: all_words + word)
    sizes_out = known.snapshot(process.tick(), nondet("any version")).map(len).all_ticks().sim_output()

    async def body():
        for _ in range(3):
            words_in.send("a" * 3000)
            await sizes_out.next()

    record = flow.sim().record(body)
    assert not record.failure
    written = [value.text for moment in record.moments for value in moment.values]
    written += [text for moment in record.moments for text in moment.state.values()]
    assert max(map(len, written)) < 4000
    assert any(text.endswith("aaa\u2026 (5102 more characters)") for text in written)


def test_what_is_remembered_is_called_as_the_program_calls_it():
    flow = FlowBuilder()
    process = flow.process()
    numbers_in, numbers = process.sim_input(int)
    sums = numbers.scan(0, lambda total, n: (total + n, total + n))
    sums_out = sums.sim_output()
    numbers.unique().filter(lambda n: n > 1).for_each(print)

    async def body():
        numbers_in.send_many([1, 2])
        await sums_out.assert_yields_only([1, 3])

    remembered = [moment.state for moment in flow.sim().record(body).moments if moment.state][-1]
    assert remembered["sums: scan"] == "3"
    (other,) = remembered.keys() - {"sums: scan"}
    assert other.startswith("unique seen, test_sim_record.py, line ")
