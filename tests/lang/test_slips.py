"""Names that are guessed, and calls that do not fit, are answered with what there is."""

import pytest

from hydro_nb import FlowBuilder, SimHook, SimulationFailure
from hydro_nb.lang.sim_slips import called_as


def ends():
    flow = FlowBuilder()
    numbers_in, numbers = flow.process().sim_input(int)
    return {"flow": flow, "sim": flow.sim(), "port": numbers_in, "out": numbers.sim_output()}


GUESSED = [
    ("flow", "sim_input", "port, stream = flow.process().sim_input(T)"),
    ("flow", "hook", "flow.sim_hook()"),
    ("flow", "simulate", "flow.sim()"),
    ("sim", "run", "sim.exhaustive(body)"),
    ("sim", "check", "sim.fuzz(body, runs=1000)"),
    ("sim", "crash", "sim.with_faults(place, crashes=1)"),
    ("sim", "explain", "failure.explain()"),
    ("sim", "sleep", "await sim.advance(seconds)"),
    ("port", "put", "port.send(element)"),
    ("port", "send_all", "port.send_many(elements)"),
    ("port", "collect", "receives at the port that stream.sim_output() gives"),
    ("port", "map", "port, stream = process.sim_input(T)"),
    ("out", "recv", "await port.next()"),
    ("out", "drain", "await port.collect()"),
    ("out", "assert_empty", "await port.assert_no_more()"),
    ("out", "send", "sends into the port that process.sim_input(T) gives"),
]


@pytest.mark.parametrize(("end", "name", "instead"), GUESSED)
def test_a_guessed_name_is_answered_with_what_there_is(end, name, instead):
    with pytest.raises(AttributeError) as caught:
        getattr(ends()[end], name)
    assert instead in str(caught.value)


def test_a_slip_in_a_name_is_answered_with_the_near_one():
    with pytest.raises(AttributeError, match="Did you mean `collect`"):
        ends()["out"].colect()


def test_ports_of_clusters_name_the_member():
    flow = FlowBuilder()
    port, numbers = flow.cluster().sim_input(int)
    with pytest.raises(AttributeError, match=r"port\.send\(member, element\)"):
        port.put(1)
    with pytest.raises(AttributeError, match=r"await port\.next\(member\)"):
        numbers.sim_output().recv()


def test_probing_for_protocols_stays_plain():
    for end in ends().values():
        assert not hasattr(end, "__array__")
        assert not hasattr(end, "_repr_png_")


def test_a_hook_is_made_by_its_flow():
    with pytest.raises(SimulationFailure, match=r"hook = flow\.sim_hook\(\)"):
        SimHook()


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda sim: sim.with_cluster_size({"a": 2}), "`with_cluster_size` was given too few arguments."),
        (lambda sim: sim.with_faults("a", crash=1), "`with_faults` has no argument `crash`."),
        (lambda sim: sim.fuzz(None, iterations=5), "`fuzz` has no argument `iterations`."),
        (lambda sim: sim.exhaustive(None, 5), "`exhaustive` was given too many arguments."),
    ],
)
def test_a_call_that_does_not_fit_says_how_it_is_written(call, told):
    with pytest.raises(SimulationFailure) as caught:
        call(ends()["sim"])
    assert str(caught.value).startswith(told)
    assert "test_slips.py, line" in str(caught.value)
    assert "Write it as: sim." in str(caught.value)


def test_an_error_inside_of_a_call_stays_what_it_is():
    @called_as("f(n)")
    def f(n):
        return n + "a"

    with pytest.raises(TypeError, match="unsupported operand"):
        f(1)


def test_a_simulation_is_told_sizes_after_it_is_made():
    flow = FlowBuilder()
    with pytest.raises(SimulationFailure) as caught:
        flow.sim(clusters={})
    assert "`sim` has no argument `clusters`" in str(caught.value)
    assert "flow.sim(clusters={})" in str(caught.value)
    assert "flow.sim().with_cluster_size(cluster, 3)" in str(caught.value)
