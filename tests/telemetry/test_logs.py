"""Tails, files, and the cutting of bytes into lines."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from hydro_nb.telemetry.blocks import LINE_LIMIT, Author, Block, Splitter
from hydro_nb.telemetry.files import DEPLOYMENTS_KEPT, state_folder
from hydro_nb.telemetry.logs import TAIL, TAIL_SIZE, Logs
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


def test_each_process_has_a_file_of_its_own_whatever_it_is_called(tmp_path):
    long = "L" * 300
    names = ["W/0", "W_0", "w_0", "A/B", "A_B", "A?B", "A B", long, long + "M", "é" * 200, "../up", ".."]
    troubles = []
    with closing(Logs(tmp_path / "x", trouble=troubles.append)) as logs:
        logs.open()
        for name in (*names, *names):
            logs.write(name, f"{name}\n".encode())
    assert troubles == []
    files = {path.name: path.read_text() for path in tmp_path.rglob("*.log")}
    assert sorted(files.values()) == sorted(f"{name}\n" * 2 for name in names)
    assert {"W_0.log", "W_0~2.log", "A_B.log", "A_B~2.log", "A%3FB.log", "A B.log", ".._up.log"} < {*files}
    assert len({name.casefold() for name in files}) == len(names)


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


def texts(raw):
    return [each.text for each in Block.of(Author("A", None, "stdout"), 0.0, raw).lines()]


@given(st.lists(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=20)), st.data())
def test_any_cutting_gives_the_same_lines(lines, data):
    raw = "".join(text + "\n" for text in lines).encode()
    splitter, got = Splitter(), []
    while raw:
        size = data.draw(st.integers(1, len(raw)))
        got += texts(splitter.feed(raw[:size]))
        raw = raw[size:]
    assert got == lines
    assert splitter.rest() == b""


def test_a_long_line_is_cut():
    splitter = Splitter()
    got = texts(splitter.feed(b"x" * (3 * LINE_LIMIT))) + texts(splitter.rest())
    assert sum(map(len, got)) == 3 * LINE_LIMIT
    assert texts(Splitter().feed(b"y" * (2 * LINE_LIMIT) + b"\n")) == ["y" * LINE_LIMIT + "..."]


def test_a_line_without_an_end_is_the_rest():
    splitter = Splitter()
    assert splitter.feed(b"no end \xff") == b""
    assert texts(splitter.rest()) == ["no end \ufffd"]


def block(text, location="A", member=None):
    return Block.of(Author(location, member, "stdout"), 0.0, text.encode())


def test_lines_of_blocks_are_the_same_as_lines_one_by_one():
    logs, single = Logs(tail=5), Logs(tail=5)
    for n in range(10):
        logs.take([block(f"{n}\n{n}+\n")])
        single.add([line(str(n)), line(f"{n}+")])
        assert logs.lines() == single.lines()
        assert [logs.since(total) for total in range(25)] == [single.since(total) for total in range(25)]


def test_blocks_of_one_location_and_of_one_member():
    logs = Logs()
    logs.take([block("1\n", "W", 0), block("2\n", "W", 1), block("3\n", "V")])
    assert [entry.text for entry in logs.lines("W")] == ["1", "2"]
    assert [str(entry) for entry in logs.lines("W/1")] == ["[W/1] 2"]


def test_a_flood_of_blocks_does_not_fill_the_memory():
    logs = Logs()
    many = block("some text\n" * 1000)
    for _ in range(100):
        logs.take([many])
    assert len(logs.lines()) == TAIL
    assert logs._count <= TAIL + 1000
    assert logs.total == 100_000


# ------------------------------------------------------------ disks that are full


def test_files_are_for_this_user_alone(tmp_path):
    with closing(Logs(tmp_path / "state" / "one")) as logs:
        logs.open()
        logs.write("A", b"text")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").rglob("*")}
    assert modes == {"one": 0o700, "A.log": 0o600, ".lock": 0o600}
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_a_full_disk_is_told_once_and_every_file_is_whole_up_to_there(tmp_path):
    told = []
    with closing(Logs(tmp_path / "one", trouble=told.append)) as logs:
        logs.open()
        logs.write("A", b"first\n")
        logs._files._files["B"] = os.open("/dev/full", os.O_WRONLY)
        for name in "BABAC":
            logs.write(name, b"more\n")
        logs.add([line("kept")])
        assert logs.folder == tmp_path / "one"
        assert logs.lines() == [line("kept")]
    (why,) = told
    assert why.startswith("OSError: [Errno 28] No space left on device: the log files in ")
    assert (tmp_path / "one" / "A.log").read_bytes() == b"first\n"
    assert not (tmp_path / "one" / "C.log").exists()


LIMITED = """
import resource, sys
from pathlib import Path
from hydro_nb.telemetry.logs import Logs
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
told = []
logs = Logs(Path(sys.argv[1]), trouble=told.append)
logs.open()
for n in range(500):
    logs.write("A", b"%04d\\n" % n)
logs.close()
print(len(told), told[0])
"""


def test_what_fits_of_a_write_is_kept(tmp_path):
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "x")], capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith("1 OSError: [Errno 27] File too large: the log files in ")
    assert (tmp_path / "x" / "A.log").read_bytes() == b"".join(b"%04d\n" % n for n in range(200))


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    told = []
    (tmp_path / "file").write_text("")
    with closing(Logs(tmp_path / "file" / "x", trouble=told.append)) as logs:
        logs.open()
        logs.write("A", b"lost")
    (why,) = told
    assert why.startswith("FileExistsError: ")
    assert why.endswith("there are no log files of this deployment, only its newest lines in memory")
