"""A test that searches more than once: each search finds its own failure again, and removes no other's."""

import pytest
from test_sim_kept import run

from hydro_nb import FlowBuilder, SimulationFailure, nondet

TESTED = """
import sys
from hydro_nb import FlowBuilder, SimulationFailure, nondet

def search(bad=(), faults=False):
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    out = numbers.batch(process.tick(), nondet("any batches")).count().all_ticks().sim_output()

    async def body():
        port.send_many([1, 2, 3])
        sizes = await out.collect()
        assert sizes != list(bad)
        assert not faults or sum(sizes) == 3

    simulation = flow.sim()
    if faults:
        simulation.with_faults(process)
    try:
        print("passed", simulation.exhaustive(body))
    except SimulationFailure as failure:
        print(str(failure).partition("\\n")[0])
        if sys.argv[0] != __file__:
            raise

def test_many():
    VARIANTS

if __name__ == "__main__":
    test_many()
"""


def searched(folder, variants, *command):
    """Run a test that makes these searches."""
    return run(folder, *(command or ("test_it.py",)), tested=TESTED.replace("VARIANTS", variants))


PLAIN = "search(); search([2, 1]); search()"
FAULTS = "search(); search(faults=True)"


@pytest.mark.parametrize("variants", [PLAIN, FAULTS])
def test_the_search_that_fails_finds_its_failure_again(tmp_path, variants):
    first = searched(tmp_path, variants)
    assert "of an exhaustive search.\n" in first
    (file,) = (tmp_path / "sim-failures").iterdir()
    for _ in range(2):
        again = searched(tmp_path, variants)
        assert f"failed in the schedule kept in sim-failures/{file.name}, which had failed in execution" in again
        assert "removed" not in again
        assert again.count("passed") == first.count("passed")


def test_a_test_of_pytest_finds_it_again(tmp_path):
    pytest_run = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py")
    assert "failed in execution 2" in searched(tmp_path, PLAIN, *pytest_run)
    assert "failed in the schedule kept" in searched(tmp_path, PLAIN, *pytest_run)
    assert "1 passed" in searched(tmp_path, "search(); search()", *pytest_run)
    assert not (tmp_path / "sim-failures").exists()


def test_what_may_go_wrong_belongs_to_what_is_kept(tmp_path):
    searched(tmp_path, "search(faults=True)")
    (file,) = (tmp_path / "sim-failures").iterdir()
    before = file.read_text()
    text = searched(tmp_path, "search()")
    assert "passed 4" in text
    assert "removed" not in text
    assert file.read_text() == before


def test_one_body_is_one_search_however_it_is_searched(tmp_path, monkeypatch):
    monkeypatch.setenv("HYDRO_NB_SIM_FAILURES", str(tmp_path))
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    out = numbers.batch(process.tick(), nondet("any batches")).count().all_ticks().sim_output()

    async def body():
        port.send_many([1, 2])
        assert await out.next() == 2

    with pytest.raises(SimulationFailure, match="execution 2 of an exhaustive search"):
        flow.sim().exhaustive(body)
    with pytest.raises(SimulationFailure, match="the schedule kept in"):
        flow.sim().fuzz(body)
