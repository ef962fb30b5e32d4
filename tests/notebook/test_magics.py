"""`%%hydro` and `%hydro` in a real kernel."""

import re

import pytest

PIPELINE = """%%hydro
class Leader: ...
leader = process(Leader)
numbers = leader.source_iter([1, 2, 3, 4])
process2 = process()
numbers.send_bincode(process2).map(lambda n: n * 10).for_each(print)
"""


def test_the_body_builds_on_a_flow_that_is_made_and_shown(kernel):
    ran = kernel.run(PIPELINE, "a")
    assert kernel.value("len(flow.graph.nodes), flow.name") == "(4, 'flow')"
    assert ran.graphs[-1]["text/plain"] == "FlowBuilder('flow': 2 locations, 4 operators)"
    assert "source_iter" in ran.graphs[-1]["text/html"]
    assert "<svg" in ran.graphs[-1]["text/html"]


def test_a_flow_may_have_a_name_of_its_own(kernel):
    kernel.attempt("flow = 'mine'", "a")
    kernel.run("%%hydro words\nassert flow is words\nsource = process().source_iter('ab')", "b")
    assert kernel.value("flow, words.name, len(words.graph.nodes)") == "('mine', 'words', 1)"


def test_a_body_may_make_the_flow_itself(kernel):
    kernel.run(
        "%%hydro --deploy --wait\nflow = FlowBuilder('mine')\nflow.process().source_iter([1]).for_each(print)", "a"
    )
    assert kernel.value("flow.name, deployment.name, len(flow.graph.nodes)") == "('mine', 'mine', 2)"


def test_names_it_shadows_come_back_even_after_an_error(kernel):
    kernel.attempt("process, external = 'p', 'e'", "a")
    kernel.run("%%hydro\nprocess().source_iter([1])", "b")
    assert kernel.attempt("%%hydro\nexternal()\n1 / 0", "c").ename == "ZeroDivisionError"
    assert kernel.value("process, external") == "('p', 'e')"


def test_names_it_lent_are_gone_afterwards(kernel):
    kernel.run("%%hydro\nprocess()", "a")
    assert kernel.value("'process' in globals(), 'external' in globals()") == "(False, False)"


def test_a_name_that_the_body_binds_stays(kernel):
    kernel.run("%%hydro\nprocess = process()", "a")
    assert kernel.value("process") == "Process[None] (process 0)"


def test_the_last_expression_is_displayed(kernel):
    assert kernel.attempt("%%hydro\nnumbers = process().source_iter([1])\nnumbers", "a").result.startswith(
        "Stream[int,"
    )
    assert kernel.attempt("%%hydro\nprocess();  # quiet", "b").result == ""


def test_magics_work_inside_the_body(kernel):
    kernel.run("%%hydro\nwhere = %pwd\nprocess()", "a")
    assert kernel.value("type(where).__name__") == "str"


def test_a_traceback_starts_at_the_users_line(kernel):
    error = kernel.attempt("%%hydro\none = 1\n\none / 0", "a").error
    assert "line 4" in error
    assert "----> 4 one / 0" in error
    assert "hydro_nb" not in error
    assert "run_cell_magic" not in error


def test_a_syntax_error_shows_the_users_line(kernel):
    error = kernel.attempt("%%hydro\none = = 1", "a").error
    assert "line 2" in error
    assert "one = = 1" in error
    assert "hydro_nb" not in error


def test_a_guarantee_error_names_the_cell_and_the_line(kernel):
    kernel.run(PIPELINE, "a")
    ran = kernel.attempt("%%hydro\nloose = numbers.weaken_ordering()\nloose.enumerate()", "b")
    assert ran.ename == "OrderError"
    assert "line 2:" in ran.error
    assert "line 3:" in ran.error
    assert "In[" in ran.error


def test_functions_of_the_body_are_spliced(kernel):
    kernel.run(PIPELINE, "a")
    source = kernel.value("flow.source(process2)")
    assert "* 10" in source


def test_a_second_cell_highlights_what_it_adds(kernel):
    kernel.run(PIPELINE, "a")
    ran = kernel.run("%%hydro\nnumbers.filter(lambda n: n > 2).for_each(print)", "b")
    assert "2 new or changed" in ran.graphs[-1]["text/html"]


def test_deploy_binds_the_deployment_and_shows_the_dashboard(kernel):
    ran = kernel.run(PIPELINE.replace("%%hydro", "%%hydro --deploy --wait"), "a")
    assert any("application/vnd.jupyter.widget-view+json" in each for each in ran.shown)
    assert kernel.value("deployment.state") == "settled"
    assert kernel.run("%hydro logs", "b").stdout.splitlines() == [f"[process 1] {n}0" for n in (1, 2, 3, 4)]


def test_prints_of_processes_stay_out_of_the_cell(kernel):
    ran = kernel.run(PIPELINE.replace("%%hydro", "%%hydro --deploy --wait"), "a")
    assert ran.stdout == ""
    assert kernel.run("deployment.stop()", "b").stdout == ""


def test_an_interrupted_wait_leaves_the_flow_and_the_deployment(kernel):
    code = (
        "%%hydro --deploy --wait\nimport itertools\nprocess().source_stream(itertools.count).for_each(lambda n: None)"
    )
    ran = kernel.interrupt_once_shown(code, "a")
    assert ran.ename == "KeyboardInterrupt"
    assert ran.error == "KeyboardInterrupt: `flow` goes on. Stop it by %hydro stop"
    assert kernel.value("deployment.state, len(flow.graph.nodes)") == "('running', 2)"
    assert kernel.run("%hydro stop", "b").stdout == "flow: stopped\n"


def test_a_cell_may_await(kernel):
    kernel.run(PIPELINE, "a")
    kernel.run("deployment = await flow.deploy()", "b")
    assert kernel.run("%hydro logs", "c").stdout.endswith("[process 1] 40\n")


def test_the_backend_may_be_the_kernel_itself(kernel):
    kernel.run(PIPELINE.replace("%%hydro", "%%hydro --deploy --wait --backend inprocess"), "a")
    assert kernel.run("%hydro logs", "b").stdout.endswith("[process 1] 40\n")


def test_processes_may_be_connected_by_tcp(kernel):
    kernel.run(PIPELINE.replace("%%hydro", "%%hydro --deploy --wait --transport tcp"), "a")
    assert kernel.run("%hydro logs", "b").stdout.endswith("[process 1] 40\n")
    assert kernel.value("deployment._backend.folder") == "None"


CLUSTER = """%%hydro --deploy --wait --cluster Worker=2
class Worker: ...
workers = cluster(Worker)
workers.source_iter([7]).for_each(lambda n: print(hydro_nb.CLUSTER_SELF_ID.raw_id, n))"""


def test_a_cluster_gets_its_size_in_the_line(kernel):
    kernel.run(CLUSTER, "a")
    assert sorted(kernel.run("%hydro logs Worker", "b").stdout.splitlines()) == ["[Worker/0] 0 7", "[Worker/1] 1 7"]
    assert kernel.run("%hydro logs Worker/1", "c").stdout == "[Worker/1] 1 7\n"
    assert kernel.run("%hydro code Worker", "d").shown
    kernel.run("%hydro kill Worker/1", "e")
    assert "Worker/0" in kernel.run("%hydro status", "f").stdout


def test_a_cluster_without_a_size_is_refused_with_the_way_out(kernel):
    ran = kernel.attempt(CLUSTER.replace(" --cluster Worker=2", ""), "a")
    assert ran.ename == "DeployError"
    assert '--cluster "Worker=3"' in ran.error
    error = kernel.attempt(CLUSTER.replace("Worker=", "Wrker="), "b").error
    assert "is no cluster of this flow; there are `Worker`" in error
    assert error.endswith(" %%hydro --deploy --wait --cluster Wrker=2")


def test_a_member_that_was_killed_starts_again(kernel):
    kernel.run(CLUSTER, "a")
    kernel.run("%hydro kill Worker/1", "b")
    kernel.run("%hydro restart Worker/1", "c")
    kernel.run("deployment.settle()", "d")
    assert kernel.run("%hydro logs Worker/1", "e").stdout == "[Worker/1] 1 7\n" * 2
    assert kernel.complete("%hydro restart ") == ["Worker/0", "Worker/1"]


def test_a_process_starts_again_with_a_reason(kernel):
    kernel.run(PIPELINE.replace("%%hydro", "%%hydro --deploy --wait"), "a")
    ran = kernel.attempt("%hydro restart Leader", "b")
    assert ran.ename == "NondetError"
    assert "In a cell: %hydro restart Leader why" in ran.error
    assert "hydro_nb/" not in ran.error
    kernel.run("%hydro restart Leader the numbers may come twice", "c")
    assert kernel.value("deployment.processes[0].why") == "the numbers may come twice"


KILLED_FROM_OUTSIDE = """
import os, signal, threading
again = threading.Event()
deployment.subscribe(lambda state: state.processes[0].restarts and again.set())
os.kill(deployment.processes[0].pid, signal.SIGKILL)
assert again.wait(30)
"""


def test_processes_of_a_line_start_again_by_themselves(kernel):
    kernel.run(PIPELINE.replace("%%hydro", '%%hydro --deploy --wait --restart "any will do"'), "a")
    kernel.run(KILLED_FROM_OUTSIDE, "b")
    assert kernel.value("deployment.problems[0].fatal") == "False"


def test_groups_of_a_line_share_an_os_process(kernel):
    line = '%%hydro --deploy --wait --cluster Worker=2 --colocate "Leader, process 1" --colocate Worker'
    workers = "class Worker: ...\ncluster(Worker).source_iter([7]).for_each(print)\n"
    kernel.run(PIPELINE.replace("%%hydro", line) + workers, "a")
    assert kernel.value("len({row.pid for row in deployment.processes}), len(deployment.processes)") == "(2, 4)"
    kernel.run("%hydro deploy --cluster Worker=2 --colocate Leader,Worker/0", "b")
    assert kernel.value("len({row.pid for row in deployment.processes})") == "3"


def test_one_that_is_no_process_shares_none(kernel):
    ran = kernel.attempt(PIPELINE.replace("%%hydro", "%%hydro --deploy --colocate Leader,Folower"), "a")
    assert ran.ename == "DeployError"
    names = "`colocate` names who cannot share: no process is called `Folower`; there are `Leader`, `process 1`"
    assert names in ran.error


def test_a_deployment_at_the_end_of_a_cell_shows_the_dashboard(kernel):
    kernel.run(PIPELINE, "a")
    ran = kernel.run("flow.deploy()", "b")
    assert any("application/vnd.jupyter.widget-view+json" in each for each in ran.shown)


def test_commands_on_a_deployment(kernel):
    kernel.run(PIPELINE, "a")
    kernel.run("%hydro deploy --wait", "b")
    status = kernel.run("%hydro status", "c").stdout
    assert "Leader" in status
    assert "process 1" in status
    assert kernel.run('%hydro logs "process 1" --last 1', "d").stdout.splitlines()[-1] == "[process 1] 40"
    assert kernel.run("%hydro logs Leader", "e").stdout == ""
    assert kernel.run("%hydro kill Leader", "f")
    assert kernel.run("%hydro stop", "g").stdout.startswith("flow: ")
    assert kernel.value("deployment.state") in ("stopped", "failed")


def test_status_and_logs_are_of_what_was_deployed_last_even_if_it_failed(kernel):
    kernel.run(PIPELINE, "a")
    kernel.run("first = flow.deploy()\nfirst.settle()", "b")
    failing = "%%hydro bad --deploy --wait\nprocess().source_iter([0]).map(lambda n: 1 // n).for_each(print)"
    assert kernel.attempt(failing, "c").ename == "ProcessFailed"
    assert kernel.run("%hydro status", "d").stdout.startswith("bad: failed\n")
    assert "[process 1] 40" not in kernel.run("%hydro logs", "e").stdout
    assert kernel.run("%hydro stop", "f").stdout.splitlines()[1:] == ["flow: stopped"]
    assert kernel.run("%hydro status", "g").stdout.startswith("bad: failed\n")


def test_an_old_deployment_that_a_name_still_holds_is_not_the_last(kernel):
    kernel.run(PIPELINE, "a")
    kernel.run("first = flow.deploy()", "b")
    kernel.run("second = first", "c")
    kernel.run("first = flow.deploy()", "b")
    assert "stopped" not in kernel.run("%hydro status", "d").stdout


def test_code_shows_what_each_process_runs(kernel):
    kernel.run(PIPELINE, "a")
    assert len(kernel.run("%hydro code", "b").shown) == 2
    (shown,) = kernel.run('%hydro code "process 1"', "c").shown
    assert shown["text/plain"].startswith('"""process 1,')
    assert "monospace" in shown["text/html"]
    assert "def tick(" in shown["text/plain"]


def test_graph_flows_and_reset(kernel):
    kernel.run(PIPELINE, "a")
    assert kernel.run("%hydro graph", "b").graphs
    assert "4 operators" in kernel.run("%hydro flows", "c").stdout
    kernel.run("%hydro reset", "d")
    assert kernel.value("len(flow.graph.nodes)") == "0"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("%%hydro --bogus\n1", "unrecognized arguments: --bogus"),
        ("%%hydro --backend moon\n1", "invalid choice: 'moon'"),
        ("%%hydro --wait\n1", "%%hydro --deploy --wait"),
        ("%%hydro --deploy --cluster Worker\n1", "'Worker' is not NAME=N, such as Worker=3"),
        ("%%hydro --deploy --colocate a,,b\n1", "'a,,b' is not NAME,NAME, such as Leader,Worker"),
        ("%%hydro deploy\n1", "`deploy` is a command"),
        ("%%hydro a-b\n1", "cannot name a flow"),
        ("%%hydro class\n1", "cannot name a flow"),
        ("%%hydro 'open\n1", "open quote"),
        ("%%hydro m1 --deplyo\n1", "did you mean `--deploy`?"),
        ("%hydro stop --al1", "did you mean `--all`?"),
        ("%hydro logs --zzz", "there are `--last`"),
        ("%hydro stpo", "did you mean `stop`?"),
        ("%hydro kill", "PROCESS"),
        ("%hydro restart", "PROCESS"),
        ("%hydro graph nothing", "no flow is called `nothing`"),
        ("%hydro graph", "which flow?"),
        ("seven = 7\n%hydro graph seven", "no flow is called `seven`"),
    ],
)
def test_a_wrong_line_gives_one_line_that_says_so(kernel, line, says):
    ran = kernel.attempt(line, "a")
    assert ran.status == "error"
    assert ran.stderr.startswith("UsageError: ")
    assert says in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1


def test_a_flow_is_not_made_of_something_else(kernel):
    kernel.attempt("seven = 7", "a")
    assert "`seven` is of type int, not a flow" in kernel.attempt("%%hydro seven\n1", "b").stderr


@pytest.mark.parametrize("command", ["code", "logs", "kill", "restart"])
def test_an_unknown_process_is_refused_in_one_line(kernel, command):
    kernel.run(PIPELINE.replace("%%hydro", "%%hydro --deploy --wait"), "a")
    near = kernel.attempt(f"%hydro {command} leadr", "b").stderr
    assert near == "UsageError: no process is called `leadr`; did you mean `Leader`?\n"
    other = kernel.attempt(f"%hydro {command} Nobody", "b").stderr
    assert other == "UsageError: no process is called `Nobody`; there are `Leader`, `process 1`\n"


def test_who_acts_on_an_earlier_deployment_is_told_so(kernel):
    kernel.run("%%hydro --deploy\nprocess().source_iter([1]).for_each(print)", "a")
    kernel.run("%hydro deploy", "b")
    assert kernel.run("%hydro stop", "c").stdout == "flow: stopped\n"
    told = kernel.run('%hydro pause "process 0"', "d").stdout
    assert re.fullmatch(
        r"what was deployed last is over; this still goes on: flow \(In\[\d+\], \d\d:\d\d:\d\d\)\n", told
    )
    assert kernel.run("%hydro stop", "e").stdout == told + "flow: stopped\n"
    assert "has stopped" in kernel.attempt('%hydro kill "process 0"', "f").error


def test_stop_all_tells_deployments_apart(kernel):
    kernel.run(PIPELINE, "a")
    for cell in ("b", "c"):
        kernel.run(f"{cell} = flow.deploy()", cell)
    numbers = [int(kernel.value("len(In) - 1")) - back for back in (1, 0)]
    stopped = kernel.run("%hydro stop --all", "d").stdout.splitlines()
    for line, number in zip(stopped, numbers, strict=True):
        assert re.fullmatch(rf"flow \(In\[{number}\], \d\d:\d\d:\d\d\): stopped", line)
    assert kernel.run("%hydro stop --all", "e").stdout == "nothing is running\n"


def test_one_is_counted_as_one(kernel):
    ran = kernel.run("%%hydro\nprocess().source_iter([1])", "a")
    assert ran.graphs[-1]["text/plain"] == "FlowBuilder('flow': 1 location, 1 operator)"
    assert "1 location, 1 operator)" in kernel.run("%hydro flows", "b").stdout


INTERRUPT = """
import os, signal
left = [signal.SIGINT]
def interrupt(state):
    if state.state == "stopping" and left:
        os.kill(os.getpid(), left.pop())
deployment.subscribe(interrupt)
"""


def test_an_interrupted_command_says_so_in_one_line(kernel):
    endless = "import itertools\nprocess().source_stream(itertools.count).for_each(lambda n: None)"
    kernel.run(f"%%hydro --deploy\n{endless}", "a")
    kernel.run(INTERRUPT, "b")
    ran = kernel.attempt("%hydro stop --drain", "c")
    assert ran.error == "KeyboardInterrupt: %hydro stop --drain was interrupted"


def test_tab_completes_commands_options_and_names(kernel):
    kernel.run(PIPELINE, "a")
    assert kernel.complete("%hydro st") == ["stop", "status"]
    assert kernel.complete("%hydro code ") == ["Leader", '"process 1"']
    assert kernel.complete("%hydro deploy --b") == ["--backend"]
    assert kernel.complete("%%hydro --backend ") == ["local", "inprocess"]
    assert kernel.complete("%hydro deploy --transport ") == ["auto", "ipc", "tcp"]
    assert kernel.complete("%%hydro fl") == ["flow"]
    assert "leader" in kernel.complete("%%hydro\nlead")


def test_help_lists_options_and_commands(kernel):
    for magic in ("%hydro", "%%hydro"):
        text = kernel.inspect(magic)
        assert "--deploy" in text
        assert "--colocate NAME,NAME" in text
        assert "%hydro logs" in text
        assert "%hydro restart PROCESS" in text


def test_registering_again_changes_nothing(kernel):
    kernel.attempt("%load_ext hydro_nb\nhydro_nb.notebook.register()", "a")
    hooks = "get_ipython().events.callbacks['pre_run_cell']"
    assert kernel.value(f"sum('Cells' in repr(each) for each in {hooks})") == "1"
    assert (
        kernel.value("[m.matcher_identifier for m in get_ipython().Completer.custom_matchers].count('hydro_nb')") == "1"
    )


FAILING = """
broken = FlowBuilder()
one, other, client = broken.process(), broken.process(), broken.external()
sent, numbers = one.source_external(client, int)
kept, _ = other.source_external(client, int)
halves = numbers.map(lambda n: 1 // n).send_external(client)
b = broken.deploy()
b.connect(sent).send(0)
try:
    b.connect(halves).receive(20)
except DeployError:
    print("ended")
"""


def test_stop_all_stops_those_after_one_that_failed(kernel):
    kernel.run("from hydro_nb import *", "a")
    assert kernel.run(FAILING, "b").stdout == "ended\n"
    kernel.run(PIPELINE, "c")
    kernel.run("d = flow.deploy()", "d")
    stopped = kernel.run("%hydro stop --all --drain", "e")
    assert [line.rpartition(" ")[2] for line in stopped.stdout.splitlines()] == ["stopped", "stopped"]
