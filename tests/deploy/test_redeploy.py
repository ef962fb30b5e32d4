"""A flow that is deployed again while it runs: who changes is replaced, the others keep their state."""

from __future__ import annotations

import linecache
import socket
from dataclasses import dataclass

import pytest
from leading import SECONDS, row, said, send, shown, until

from hydro_nb import TCP, DeployError, FlowBuilder, ProcessFailed, Restart, SettleTimeout, nondet


class Leader: ...


class Counter: ...


class Printer: ...


class Audit: ...


class Worker: ...


def _add(total, pair):
    return total + pair[1], (pair[0], total + pair[1])


def _sum(pairs):
    return pairs.scan(0, _add)


class Sums:
    """A leader numbers what a client sends, a counter adds it up, a printer numbers and shows the sums."""

    def __init__(self, **deployed) -> None:
        self.flow = FlowBuilder("sums")
        self.build()
        self.deployment = self.flow.deploy(**deployed)

    def build(self, count=_sum, number=lambda stream: stream.enumerate(), element=int, more=lambda leader: None):
        with self.flow.cell("all"):
            leader, counter, printer = map(self.flow.process, (Leader, Counter, Printer))
            self.port, numbers = leader.source_external(self.flow.external(), element)
            more(numbers)
            sums = count(number(numbers).send(counter))
            shown(sums.send(printer).enumerate(), str)

    def say(self, *numbers):
        send(self.deployment, self.port, *numbers)
        self.deployment.settle(SECONDS)
        return said(self.deployment, "Printer")

    def __enter__(self):
        self.deployment.__enter__()
        return self

    def __exit__(self, *error):
        self.deployment.__exit__(*error)


def pids(deployment):
    return {each.name: each.pid for each in deployment.processes}


@pytest.mark.parametrize("transport", ["ipc", "tcp"])
def test_only_who_changed_is_replaced_and_the_others_keep_their_state(transport):
    with Sums(transport=transport) as made:
        assert made.say(1, 2) == ["(0, (0, 1))", "(1, (1, 3))"]
        before = pids(made.deployment)
        made.build(count=lambda pairs: _sum(pairs.map(lambda pair: (pair[0], pair[1] * 100))))
        done = made.deployment.redeploy()
        assert str(done) == "Counter changed (its code): replaced; Leader, Printer kept their state"
        after = pids(made.deployment)
        assert {name for name in after if after[name] != before[name]} == {"Counter"}
        # leader and printer go on numbering, the counter begins at 0
        assert made.say(1, 2)[2:] == ["(2, (2, 100))", "(3, (3, 300))"]
        counter = row(made.deployment.snapshot(), "Counter")
        assert (counter.state, counter.restarts, counter.why) == ("running", 1, "its code changed")
        assert made.deployment.problems == []
        assert made.deployment.state == "settled"


def test_what_is_counted_goes_by_the_names_of_the_flow_as_it_is():
    with Sums() as made:
        made.say(1, 2)
        # every slot of the cell moves on by one: an operator of each kind comes before all others
        made.build(more=lambda numbers: numbers.enumerate().send(made.flow.process(Audit)).for_each(print))
        done = made.deployment.redeploy()
        assert (tuple(done.replaced), done.added, done.kept) == (("Leader",), ("Audit",), ("Counter", "Printer"))
        assert set(made.deployment.totals) <= set(made.flow.graph.nodes)
        made.say(3)
        totals = made.deployment.totals
        edges = {each.name: totals[each.edge] for each in made.deployment.program.channels if each.edge in totals}
        assert edges["Counter -> Printer"] == 3
        assert edges["Leader -> Counter"] == edges["Leader -> Audit"] == 1
        assert "totals" not in made.deployment.status()
        assert list(made.deployment.snapshot().samples)


def test_a_second_change_finds_what_the_first_has_left():
    with Sums() as made:
        made.say(1)
        for factor in (10, 100):
            made.build(count=lambda pairs, by=factor: _sum(pairs.map(lambda pair: (pair[0], pair[1] * by))))
            assert made.deployment.redeploy().replaced == {"Counter": "its code"}
            made.say(1)
        assert said(made.deployment, "Printer") == ["(0, (0, 1))", "(1, (1, 10))", "(2, (2, 100))"]
        assert row(made.deployment.snapshot(), "Counter").restarts == 2
        assert str(made.deployment.redeploy()) == "nothing changed; Leader, Counter, Printer kept their state"


def test_where_something_is_written_does_not_count():
    with Sums() as made:
        made.say(1)
        source = "\n\n# moved\nmade.build(count=lambda pairs: pairs.scan(0, _add))"
        exec(compile(source, "cell", "exec"), {**globals(), "made": made})
        assert made.deployment.redeploy().replaced == {}


def _written(name, line):
    """Give a flow of one line, whose text is known as that of a cell is."""
    flow = FlowBuilder(name)
    linecache.cache[line] = (len(line), None, [line], line)
    leader = flow.process(Leader)
    exec(compile(line, line, "exec"), {"leader": leader})
    return flow, leader


def test_nor_do_comments_and_spaces_on_the_line_of_an_operator_nor_the_name_of_the_flow():
    made, leader = _written("one", "leader.source_iter([0]).map(lambda n: n + 1).for_each(print)")
    again, other = _written("two", "leader.source_iter([0]).map(lambda n: n+1).for_each(print)  # a note")
    assert (made.source(leader) == again.source(other), "# a note" in again.source(other)) == (False, True)
    with made.deploy(backend="inprocess") as deployment:
        assert str(deployment.redeploy(again)) == "nothing changed; Leader kept its state"


def test_a_captured_value_that_changed_changes_who_captures_it():
    table = {1: "one"}
    flow = FlowBuilder()
    leader, printer = flow.process(Leader), flow.process(Printer)
    names = leader.source_iter([1]).map(lambda n: table.get(n, "?"))
    shown(names.send(printer).enumerate(), str)
    with flow.deploy() as deployment:
        deployment.settle(SECONDS)
        assert deployment.redeploy().replaced == {}
        table[1] = "eins"
        assert (
            str(deployment.redeploy()) == "Leader changed (what it captures: `table`): replaced; Printer kept its state"
        )
        deployment.settle(SECONDS)
        assert said(deployment, "Printer") == ["(0, 'one')", "(1, 'eins')"]


@dataclass
class Item:
    size: int


def test_a_channel_of_another_type_changes_both_its_ends():
    flow = FlowBuilder()
    leader, counter, printer = map(flow.process, (Leader, Counter, Printer))

    def build(data, show):
        with flow.cell("build"):
            sent = leader.source_iter(data).send(counter)
            sent.map(show).enumerate().send(printer).for_each(print)

    build([1, 2], str)
    with flow.deploy() as deployment:
        deployment.settle(SECONDS)
        build([Item(1), Item(2)], str)
        done = deployment.redeploy()
        assert (tuple(done.replaced), done.kept) == (("Leader", "Counter"), ("Printer",))
        deployment.settle(SECONDS)
        assert said(deployment, "Printer") == ["(0, '1')", "(1, '2')", "(0, 'Item(size=1)')", "(1, 'Item(size=2)')"]


def test_processes_come_and_go():
    with Sums() as made:
        made.say(1)
        with made.flow.cell("audit"):
            made.flow.process(Audit).source_iter([1, 2]).for_each(print)
        done = made.deployment.redeploy()
        assert str(done) == "Audit added; Leader, Counter, Printer kept their state"
        made.deployment.settle(SECONDS)
        assert said(made.deployment, "Audit") == ["1", "2"]
        with made.flow.cell("audit"):
            pass
        assert str(made.deployment.redeploy()) == "Audit removed; Leader, Counter, Printer kept their state"
        assert [each.name for each in made.deployment.processes] == ["Leader", "Counter", "Printer"]
        assert made.say(2)[-1] == "(1, (1, 3))"
        with pytest.raises(DeployError, match="no process is called `Audit`"):
            made.deployment.kill("Audit")


def test_of_several_with_one_marker_none_goes_on_with_the_state_of_another():
    flow = FlowBuilder()
    leader = flow.process(Leader)
    port, numbers = leader.source_external(flow.external(), int)

    def build(cell):
        with flow.cell(cell):
            sums = numbers.send(flow.process(Counter)).scan(lambda: 0, lambda total, n: (total + n, total + n))
            shown(sums.map(lambda n, name=cell: (name, n)), str)

    build("one")
    build("two")
    with flow.deploy() as deployment:
        send(deployment, port, 1)
        deployment.settle(SECONDS)
        with flow.cell("one"):
            pass
        done = deployment.redeploy()
        assert (done.replaced, done.removed) == ({"Leader": "its code", "Counter": "its name"}, ("Counter",))
        send(deployment, port, 5)
        deployment.settle(SECONDS)
        assert said(deployment, "Counter")[-1] == "('two', 5)"


def test_all_of_them_may_be_others():
    flow = FlowBuilder()
    with flow.cell("one"):
        flow.process(Leader).source_iter([1]).for_each(print)
    with flow.deploy() as deployment:
        deployment.settle(SECONDS)
        with flow.cell("one"):
            flow.process(Printer).source_iter([2]).for_each(print)
        assert str(deployment.redeploy()) == "Printer added; Leader removed"
        deployment.settle(SECONDS)
        assert (said(deployment, "Printer"), deployment.state) == (["2"], "settled")


def test_members_join_and_leave_a_cluster():
    flow = FlowBuilder()
    leader, workers = flow.process(Leader), flow.cluster(Worker)
    port, numbers = leader.source_external(flow.external(), int)
    shown(numbers.broadcast(workers, TCP.fail_stop(), nondet("all are there")).enumerate(), str)
    printer = flow.process(Printer)
    shown(printer.source_iter([0]).enumerate(), str)
    with flow.deploy(clusters={workers: 1}) as deployment:
        send(deployment, port, 5)
        deployment.settle(SECONDS)
        done = deployment.redeploy(clusters={workers: 3})
        assert (tuple(done.replaced), done.added) == (("Leader",), ("Worker/1", "Worker/2"))
        assert done.kept == ("Worker/0", "Printer")
        send(deployment, port, 6)
        deployment.settle(SECONDS)
        assert said(deployment, "Worker/0") == ["(0, 5)", "(1, 6)"]
        assert said(deployment, "Worker/2") == ["(0, 6)"]
        assert deployment.redeploy(clusters={workers: 2}).removed == ("Worker/2",)
        send(deployment, port, 7)
        deployment.settle(SECONDS)
        assert said(deployment, "Worker/0")[-1] == "(2, 7)"


def test_a_cluster_on_which_nothing_runs_yet_has_the_size_that_it_was_given():
    flow = FlowBuilder()
    workers = flow.cluster(Worker)
    flow.process(Leader).source_iter([0]).for_each(print)
    with flow.deploy(clusters={workers: 2}) as deployment:
        deployment.settle(SECONDS)
        assert str(deployment.redeploy()) == "nothing changed; Leader kept its state"
        with flow.cell("work"):
            shown(workers.source_iter([1]), str)
        assert deployment.redeploy().added == ("Worker/0", "Worker/1")
        with flow.cell("work"):
            pass
        assert deployment.redeploy().removed == ("Worker/0", "Worker/1")


def test_one_that_failed_is_replaced_and_the_deployment_runs_again():
    flow = FlowBuilder()
    leader, counter = flow.process(Leader), flow.process(Counter)
    port, numbers = leader.source_external(flow.external(), int)
    heard = numbers.enumerate().send(counter)
    with flow.cell("count"):
        heard.map(lambda pair: 10 // pair[1]).for_each(print)
    with flow.deploy() as deployment:
        send(deployment, port, 0)
        with pytest.raises(ProcessFailed, match="ZeroDivisionError"):
            deployment.settle(SECONDS)
        with flow.cell("count"):
            shown(heard.map(lambda pair: (pair[0], 10 // (pair[1] or 1))), str)
        assert str(deployment.redeploy()) == "Counter changed (its code): replaced; Leader kept its state"
        send(deployment, port, 0)
        deployment.settle(SECONDS)
        assert (said(deployment, "Counter"), deployment.state) == (["(1, 10)"], "settled")
        deployment.kill("Counter")
        deployment.settle(SECONDS)
        assert str(deployment.redeploy()) == "Counter had ended: started again; Leader kept its state"


def test_a_flow_that_cannot_run_replaces_nobody():
    with Sums() as made:
        made.say(1)
        before = pids(made.deployment)
        with made.flow.cell("all"):
            pass
        with pytest.raises(Exception, match="is empty"):
            made.deployment.redeploy()
        made.deployment.pause("Leader")
        made.build(count=lambda pairs: pairs.map(lambda pair: pair))
        with pytest.raises(DeployError, match="while `Leader` is paused"):
            made.deployment.redeploy()
        made.deployment.resume("Leader")
        made.build()
        assert made.say(2)[-1] == "(1, (1, 3))"
        assert pids(made.deployment) == before


def test_what_was_refused_is_not_asked_for_again():
    flow, other = FlowBuilder(), FlowBuilder()
    workers = flow.cluster(Worker)
    shown(workers.source_iter([1]).enumerate(), str)
    strangers = other.cluster(Audit)
    shown(strangers.source_iter([1]), str)
    with flow.deploy(clusters={workers: 2}) as deployment:
        for refused in ({"clusters": {workers: 1 << 30}}, {"flow": other, "clusters": {strangers: 1 << 30}}):
            with pytest.raises(DeployError, match="was given 1073741824 members"):
                deployment.redeploy(**refused)
            assert str(deployment.redeploy()) == "nothing changed; Worker/0, Worker/1 kept their state"


def test_one_that_is_paused_and_changes_is_replaced():
    with Sums() as made:
        made.say(1)
        made.deployment.pause("Counter")
        made.build(count=lambda pairs: _sum(pairs.map(lambda pair: (pair[0], pair[1] * 100))))
        assert made.deployment.redeploy().kept == ("Leader", "Printer")
        assert made.say(2)[-1] == "(1, (1, 200))"
        assert made.deployment.faults == []


def test_one_that_cannot_start_is_told_and_the_next_edit_mends_it():
    def broken():
        raise OSError("no such file")

    flow = FlowBuilder()
    leader, printer = flow.process(Leader), flow.process(Printer)
    with flow.cell("printer"):
        shown(printer.source_iter([0]), str)
    shown(leader.source_iter([1]).enumerate(), str)
    with flow.deploy() as deployment:
        deployment.settle(SECONDS)
        with flow.cell("printer"):
            shown(printer.source_iter(broken), str)
        with pytest.raises(DeployError, match=r"process `Printer` could not start again: .*OSError: no such file"):
            deployment.redeploy()
        with flow.cell("printer"):
            shown(printer.source_iter([2]), str)
        assert str(deployment.redeploy()) == "Printer changed (its code): replaced; Leader kept its state"
        deployment.settle(SECONDS)
        assert (said(deployment, "Printer"), deployment.state) == (["0", "2"], "settled")


def test_ports_of_clients_go_along():
    with Sums() as made:
        made.say(1)
        kept = made.deployment[made.port]
        with made.flow.cell("more"):
            audit = made.flow.process(Audit)
            client = made.flow.external()
            into, numbers = audit.source_external(client, str)
            out = numbers.map(str.upper).send_external(client)
        made.deployment.redeploy()
        # whose process stays, stays connected; new ones can be connected to
        assert made.deployment[made.port] is kept
        made.deployment[into].send("a")
        assert made.deployment[out].receive(SECONDS) == "A"
        with made.flow.cell("more"):
            pass
        old = made.deployment[into]
        made.deployment.redeploy()
        with pytest.raises(DeployError, match="connect to the ports of the flow as it is now"):
            old.send("b")
        assert made.say(2)[-1] == "(1, (1, 3))"


def test_a_port_for_others_keeps_its_number_as_long_as_nobody_else_takes_it():
    flow = FlowBuilder()
    leader = flow.process(Leader)

    def build(answer):
        with flow.cell("port"):
            port, lines, replies = leader.bind_single_client(flow.external())
            replies.send(lines.map(answer))
        return port

    def asked(address):
        with socket.create_connection(address) as client:
            client.sendall(b"a\n")
            return client.recv(10)

    port = build(str.upper)
    with flow.deploy() as deployment:
        first = deployment.address(port)
        assert asked(first) == b"A\n"
        port = build(lambda line: 2 * line)
        assert deployment.redeploy().replaced == {"Leader": "its code"}
        assert (deployment.address(port), asked(first)) == (first, b"aa\n")
        deployment.kill("Leader")
        until(deployment, lambda state: row(state, "Leader").state == "killed")
        with socket.create_server(first):
            deployment.restart("Leader", nondet("it has no state"))
            assert deployment.address(port) != first
        assert asked(deployment.address(port)) == b"aa\n"


@pytest.mark.parametrize(
    ("deployed", "why"),
    [
        ({"backend": "inprocess"}, "they all live in the kernel, as backend='inprocess' has it"),
        (
            {"colocate": [[Counter, Printer]]},
            "Counter, Printer share a process of the operating system, and not all of them are as they were",
        ),
    ],
)
def test_all_begin_anew_where_nobody_could_be_replaced_alone(deployed, why):
    with Sums(**deployed) as made:
        seen = []
        made.deployment.subscribe(seen.append)
        assert made.say(1, 2)[-1] == "(1, (1, 3))"
        assert made.deployment.redeploy().whole == ""
        made.build(count=lambda pairs: _sum(pairs.map(lambda pair: (pair[0], pair[1] * 100))))
        done = made.deployment.redeploy()
        assert str(done) == f"all processes are new: {why}"
        assert made.say(1) == ["(0, (0, 100))"]
        assert seen[-1].processes.keys() == made.deployment.snapshot().processes.keys()


def test_a_deployment_that_is_over_begins_anew():
    made = Sums()
    made.say(1)
    made.deployment.stop()
    assert str(made.deployment.redeploy()) == "all processes are new: the deployment was over"
    with made:
        assert made.say(2) == ["(0, (0, 2))"]


def test_a_flow_that_was_built_anew_takes_the_place_of_the_old_one():
    with Sums() as made:
        made.say(1)
        made.flow = FlowBuilder("sums")
        made.flow.process(Audit).source_iter([1]).for_each(print)
        made.build()
        done = made.deployment.redeploy(made.flow)
        assert str(done) == "Audit added; Leader, Counter, Printer kept their state"
        assert made.say(2)[-1] == "(1, (1, 3))"


def test_policies_hold_for_those_that_are_new():
    restart = Restart("on_failure", nondet("each life is shown"))
    with Sums(restart=restart) as made:
        made.say(1)
        made.build(count=lambda pairs: _sum(pairs.map(lambda pair: (pair[0], 10 // pair[1]))))
        made.deployment.redeploy()
        made.say(0)
        assert row(made.deployment.snapshot(), "Counter").restarts == 2
        assert made.say(5)[-1] == "(1, (2, 2))"


def test_one_that_never_returns_is_ended_and_replaced():
    def stuck(pair):
        while pair[1] == 0:
            pass
        return pair

    flow = FlowBuilder()
    leader, counter = flow.process(Leader), flow.process(Counter)
    port, numbers = leader.source_external(flow.external(), int)
    heard = numbers.enumerate().send(counter)
    with flow.cell("count"):
        shown(heard.map(stuck), str)
    with flow.deploy() as deployment:
        send(deployment, port, 1)
        deployment.settle(SECONDS)
        send(deployment, port, 0)
        with pytest.raises(SettleTimeout):
            deployment.settle(0.5)
        with flow.cell("count"):
            shown(heard, str)
        assert str(deployment.redeploy()) == "Counter changed (its code): replaced; Leader kept its state"
        send(deployment, port, 2)
        deployment.settle(SECONDS)
        assert said(deployment, "Counter") == ["(0, 1)", "(2, 2)"]


def test_who_has_sent_all_it_had_stays_as_it_is():
    flow = FlowBuilder()
    leader, printer = flow.process(Leader), flow.process(Printer)
    sent = leader.source_iter([1, 2]).send(printer)
    with flow.cell("print"):
        shown(sent, str)
    with flow.deploy() as deployment:
        deployment.settle(SECONDS)
        with flow.cell("print"):
            shown(sent.map(float), str)
        assert deployment.redeploy().kept == ("Leader",)
        deployment.settle(SECONDS)
        # a source that was read is not read again: what it gave is gone with the one that had it
        assert (said(deployment, "Printer"), deployment.state) == (["1", "2"], "settled")


def test_channels_that_change_places_change_both_ends():
    flow = FlowBuilder()
    leader, printer = flow.process(Leader), flow.process(Printer)

    def build(first, second):
        with flow.cell("build"):
            ones, twos = leader.source_iter([1]), leader.source_iter([2])
            way = {"ones": ones, "twos": twos}
            one, two = way[first].send(printer), way[second].send(printer)
            shown(one, lambda n: f"first {n}")
            shown(two, lambda n: f"second {n}")

    build("ones", "twos")
    with flow.deploy() as deployment:
        deployment.settle(SECONDS)
        build("twos", "ones")
        assert "Leader" in deployment.redeploy().replaced
        deployment.settle(SECONDS)
        lines = said(deployment, "Printer")
        assert (sorted(lines[:2]), sorted(lines[2:])) == (["first 1", "second 2"], ["first 2", "second 1"])


def test_two_who_talk_to_each_other_begin_together():
    flow = FlowBuilder()
    leader, printer = flow.process(Leader), flow.process(Printer)

    def build(factor):
        with flow.cell("build"):
            numbers = leader.source_iter(range(1000)).map(lambda n: n * factor)
            back = numbers.send(printer).map(lambda n: n + factor).send(leader)
            shown(back.fold(lambda: 0, lambda total, n: total + n).sample_every(0.01, nondet("shown")).unique(), str)

    build(1)
    with flow.deploy() as deployment:
        deployment.settle(SECONDS)
        for factor in (2, 3):
            build(factor)
            assert tuple(deployment.redeploy().replaced) == ("Leader", "Printer")
            deployment.settle(SECONDS)
            # all that the first one sends arrives, though its receiver began after it
            assert said(deployment, "Leader")[-1] == str(sum(range(1000)) * factor + 1000 * factor)
