"""What a person does wrong gets one clear error, which says where and what to do."""

from __future__ import annotations

import inspect
import sys
import threading
import types

import pytest
from kernels import left_in
from lives import processes
from real_kernel import Kernel

from hydro_nb import (
    CaptureError,
    DeployError,
    FlowBuilder,
    GraphError,
    OrderError,
    ProcessFailed,
    Stream,
)


@pytest.fixture(scope="module")
def shared_kernel():
    started = Kernel()
    started.run("from hydro_nb import *", cell="import")
    yield started
    started.close()


@pytest.fixture
def kernel(shared_kernel):
    shared_kernel.run("flow = FlowBuilder()", silent=True)
    yield shared_kernel
    shared_kernel.run("%hydro stop --all", silent=True)


@pytest.fixture(autouse=True)
def _nothing_is_left(own_folders):
    yield
    assert left_in(own_folders) == []


def pipeline():
    flow = FlowBuilder()
    numbers = flow.process().source_iter([1, 2, 3])
    return flow, numbers.send(flow.process())


# ------------------------------------------------------------ functions


def test_a_lambda_that_raises_is_shown_with_its_element_and_line():
    flow, numbers = pipeline()
    numbers.map(lambda n: 6 // (n - 2)).for_each(print)
    here = inspect.currentframe().f_lineno - 1
    with flow.deploy() as deployment, pytest.raises(ProcessFailed) as caught:
        deployment.settle(60)
    told = str(caught.value)
    assert "process `process 1`" in told
    assert "ZeroDivisionError" in told
    assert "operator `map`, on element 2" in told
    assert f"test_bad_input.py, line {here}:   numbers.map(lambda n: 6 // (n - 2)).for_each(print)" in told
    (problem,) = deployment.problems
    assert (problem.element, problem.site.line) == ("2", here)
    assert not [line for line in deployment.logs() if "hydro_nb" in line.text]


def test_a_capture_that_cannot_travel_is_named_with_its_cell(kernel):
    kernel.run("import threading\nlock = threading.Lock()", "lock")
    kernel.run("def guarded(n):\n    with lock:\n        return n", "function")
    kernel.run("flow.process().source_iter([1]).map(guarded).for_each(print)", "build")
    ran = kernel.attempt("flow.deploy()", "deploy")
    assert ran.ename == "CaptureError"
    assert "`lock`" in ran.error
    assert "In[" in ran.error
    assert "hydro_nb/" not in ran.error


def test_a_capture_that_cannot_travel_is_named_in_a_script():
    lock = threading.Lock()
    flow, numbers = pipeline()
    numbers.for_each(lambda n: lock.locked() or print(n))
    with pytest.raises(CaptureError, match="`lock`"):
        flow.deploy()


def test_a_module_that_a_process_lacks_is_named(monkeypatch):
    homemade = types.ModuleType("homemade_words")
    exec("def double(n):\n    return 2 * n", homemade.__dict__)
    monkeypatch.setitem(sys.modules, "homemade_words", homemade)
    flow, numbers = pipeline()
    numbers.map(homemade.double).for_each(print)
    with pytest.raises(DeployError, match="homemade_words") as caught:
        flow.deploy()
    assert "process `process 1`" in str(caught.value)


# ------------------------------------------------------------ flows


def test_an_empty_flow_is_not_deployed():
    with pytest.raises(GraphError, match="is empty: there is nothing to run") as caught:
        FlowBuilder().deploy()
    assert "source_iter" in str(caught.value)


def test_a_forward_reference_that_was_not_completed_is_named():
    flow = FlowBuilder()
    _handle, replies = flow.process().forward_ref(Stream, of=int)
    replies.for_each(print)
    with pytest.raises(GraphError, match=r"_handle\.complete|complete\(") as caught:
        flow.deploy()
    assert "test_bad_input.py, line" in str(caught.value)


def test_a_guarantee_that_was_lost_is_traced_to_where():
    _flow, numbers = pipeline()
    loose = numbers.weaken_ordering()
    with pytest.raises(OrderError) as caught:
        loose.enumerate()
    told = str(caught.value)
    assert "loose = numbers.weaken_ordering()" in told
    assert "loose.enumerate()" in told
    assert "nondet" in told


def test_cells_below_one_that_changed_its_type_are_stale(kernel):
    kernel.run("numbers = flow.process().source_iter([1, 2])", "source")
    kernel.run("numbers.map(lambda n: n + 1).for_each(print)", "sink")
    kernel.run("numbers = flow.process().source_iter(['a', 'b'])", "source")
    ran = kernel.attempt("flow.deploy()", "deploy")
    assert ran.ename == "StaleError"
    assert "In[" in ran.error
    assert "numbers.map(lambda n: n + 1).for_each(print)" in ran.error
    kernel.run("numbers.map(lambda n: n + 'x').for_each(print)", "sink")
    ran = kernel.run("with flow.deploy() as mended:\n    mended.settle()", "deploy")
    assert ran.stdout == "[process 0] ax\n[process 0] bx\n"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"backend": "moon"}, "backend='moon' is not known; there are 'local', 'inprocess'"),
        ({"max_buffer": "many"}, "max_buffer='many' is not a number of bytes"),
        ({"max_buffer": 0}, "max_buffer=0 is not a number of bytes"),
    ],
)
def test_a_wrong_option_of_deploy_is_named(given, says):
    flow, numbers = pipeline()
    numbers.for_each(print)
    with pytest.raises(DeployError, match=says):
        flow.deploy(**given)


# ------------------------------------------------------------ deployments


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_a_stopped_deployment_takes_nothing_more(backend):
    flow = FlowBuilder()
    port, numbers = flow.process().source_external(flow.external(), int)
    numbers.for_each(print)
    deployment = flow.deploy(backend=backend)
    client = deployment.connect(port)
    client.send(1)
    deployment.settle(60)
    deployment.stop()
    with pytest.raises(DeployError, match="cannot send: the deployment has stopped"):
        client.send(2)
    with pytest.raises(DeployError, match="stopped"):
        deployment.connect(port).send(3)


def test_an_unknown_process_is_named_with_those_there_are():
    flow, numbers = pipeline()
    numbers.for_each(print)
    with flow.deploy() as deployment, pytest.raises(DeployError, match=r"`process 7`.*`process 0`, `process 1`"):
        deployment.kill("process 7")


def test_a_file_where_sockets_should_lie_is_passed_over(own_folders, monkeypatch):
    taken = own_folders / "taken"
    taken.touch()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(taken))
    flow, numbers = pipeline()
    numbers.for_each(print)
    with flow.deploy() as deployment:
        deployment.settle(60)
        assert [line.text for line in deployment.logs()] == ["1", "2", "3"]
    taken.unlink()


# ------------------------------------------------------------ magics


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("%%hydro --deplyo\npass", "unrecognized arguments: --deplyo"),
        ("%hydro deploy --backend moon", "invalid choice: 'moon'"),
        ("%hydro stpo", "did you mean `stop`?"),
    ],
)
def test_a_wrong_magic_says_so_in_one_line(kernel, line, says):
    ran = kernel.attempt(line, "magic")
    assert ran.status == "error"
    assert ran.stderr.startswith("UsageError: ")
    assert says in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1


def test_a_failed_deploy_leaves_no_process(kernel):
    kernel.run("class Worse: ...\ndef bad():\n    raise RuntimeError('no data today')", "function")
    kernel.run("flow.process(Worse).source_iter(bad).for_each(print)", "build")
    ran = kernel.attempt("flow.deploy()\ndeployment.settle()", "deploy")
    assert "no data today" in ran.error
    assert "Worse" in ran.error
    assert processes(int(kernel.value("__import__('os').getpid()"))) == []
