"""Processes that print without end are killed, started again and stopped; what they had printed is whole."""

from __future__ import annotations

from itertools import count

from leading import Worker, row, until

from hydro_nb import FlowBuilder, nondet


def _loud(number):
    print("\n".join(f"{number} {line}" for line in range(100)))
    return number


def _deaf(_):
    for number in count():
        _loud(number)


def _sizes(deployment):
    return [file.stat().st_size for file in deployment.log_folder.glob("Worker*.log")]


def _is_whole(file):
    """Whether it holds all lines up to the last one, which may be cut off."""
    lines = file.read_text().split("\n")[:-1]
    return lines == [f"{at // 100} {at % 100}" for at in range(len(lines))]


def _flow(loud):
    flow = FlowBuilder()
    workers = flow.cluster(Worker)
    workers.source_iter(count).map(loud).for_each(lambda number: number)
    return flow, workers


def _killed(deployment, name):
    deployment.kill(name)
    until(deployment, lambda state: row(state, name).state == "killed")


def _all_whole(deployment, *names):
    files = [file for name in names for file in deployment.log_folder.glob(f"{name.replace('/', '?')}.log")]
    return len(files) == len(names) and all(map(_is_whole, files))


def test_who_prints_without_end_is_ended_and_what_was_printed_is_whole():
    flow, workers = _flow(_loud)
    with flow.deploy(clusters={workers: 3}) as deployment:
        until(deployment, lambda _: [size > 100_000 for size in _sizes(deployment)] == [True] * 3)
        _killed(deployment, "Worker/0")
        deployment.restart("Worker/1", nondet("nobody receives from it"))
    assert [each.state for each in deployment.processes] == ["killed", "stopped", "stopped"]
    assert _all_whole(deployment, "Worker/0", "Worker/2")


def test_so_is_one_that_hears_nothing_meanwhile():
    flow, workers = _flow(_deaf)
    with flow.deploy(clusters={workers: 2}) as deployment:
        _killed(deployment, "Worker/0")
    assert [each.state for each in deployment.processes] == ["killed", "stopped"]
    assert all(map(_is_whole, deployment.log_folder.glob("Worker*.log")))
