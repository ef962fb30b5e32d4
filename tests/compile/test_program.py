"""The generated source is what one would write by hand, and says where each line comes from."""

from textwrap import dedent
from typing import Any

import pytest

from hydro_nb import EncodeError, FlowBuilder, GraphError, ProcessFailed, Unbounded, nondet, proof
from hydro_nb.compile.program import compile_flow
from hydro_nb.deploy import deploy
from hydro_nb.lang.stream import Stream
from hydro_nb.testing import collect


class Leader: ...


def tick_of(flow: FlowBuilder, name: str = "process 0") -> str:
    return compile_flow(flow.graph).source(name).split("def tick(state, inputs, outputs):\n")[1]


def body(text: str) -> str:
    lines = dedent(text).strip().splitlines()
    return "".join(f"    {line}\n" if line else "\n" for line in lines)


def test_a_chain_of_functions_is_one_loop():
    flow = FlowBuilder()
    numbers = flow.process().source_iter([1, 2, 3])
    total = numbers.map(lambda n: n * 3 + 1).filter(lambda n: n % 2 == 0).fold(0, lambda acc, n: acc + n)
    total.into_stream().for_each(print)
    assert tick_of(flow) == body(
        """
        source_iter_0 = state.source_iter_0
        fold_3 = state.fold_3
        into_stream_4_done = state.into_stream_4_done
        for_each_5_newest = state.samples["for_each_5"]
        for_each_5_count = 0
        try:
            # numbers = flow.process().source_iter([1, 2, 3])
            numbers_2, numbers_2_count = pull(source_iter_0, state.room, state.samples["source_iter_0"])
            state.counts["source_iter_0"] += numbers_2_count
            source_iter_0_ended = numbers_2_count < state.room
            for n in numbers_2:
                n_2 = n * 3 + 1
                if not (n_2 % 2 == 0):
                    continue
                fold_3 = fold_3 + n_2
            # total = numbers.map(lambda n: n * 3 + 1).filter(lambda n: n % 2 == 0).fold(0, lambda acc, n: acc + n)
            if fold_3 is None:
                raise TypeError(RETURNED_NONE)
            # total.into_stream().for_each(print)
            if not into_stream_4_done and source_iter_0_ended:
                into_stream_4_done = True
                for item in (fold_3,):
                    print(item)
                    for_each_5_count += 1
                    for_each_5_newest.append(item)
        finally:
            state.counts["for_each_5"] += for_each_5_count
        state.fold_3 = fold_3
        state.into_stream_4_done = into_stream_4_done
        return not source_iter_0_ended
        """
    )


def test_the_two_ends_of_an_edge_are_in_two_sources():
    flow = FlowBuilder()
    leader, other = flow.process(Leader), flow.process()
    leader.source_iter([1]).send_bincode(other).for_each(print)
    program = compile_flow(flow.graph)
    (channel,) = program.channels
    assert f'outputs["{channel.output}"]' in program.source("Leader")
    assert f'inputs["{channel.input}"]' in program.source("process 1")
    assert (channel.sender, channel.receiver, channel.codec.codec) == (0, 1, "bincode")


def test_every_line_that_does_something_knows_its_operator():
    flow = FlowBuilder()
    numbers = flow.process().source_iter([1])
    numbers.map(lambda n: 1 // n).for_each(print)
    (location,) = compile_flow(flow.graph).locations
    lines = dict(zip(location.source.splitlines(), location.lines, strict=True))
    origin = next(origin for text, origin in lines.items() if "1 // n" in text and origin and "#" not in text)
    assert origin.op == "map"
    assert origin.element == "n"
    assert "numbers.map" in origin.site.text


def test_a_collection_used_twice_is_kept_in_a_list():
    flow = FlowBuilder()
    doubled = flow.process().source_iter([1]).map(lambda n: n * 2)
    doubled.for_each(print)
    doubled.for_each(repr)
    assert "map_1_out.append" in tick_of(flow)
    assert tick_of(flow).count("n * 2") == 2  # once in the comment that quotes the line


def test_the_same_flow_gives_the_same_text():
    def build() -> str:
        flow = FlowBuilder("same")
        numbers = flow.process().source_iter([1])
        numbers.map(lambda n: n * 2).for_each(print)
        return compile_flow(flow.graph).source("process 0")

    assert build() == build()


def test_an_empty_flow_is_refused():
    with pytest.raises(GraphError, match="`nothing` is empty"):
        compile_flow(FlowBuilder("nothing").graph)


def test_a_cycle_that_takes_no_time_is_refused():
    flow = FlowBuilder()
    process = flow.process()
    handle, back = process.forward_ref(Stream, of=int, bound=Unbounded)
    handle.complete(back.map(lambda n: n + 1))
    with pytest.raises(GraphError, match=r"feed themselves within one tick[\s\S]*back\.map"):
        compile_flow(flow.graph)


def test_a_cycle_over_the_network_is_marked():
    flow = FlowBuilder()
    here, there = flow.process(), flow.process()
    handle, back = here.forward_ref(Stream, of=int)
    out = back.send(there)
    handle.complete(out.send(here))
    out.for_each(print)
    one_way = here.source_iter([1]).send(flow.process())
    one_way.for_each(print)
    assert [channel.cyclic for channel in compile_flow(flow.graph).channels] == [True, True, False]


def test_a_type_that_bincode_lacks_is_refused_at_the_line():
    flow = FlowBuilder()
    first, second = flow.process(), flow.process()
    values = first.source_iter([1]).map(lambda n: n).typed(complex)
    values.send_bincode(second).for_each(print)
    with pytest.raises(EncodeError, match=r"values\.send_bincode"):
        compile_flow(flow.graph)


@pytest.mark.parametrize("size", [1, 60, 400])
def test_a_long_chain_compiles(size: int):
    flow = FlowBuilder()
    stream: Any = flow.process().source_iter([1])
    for _ in range(size):
        stream = stream.flat_map_ordered(lambda n: [n])
    stream.for_each(print)
    compile(compile_flow(flow.graph).source("process 0"), "generated", "exec")


def test_what_a_tick_reads_whole_is_pulled_whole():
    flow = FlowBuilder()
    process = flow.process()
    tick = process.tick()
    total = process.source_iter([1, 2]).fold(0, lambda a, n: a + n)
    total.snapshot(tick, nondet("test")).all_ticks().for_each(print, commutative=proof("test"))
    assert "list(source_iter_0)" in tick_of(flow)


def test_names_stand_in_the_source_as_text():
    process = FlowBuilder('a"""\\').process(type('L"""\\N\nb', (), {}))
    assert collect(process.source_iter([1]), backend="inprocess") == [1]


def test_loops_deeper_than_python_takes():
    stream = FlowBuilder().process().source_iter([1])
    for _ in range(12):
        stream = stream.flat_map_ordered(lambda n: [n])
    assert collect(stream.map(deep), backend="inprocess") == [2]
    assert collect(stream.map(as_deep_as_may_be, on_error="skip"), backend="inprocess") == [2]


def deep(n: int) -> int:
    for _ in "a":
        for _ in "a":
            for _ in "a":
                for _ in "a":
                    for _ in "a":
                        for _ in "a":
                            for _ in "a":
                                for _ in "a":
                                    n += 1
    return n


def as_deep_as_may_be(n: int) -> int:
    for _ in "a":
        for _ in "a":
            for _ in "a":
                for _ in "a":
                    for _ in "a":
                        for _ in "a":
                            n += 1
    return n


def test_an_iterable_that_fails_is_the_giver_s():
    flow = FlowBuilder()
    stream = flow.process().source_iter([1, 0]).flat_map_ordered(lambda n: map((1).__truediv__, [n]))
    with pytest.raises(ProcessFailed, match=r"in operator `flat_map_ordered`, on element 0"):
        collect(stream.send(flow.process()), backend="inprocess")


def test_channels_of_clients_have_the_names_of_their_ports():
    flow = FlowBuilder()
    server, client = flow.process(), flow.external()
    requests_in, requests = server.source_external(client, int)
    answers = requests.send_external(client)
    requests.send_external(client)
    names = [channel.name for channel in compile_flow(flow.graph).channels]
    assert names == ["requests_in", "answers", "process 0 -> external 1"]
    with deploy(compile_flow(flow.graph), backend="inprocess", echo=False, files=False) as deployment:
        with pytest.raises(EncodeError, match="channel `requests_in`"):
            deployment.connect(requests_in).send("text")
        with pytest.raises(TimeoutError, match="port `answers`"):
            deployment.connect(answers).receive(0)
