"""Tails, files, and the cutting of bytes into lines."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from hydro_nb.telemetry.logs import DEPLOYMENTS_KEPT, LINE_LIMIT, TAIL_SIZE, Logs, Splitter, state_folder
from hydro_nb.wire import LogLine

HOLD = """
import sys
from pathlib import Path
from hydro_nb.telemetry.logs import Logs
logs = Logs(Path(sys.argv[1]))
logs.open()
print("open", flush=True)
sys.stdin.read()
"""


def line(text, location="A"):
    return LogLine(location, None, "stdout", "info", 0.0, text)


def test_the_tail_is_bounded_and_counts_all():
    logs = Logs(tail=3)
    logs.add([line(str(n)) for n in range(5)])
    assert [entry.text for entry in logs.lines()] == ["2", "3", "4"]
    assert logs.since(4) == (5, [line("4")])
    assert logs.since(0)[1] == logs.lines()
    assert logs.since(5) == (5, [])


def test_long_lines_do_not_fill_the_memory():
    logs = Logs()
    long = line("x" * LINE_LIMIT)
    logs.add([long] * 5000)
    assert sum(len(entry.text) for entry in logs.lines()) <= TAIL_SIZE
    assert logs.total == 5000
    logs.add([line("last")])
    assert logs.since(5000) == (5001, [line("last")])


def test_lines_of_one_location():
    logs = Logs()
    logs.add([line("1"), line("2", "B")])
    assert [entry.text for entry in logs.lines("B")] == ["2"]
    assert str(logs.lines("B")[0]) == "[B] 2"


def test_files_hold_the_bytes_and_old_deployments_go(tmp_path):
    for n in range(DEPLOYMENTS_KEPT + 5):
        logs = Logs(tmp_path / f"{n:03}")
        logs.open()
        logs.write("Worker/3", b"one\ntw")
        logs.write("Worker/3", b"o\n")
        logs.close()
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"{n:03}" for n in range(5, DEPLOYMENTS_KEPT + 5)]
    assert (tmp_path / "024" / "Worker_3.log").read_bytes() == b"one\ntwo\n"


def test_the_folder_of_a_deployment_that_still_runs_stays(tmp_path):
    running = Logs(tmp_path / "000")
    running.open()
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "001")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout is not None
    assert other.stdout.readline() == b"open\n"
    for n in range(2, DEPLOYMENTS_KEPT + 5):
        with closing(Logs(tmp_path / f"{n:03}")) as logs:
            logs.open()
    assert {"000", "001"} < {p.name for p in tmp_path.iterdir()}
    running.close()
    other.communicate()
    with closing(Logs(tmp_path / "999")) as logs:
        logs.open()
    assert not {"000", "001"} & {p.name for p in tmp_path.iterdir()}


def test_without_a_place_to_write_the_tail_is_kept(tmp_path):
    (tmp_path / "file").write_text("")
    logs = Logs(tmp_path / "file" / "x")
    logs.open()
    logs.write("A", b"lost")
    logs.add([line("kept")])
    assert logs.folder is None
    assert logs.lines() == [line("kept")]


def test_the_state_folder_follows_xdg(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder() == tmp_path / "hydro_nb"


@given(st.lists(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=20)), st.data())
def test_any_cutting_gives_the_same_lines(lines, data):
    raw = "".join(text + "\n" for text in lines).encode()
    splitter, got = Splitter(), []
    while raw:
        size = data.draw(st.integers(1, len(raw)))
        got += splitter.feed(raw[:size])
        raw = raw[size:]
    assert got == lines
    assert splitter.rest() == []


def test_a_long_line_is_cut():
    splitter = Splitter()
    got = splitter.feed(b"x" * (3 * LINE_LIMIT))
    assert sum(map(len, got + splitter.rest())) == 3 * LINE_LIMIT
    assert Splitter().feed(b"y" * (2 * LINE_LIMIT) + b"\n") == ["y" * LINE_LIMIT + "..."]


def test_a_line_without_an_end_is_the_rest():
    splitter = Splitter()
    assert splitter.feed(b"no end \xff") == []
    assert splitter.rest() == ["no end \ufffd"]
