"""A failure is kept beside its test, and tried first by the next run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import hydro_nb
from hydro_nb import FlowBuilder, SimulationFailure, nondet
from hydro_nb.sim.store import Store, store_of

TESTED = """
import os
from hydro_nb import FlowBuilder, nondet

def counter():
    flow = FlowBuilder()
    server = flow.process()
    increments_in, increments = server.sim_input(tuple)
    requests_in, requests = server.sim_input(tuple)
    tick = server.tick()
    batch = requests.batch(tick, nondet("requests are answered one by one"))
    count = increments.count().snapshot(tick, nondet("a stale count is good enough"))
    answers = batch.cross_singleton(count).map(lambda pair: pair[1]).all_ticks()
    acknowledged, answered = increments.sim_output(), answers.sim_output()

    async def read_after_write():
        increments_in.send(())
        await acknowledged.assert_yields([()])
        requests_in.send(())
        if os.environ.get("FIXED"):
            assert await answered.next() in (0, 1)
        else:
            await answered.assert_yields_only([1])

    return flow, read_after_write

def test_counter():
    flow, body = counter()
    simulation = flow.sim()
    try:
        print("executions", simulation.exhaustive(body))
    finally:
        print("report", simulation.report.line)

if __name__ == "__main__":
    test_counter()
"""


def run(folder, *command, tested=TESTED, **env):
    (folder / "test_it.py").write_text(tested)
    kept = {name: value for name, value in os.environ.items() if name != "HYDRO_NB_SIM_FAILURES"}
    path = str(Path(hydro_nb.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, *command],
        check=False,
        cwd=folder,
        env=kept | {"PYTHONPATH": path} | env,
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def pytest_run(folder, **env):
    return run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py", **env)


def test_a_test_of_pytest_finds_its_failure_again_and_forgets_it_when_it_is_mended(tmp_path):
    first = pytest_run(tmp_path)
    assert "failed in execution 2 of an exhaustive search" in first
    assert "Run it again: flow.sim().replay(read_after_write, [0, 1])" in first
    (file,) = (tmp_path / "sim-failures").iterdir()
    assert file.name == "test_it__test_counter.counter.read_after_write.json"
    kept = json.loads(file.read_text())
    assert kept["schedule"] == [0, 1]
    assert kept["found"] == "execution 2 of an exhaustive search"
    assert kept["text"] == "Stream yielded unexpected message: 0, expected: 1"
    again = pytest_run(tmp_path)
    assert f"failed in the schedule kept in sim-failures/{file.name}" in again
    assert "which had failed in execution 2 of an exhaustive search" in again
    assert "Run it again: flow.sim().replay(read_after_write, [0, 1])" in again
    mended = pytest_run(tmp_path, FIXED="1")
    assert "1 passed" in mended
    assert not (tmp_path / "sim-failures").exists()


def test_a_script_says_that_the_failure_is_gone(tmp_path):
    assert "failed in execution 2" in run(tmp_path, "test_it.py")
    (file,) = (tmp_path / "sim-failures").iterdir()
    assert file.name == "test_it__counter.read_after_write.json"
    text = run(tmp_path, "test_it.py", FIXED="1")
    assert "does not happen any more, so it was removed" in text
    assert "executions 6" in text


def test_what_pytest_shows_is_short(tmp_path):
    text = pytest_run(tmp_path)
    assert "search.py" not in text
    assert "exhaustive search, failed: 2 executions in" in text


def test_another_folder(tmp_path):
    pytest_run(tmp_path, HYDRO_NB_SIM_FAILURES=str(tmp_path / "elsewhere" / "deep"))
    assert len(list((tmp_path / "elsewhere" / "deep").iterdir())) == 1
    assert not (tmp_path / "sim-failures").exists()
    pytest_run(tmp_path, HYDRO_NB_SIM_FAILURES="off")
    assert not (tmp_path / "sim-failures").exists()


def test_a_folder_that_cannot_be_written_hides_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    text = pytest_run(tmp_path, HYDRO_NB_SIM_FAILURES=str(tmp_path / "file"))
    assert "Run it again" in text
    assert "could not be kept" in text


def counter():
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    out = numbers.batch(process.tick(), nondet("any batches")).count().all_ticks().sim_output()

    async def body():
        port.send_many([1, 2])
        assert await out.next() == 2

    return flow, body


@pytest.fixture
def kept_in(tmp_path, monkeypatch):
    monkeypatch.setenv("HYDRO_NB_SIM_FAILURES", str(tmp_path))
    return tmp_path


def fails(flow, body):
    with pytest.raises(SimulationFailure) as caught:
        flow.sim().exhaustive(body)
    return str(caught.value)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda kept: "{", "it is damaged"),
        (lambda kept: json.dumps(kept | {"schedule": "abc"}), "it is damaged"),
        (lambda kept: json.dumps(kept | {"test": "test_that::test_other"}), "it is of another test: test_that"),
        (lambda kept: json.dumps(kept | {"flow": ["sim_input other"]}), "the ports are not the same"),
    ],
)
def test_a_file_that_is_damaged_or_of_another_flow_is_left_alone(kept_in, damage, says):
    flow, body = counter()
    fails(flow, body)
    (file,) = kept_in.iterdir()
    file.write_text(damage(json.loads(file.read_text())))
    with pytest.warns(UserWarning, match=says) as caught:
        text = fails(flow, body)
    assert str(file) in str(caught[0].message)
    assert "execution 2 of an exhaustive search" in text


def test_a_failure_with_other_sizes_of_clusters_waits(kept_in):
    flow, body = counter()
    fails(flow, body)
    (file,) = kept_in.iterdir()
    file.write_text(json.dumps(json.loads(file.read_text()) | {"sizes": [3]}))
    assert "execution 2 of an exhaustive search" in fails(flow, body)


def test_each_parameter_of_a_test_keeps_its_own(monkeypatch):
    monkeypatch.delenv("HYDRO_NB_SIM_FAILURES")
    _, body = counter()
    monkeypatch.setenv("PYTEST_CURRENT_TEST", f"{Path(__file__).name}::{_me()}[a/b c] (call)")
    path = store_of(body, (), ()).path
    assert path.parent == Path(__file__).parent / "sim-failures"
    assert path.name.startswith("test_sim_kept__test_each_parameter_of_a_test_keeps_its_own[a_b_c].counter.body-")


def _me():
    return sys._getframe(1).f_code.co_name


def test_nothing_is_kept_of_a_test_without_a_file(monkeypatch):
    monkeypatch.delenv("HYDRO_NB_SIM_FAILURES")
    space = {}
    exec("async def body(): ...", space)
    assert store_of(space["body"], (), ()) is None
    assert store_of(print, (), ()) is None


def test_a_folder_that_the_user_names_stays(kept_in):
    flow, body = counter()
    fails(flow, body)
    (file,) = kept_in.iterdir()
    file.write_text(json.dumps(json.loads(file.read_text()) | {"schedule": [0]}))
    fails(flow, body)  # after the kept one, which does not fail, was removed
    assert [each.name for each in kept_in.iterdir()] == [file.name]
    Store(file, "it", (), ()).remove()
    assert kept_in.is_dir()


def test_a_body_that_is_installed_keeps_its_failure_in_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("HYDRO_NB_SIM_FAILURES")
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "lib" / "site-packages" / "bodies.py"
    file.parent.mkdir(parents=True)
    file.write_text("async def body(): ...")
    space = {}
    exec(compile(file.read_text(), file, "exec"), space)
    assert store_of(space["body"], (), ()).path == tmp_path / "sim-failures" / "bodies__body.json"


def test_writing_is_all_or_nothing(tmp_path, monkeypatch):
    store = Store(tmp_path / "it.json", "it", (), ())
    store.write((1,), "before", "text")

    def refuse(*_):
        raise OSError("full")

    monkeypatch.setattr(Path, "replace", refuse)
    assert store.write((2,), "after", "text") == "full"
    assert store.read().schedule == (1,)
    assert [file.name for file in tmp_path.iterdir()] == ["it.json"]
