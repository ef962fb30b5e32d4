"""Events into state, as values."""

from __future__ import annotations

import msgspec
import pytest

from hydro_nb.errors import Site
from hydro_nb.telemetry import state as telemetry
from hydro_nb.telemetry.sample import KEPT, Ring
from hydro_nb.wire import (
    ChannelEnded,
    Counts,
    Entered,
    Listening,
    LocationProgram,
    ProbeReply,
    Problem,
    Sample,
    TimerSpec,
)


@pytest.fixture
def begun():
    places = [LocationProgram(0, "a", "A", "process"), LocationProgram(1, "b", "B", "process")]
    return telemetry.begin("flow", dict(enumerate(places)), 5.0)


def counts(location, totals, **more):
    return Counts(location, 1.0, totals, **more)


def test_each_process_has_a_row(begun):
    assert [row.name for row in begun.processes.values()] == ["A", "B"]
    assert begun.started_count == 0


def test_entering_a_phase(begun):
    after = telemetry.apply(begun, Entered(0, "running", 77, 6.0))
    assert (after.processes[0].state, after.processes[0].pid, after.processes[0].started) == ("running", 77, 6.0)
    assert begun.processes[0].state == "starting"
    assert (after.version, after.started_count) == (begun.version + 1, 1)


def test_totals_of_a_slot_add_up_over_processes_and_replace_within_one(begun):
    after = telemetry.apply(begun, counts(0, {"s": 3, "t": 1}))
    after = telemetry.apply(after, counts(1, {"s": 4}))
    after = telemetry.apply(after, counts(0, {"s": 5, "t": 1}, cpu=0.5, memory=9, queued=2))
    assert after.totals == {"s": 9, "t": 1}
    assert (after.processes[0].cpu, after.processes[0].memory, after.processes[0].queued) == (0.5, 9, 2)


def test_a_process_that_is_started_again_goes_on_counting(begun):
    state = telemetry.phase(begun, "running", 5.5)
    state = telemetry.apply(state, counts(0, {"s": 3}, discarded={"e": 2}))
    state = telemetry.ended(state, 0, "failed", 6.0, "was killed")
    assert (state.state, state.processes[0].state) == ("failed", "failed")
    state = telemetry.again(state, 0)
    row = state.processes[0]
    assert (state.state, state.reason, row.state, row.reason, row.ended) == ("running", "", "starting", "", 0.0)
    assert (state.totals, state.discarded) == ({"s": 3}, {"e": 2})
    state = telemetry.apply(state, counts(0, {"s": 1}, discarded={"e": 1}))
    state = telemetry.again(telemetry.ended(state, 0, "failed", 7.0), 0)
    state = telemetry.apply(state, counts(0, {"s": 5}))
    assert (state.totals, state.discarded) == ({"s": 9}, {"e": 3})


def test_a_deployment_in_which_another_has_failed_stays_failed(begun):
    state = telemetry.ended(telemetry.phase(begun, "running", 5.5), 0, "failed", 6.0, "was killed")
    state = telemetry.again(telemetry.ended(state, 1, "failed", 6.0, "was killed"), 0)
    assert (state.state, state.reason) == ("failed", "process `A` has ended: was killed")


def test_what_was_discarded_is_kept_by_edge(begun):
    after = telemetry.apply(begun, counts(0, {}, discarded={"s": 3}))
    after = telemetry.apply(after, counts(1, {}, discarded={"t": 1}))
    assert telemetry.apply(after, counts(0, {}, discarded={"s": 5})).discarded == {"s": 5, "t": 1}


def test_samples_form_a_bounded_ring_and_values_replace(begun):
    state = begun
    for n in range(80):
        state = telemetry.apply(
            state, counts(0, {}, samples={"s": [Sample(n, str(n), "int")]}, values={"v": Sample(n, str(n), "int")})
        )
    assert len(state.samples["s"]) == KEPT
    assert (state.samples["s"].newest.text, state.values["v"].text) == ("79", "79")


def test_an_older_long_sample_is_shortened():
    ring = Ring().added([Sample(0, "x" * 4000, "str")]).added([Sample(1, "y" * 4000, "str")])
    assert [len(sample.text) for sample in ring.samples] == [1024, 4000]


def test_problems_are_kept_in_order(begun):
    state = begun
    for n in range(300):
        state = telemetry.apply(state, Problem(0, n, f"e{n}", "s", "map", Site("In[1]", 1), "5"))
    assert (len(state.problems), state.problems[-1].error) == (200, "e299")


def problem(n, slot="s", *, location=0, fatal=False, sequel=""):
    return Problem(location, float(n), f"e{n}", slot, "map", fatal=fatal, sequel=sequel)


def test_many_that_harm_nobody_push_out_neither_reasons_nor_what_came_first(begun):
    state = begun
    lasting = [problem(0, fatal=True), problem(1, "t", sequel="it starts again"), problem(2, "u"), problem(3, "")]
    for each in (*lasting, *(problem(n, "port", location=1) for n in range(4, 1000))):
        state = telemetry.apply(state, each)
    kept = [each.error for each in state.problems]
    assert kept == ["e0", "e1", "e2", "e3", "e4", *(f"e{n}" for n in range(805, 1000))]


def test_of_reasons_alone_the_first_of_each_operator_and_the_newest_stay(begun):
    state = begun
    for each in (problem(0, "t", fatal=True), *(problem(n, fatal=True) for n in range(1, 300))):
        state = telemetry.apply(state, each)
    assert [each.error for each in state.problems] == ["e0", "e1", *(f"e{n}" for n in range(102, 300))]


def test_a_channel_that_broke_stays_broken(begun):
    state = telemetry.apply(begun, ChannelEnded(0, 3, 1.0, "killed"))
    state = telemetry.apply(state, ChannelEnded(1, 3, 2.0))
    assert state.ended_channels[3].reason == "killed"


def test_a_probe_reply_changes_nothing(begun):
    assert (
        telemetry.apply(begun, ProbeReply(0, 1, idle=True, changes=0, sent={}, received={}, timers_fired=True)) is begun
    )


def test_phases_and_ends(begun):
    state = telemetry.phase(begun, "failed", 9.0, "why")
    state = telemetry.ended(state, 1, "failed", 9.5, "was killed (SIGKILL)")
    assert (state.state, state.reason) == ("failed", "why")
    assert (state.processes[1].state, state.processes[1].reason) == ("failed", "was killed (SIGKILL)")


def test_one_process_that_fails_makes_it_failed_until_it_is_stopped(begun):
    state = telemetry.phase(begun, "running", 6.0)
    state = telemetry.ended(state, 1, "failed", 9.0, "was killed (SIGKILL)")
    assert (state.state, state.reason) == ("failed", "process `B` has ended: was killed (SIGKILL)")
    assert telemetry.phase(state, "settled", 9.5) is state
    assert (state.over, state.ended) == (False, 0.0)
    alone = telemetry.ended(state, 0, "stopped", 10.0)
    assert (alone.state, alone.over, alone.ended) == ("failed", True, 10.0)
    stopped = telemetry.phase(telemetry.phase(state, "stopping", 11.0), "stopped", 12.0)
    assert (stopped.state, stopped.over, stopped.ended) == ("stopped", True, 12.0)


def test_one_that_is_killed_on_purpose_leaves_it_as_it_is_while_others_live(begun):
    state = telemetry.ended(telemetry.phase(begun, "settled", 6.0), 1, "killed", 9.0, "was killed (SIGKILL)")
    assert (state.state, state.reason, state.processes[1].state) == ("settled", "", "killed")
    nobody = telemetry.ended(state, 0, "killed", 10.0, "was killed (SIGKILL)")
    assert (nobody.state, nobody.reason, nobody.over) == ("failed", "no process is left", True)
    again = telemetry.again(nobody, 1)
    assert (again.state, again.reason, again.over) == ("running", "", False)


def test_settled_is_shown_of_what_rests_alone(begun):
    state = telemetry.phase(telemetry.apply(begun, counts(0, {"s": 3})), "settled", 1.0)
    assert [telemetry.shown(state, now) for now in (1.5, 2.9, 3.1)] == ["running", "running", "settled"]
    still = telemetry.apply(state, msgspec.structs.replace(counts(0, {"s": 3}), time=3.0))
    assert telemetry.shown(still, 3.1) == "settled"
    again = telemetry.apply(state, msgspec.structs.replace(counts(0, {"s": 4}), time=3.0))
    assert telemetry.shown(again, 3.1) == "running"
    assert telemetry.shown(telemetry.phase(again, "stopped", 3.0), 3.1) == "stopped"


def test_a_flow_with_timers_is_shown_running_while_it_runs():
    place = LocationProgram(0, "a", "A", "process", timers=(TimerSpec("time", 1.0),))
    state = telemetry.phase(telemetry.begin("flow", {0: place}, 5.0), "settled", 6.0)
    assert (state.state, telemetry.shown(state, 1000.0)) == ("settled", "running")


def test_a_process_that_fails_while_all_are_stopped_changes_nothing_more(begun):
    state = telemetry.phase(begun, "stopping", 6.0)
    assert telemetry.ended(state, 1, "failed", 9.0, "exit code 1").state == "stopping"


def test_rows_and_problems_read_as_one_line(begun):
    site = Site("In[3]", 4, "numbers.map(divide)")
    begun = telemetry.apply(begun, Problem(1, 2.0, "ValueError: no\nat all", "m", "map", site, "[1, 2]"))
    begun = telemetry.apply(begun, Problem(-1, 3.0, "x" * 1000, fatal=False))
    mapped, long = begun.problems
    assert str(mapped) == "B: ValueError: no, in `map` on element [1, 2] (In[3], line 4)"
    assert repr(mapped) == f"<Problem of {mapped}>"
    assert str(long) == f"a client: {'x' * 200}..."
    state = telemetry.apply(begun, counts(0, {}, cpu=0.5, memory=9 << 20, queued=2))
    state = telemetry.ended(state, 0, "killed", 9.0, "was killed (SIGKILL)")
    row = state.processes[0]
    assert str(row).split()[:2] == ["A", "killed"]
    assert repr(row) == "<Process A killed pid - cpu 0.50 s memory 9 MB queued 2 was killed (SIGKILL)>"


def test_one_that_starts_again_by_itself_has_not_failed_the_deployment(begun):
    state = telemetry.phase(begun, "running", 5.5)
    state = telemetry.ended(state, 0, "failed", 6.0, "was killed", returns=True)
    assert (state.state, state.processes[0].state, state.alive) == ("running", "failed", True)
    # it counts as one that is left, also where the last other one is killed on purpose
    state = telemetry.ended(state, 1, "killed", 6.5)
    assert (state.state, state.alive) == ("running", True)
    state = telemetry.again(state, 0, "was killed")
    row = state.processes[0]
    assert (row.state, row.reason, row.restarts, row.why, row.returns) == ("starting", "", 1, "was killed", False)
    assert "started again once, the last time: was killed" in str(row)
    # it could not even be started
    state = telemetry.ended(state, 0, "failed", 7.0, "no room")
    assert (state.state, state.reason) == ("failed", "process `A` has ended: no room")


def test_where_one_that_is_started_again_listened_nobody_listens(begun):
    state = telemetry.apply(begun, Listening(0, "port", "127.0.0.1", 5000))
    state = telemetry.apply(state, Listening(1, "other", "127.0.0.1", 5001))
    state = telemetry.again(telemetry.ended(state, 0, "failed", 6.0), 0)
    assert state.addresses == {"other": ("127.0.0.1", 5001)}


def test_problems_are_sorted_by_when_they_happened(begun):
    state = begun
    for location, time in ((1, 7.0), (1, 6.0), (0, 6.5), (0, 7.0)):
        state = telemetry.apply(state, Problem(location, time, "boom"))
    assert [(each.process, each.time) for each in state.problems] == [("B", 6.0), ("A", 6.5), ("A", 7.0), ("B", 7.0)]


# ---------------------------------------------------------------- faults on purpose


def running(state):
    for location in (0, 1):
        state = telemetry.apply(state, Entered(location, "running", 77, 6.0))
    return state


def test_who_is_paused_shows_it_until_it_goes_on(begun):
    fault = telemetry.FaultRow("pause", ("B",), 7.0)
    paused = telemetry.struck(running(begun), (fault,), frozenset())
    assert [row.state for row in paused.processes.values()] == ["running", "paused"]
    assert (paused.faults, paused.started_count, paused.alive) == ((fault,), 2, True)
    gone_on = telemetry.struck(paused, (), frozenset())
    assert [row.state for row in gone_on.processes.values()] == ["running", "running"]
    ended = telemetry.ended(paused, 1, "killed", 8.0)
    assert telemetry.struck(ended, (), frozenset()).processes[1].state == "killed"


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (telemetry.FaultRow("pause", ("A",), 1.0), "`A` is paused"),
        (telemetry.FaultRow("cut", ("A", "B"), 1.0), "`A` and `B` are cut from each other"),
        (telemetry.FaultRow("cut", ("A", "B"), 1.0, ended=("c",)), "`A` and `B` are cut from each other; ended: `c`"),
        (telemetry.FaultRow("delay", ("A", "B"), 1.0, seconds=0.05), "`A` to `B`: every frame is 0.05 s late"),
        (
            telemetry.FaultRow("drop", ("A", "B"), 1.0, rate=0.25, seed=3),
            "`A` to `B`: 25% of what may be lost is dropped (seed 3)",
        ),
    ],
)
def test_a_fault_in_words(fault, text):
    assert (str(fault), repr(fault)) == (text, f"<Fault {text}>")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(fault), type=telemetry.FaultRow) == fault
