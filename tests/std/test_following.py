"""Files and folders that are followed as they grow."""

import gc
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from hydro_nb import CLUSTER_SELF_ID, FlowBuilder, HydroError, ProcessFailed
from hydro_nb.std.files import source_directory, source_json_lines, source_lines, write_lines
from hydro_nb.std.following import READ_BYTES, Growing


@dataclass
class Point:
    x: int


@pytest.fixture
def leader():
    return FlowBuilder("following").process()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log"


def write(path, content, mode="a"):
    with path.open(mode) as file:
        file.write(content)


# ---------------------------------------------------------------- look by look


@pytest.fixture
def growing(path):
    file = Growing(str(path), "utf-8")
    yield file
    file.close()


def test_lines_that_come(path, growing):
    assert growing.more() == []
    write(path, "one\r\n\ntw")
    assert growing.more() == [(1, "one"), (2, "")]
    assert growing.more() == []
    write(path, "o\nthree")
    assert growing.more() == [(3, "two")]


def test_a_character_that_comes_in_two_parts(path, growing):
    raw = "é\n".encode()
    path.write_bytes(raw[:1])
    assert growing.more() == []
    path.write_bytes(raw)
    assert growing.more() == [(1, "é")]


def test_a_file_that_is_truncated(path, growing):
    write(path, "one\ntwo\nincomplete")
    assert len(growing.more()) == 2
    write(path, "new\n", "w")
    assert growing.more() == [(3, "incomplete"), (1, "new")]


def test_a_file_that_is_rotated(path, growing):
    write(path, "one\n")
    assert growing.more() == [(1, "one")]
    with path.open("a") as still_open:
        path.rename(path.with_suffix(".1"))
        assert growing.more() == []
        still_open.write("two\nlast")
    write(path, "three\n")
    assert growing.more() == [(2, "two"), (3, "last")]
    assert growing.again
    assert growing.more() == [(1, "three")]


def test_a_file_that_is_removed_and_made_again(path, growing):
    write(path, "one\n")
    growing.more()
    path.unlink()
    assert growing.more() == []
    write(path, "two\n")
    assert [*growing.more(), *growing.more()] == [(1, "two")]


def test_a_large_file_comes_in_parts(path, growing):
    write(path, ("x" * 99 + "\n") * (2 * READ_BYTES // 100))
    first = growing.more()
    assert growing.again
    assert len(first) == READ_BYTES // 100
    rest = growing.more()
    while growing.again:
        rest += growing.more()
    assert rest[-1] == (2 * READ_BYTES // 100, "x" * 99)


def test_what_cannot_be_decoded(path, growing):
    path.write_bytes(b"one\n")
    growing.more()
    path.write_bytes(b"one\n\xff\n")
    with pytest.raises(HydroError, match=r"log, line 2: what follows is in another encoding: 'utf-8' codec"):
        growing.more()


def test_a_file_that_is_forgotten_is_closed(path):
    write(path, "one\n")
    file = Growing(str(path), "utf-8")
    file.more()
    assert str(path) in held_open()
    del file
    gc.collect()
    assert str(path) not in held_open()


def held_open():
    held = set()
    for each in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # other threads close theirs meanwhile
            held.add(str(each.readlink()))
    return held


# ---------------------------------------------------------------- deployed


@pytest.mark.parametrize("backend", ["inprocess", "local"])
def test_it_settles_when_it_has_read_what_is_there(leader, path, tmp_path, backend):
    write(path, "".join(f"{n}\n" for n in range(10_000)))
    lines = source_lines(leader, path, follow=True)
    write_lines(lines, tmp_path / "out")
    with leader.flow.deploy(backend=backend) as deployment:
        deployment.settle(60)
        assert (tmp_path / "out").read_text() == path.read_text()


def test_each_member_follows_its_own(tmp_path):
    flow = FlowBuilder("following")
    workers = flow.cluster()
    for n in range(2):
        write(tmp_path / f"log{n}", f"{n}\n")
    lines = source_lines(workers, lambda: tmp_path / f"log{CLUSTER_SELF_ID.raw_id}", follow=True)
    write_lines(lines, lambda: tmp_path / f"out{CLUSTER_SELF_ID.raw_id}")
    with flow.deploy(clusters={workers: 2}) as deployment:
        deployment.settle(60)
        assert [(tmp_path / f"out{n}").read_text() for n in range(2)] == ["0\n", "1\n"]


def test_preview_of_what_is_followed(leader, path):
    write(path, "one\ntwo\n")
    assert source_lines(leader, path, follow=True).preview(2).rows == ["one", "two"]


@pytest.fixture
def received(leader):
    """Deploy and give what brings the next element of a stream."""
    deployments = []

    def of(stream):
        port = stream.send_external(leader.flow.external())
        deployment = leader.flow.deploy()
        deployments.append(deployment)
        client = deployment.connect(port)
        return lambda: client.receive(60)

    yield of
    for deployment in deployments:
        deployment.stop()


def test_follow_lines(leader, path, received):
    lines = source_lines(leader, path, follow=True)
    assert (str(lines.kind.bound), lines.kind.element) == ("Unbounded", str)
    following = received(lines)
    write(path, "one\ntwo\nthr")
    assert [following(), following()] == ["one", "two"]
    write(path, "ee\n")
    assert following() == "three"
    path.rename(path.with_suffix(".1"))
    write(path, "four\n")
    assert following() == "four"


def test_follow_json_lines(leader, path, received):
    points = source_json_lines(leader, lambda: path, of=Point, follow=True)
    following = received(points)
    write(path, '{"x": 1}\n\n{"x"')
    assert following() == Point(1)
    write(path, ": 2}\n")
    assert following() == Point(2)


def test_follow_json_lines_that_are_wrong(leader, path):
    write(path, '{"x": 1}\n\n{"x": 1.5}\n')
    source_json_lines(leader, path, of=Point, follow=True).for_each(print)
    with leader.flow.deploy() as deployment, pytest.raises(ProcessFailed) as caught:
        deployment.wait(60)
    assert f"{path}, line 3: Expected `int`, got `float` - at `$.x`" in str(caught.value)
    assert "source_json_lines(leader, path, of=Point, follow=True)" in str(caught.value)


def test_follow_a_directory(leader, tmp_path, received):
    folder = tmp_path / "in"
    following = received(source_directory(leader, folder, "*.txt", follow=True))
    (tmp_path / "made").mkdir()
    for name in ("b.txt", "a.txt", "a.csv"):
        write(tmp_path / "made" / name, "")
    (tmp_path / "made").rename(folder)
    assert [following(), following()] == [str(folder / "a.txt"), str(folder / "b.txt")]
    write(folder / "c.txt", "")
    assert following() == str(folder / "c.txt")
    (folder / "a.txt").unlink()
    write(folder / "d.txt", "")
    assert following() == str(folder / "d.txt")
    write(folder / "a.txt", "")
    assert following() == str(folder / "a.txt")
