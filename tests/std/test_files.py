"""Files as sources and sinks, read and written by deployed processes."""

import re
import subprocess
import sys
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import pytest

from hydro_nb import CLUSTER_SELF_ID, FlowBuilder, GraphError, OrderError, ProcessFailed, RetriesError
from hydro_nb.std.files import (
    source_csv,
    source_directory,
    source_json_lines,
    source_lines,
    write_csv,
    write_json_lines,
    write_lines,
)
from hydro_nb.testing import collect


@dataclass
class Point:
    x: int
    y: float = 0.5


class Pair(NamedTuple):
    name: str
    count: int


class Reading(msgspec.Struct):
    place: str
    degrees: int


class Leader: ...


@pytest.fixture
def leader():
    return FlowBuilder("files").process(Leader)


@pytest.fixture(params=["inprocess", "local"])
def backend(request):
    return request.param


@pytest.fixture
def file(tmp_path):
    """Make a file and give its path."""

    def make(content, name="file.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def failure(collection):
    with pytest.raises(ProcessFailed) as caught:
        collect(collection)
    return str(caught.value)


@pytest.fixture
def written(tmp_path, backend):
    """Write a stream to a file by a sink; give what can be read as soon as the deployment has settled."""

    def of(stream, sink, *args, **options):
        path = tmp_path / "out"
        sink(stream, path, *args, **options)
        with stream.flow.deploy(backend=backend) as deployment:
            deployment.settle(60)
            return path.read_text()

    return of


# ---------------------------------------------------------------- lines


def test_lines(leader, file, backend):
    lines = source_lines(leader, file("one\r\n\ntwo\nthree"))
    assert collect(lines, backend=backend) == ["one", "", "two", "three"]
    assert str(lines.kind.bound) == "Bounded"
    assert lines.kind.element is str


def test_lines_of_many_thousands(leader, file):
    lines = source_lines(leader, str(file("".join(f"{n}\n" for n in range(200_000)))))
    assert collect(lines.count()) == [200_000]


def test_lines_in_another_encoding(leader, file):
    assert collect(source_lines(leader, file("é\nß\n".encode("utf-16")), encoding="utf-16")) == ["é", "ß"]


def test_a_line_that_cannot_be_decoded_is_named(leader, file):
    path = file(b"good\n" * 5000 + b"caf\xe9\n" + b"good\n" * 5000)
    text = failure(source_lines(leader, path))
    assert f"{path}, line 5001: no utf-8: 'utf-8' codec can't decode byte 0xe9" in text
    assert "source_lines(leader, path)" in text


def test_a_file_that_is_not_there(leader, tmp_path):
    text = failure(source_lines(leader, tmp_path / "none"))
    assert "No such file or directory" in text
    assert str(tmp_path / "none") in text


def test_a_name_that_the_process_gives(leader, file):
    path = file("here\n")
    assert collect(source_lines(leader, lambda: path)) == ["here"]


def test_an_encoding_that_does_not_exist(leader):
    with pytest.raises(
        GraphError, match=r"no encoding 'utf-9'; most files are in 'utf-8'.\n  test_files.py, line \d+:"
    ):
        source_lines(leader, "x", encoding="utf-9")


# ---------------------------------------------------------------- CSV, JSON lines, folders


def test_csv(leader, file, backend):
    rows = source_csv(leader, file('\ufeffname,say\nann,"a, ""b""\nc"\n\nbob,\n'))
    assert collect(rows, backend=backend) == [{"name": "ann", "say": 'a, "b"\nc'}, {"name": "bob", "say": ""}]
    assert rows.kind.element == dict[str, str]


def test_csv_without_a_header(leader, file):
    rows = source_csv(leader, file("1;2\n"), fields=("a", "b"), delimiter=";")
    assert collect(rows) == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("a,b\n1,2\n3\n", "line 3: 1 value for the 2 fields a, b"),
        ("a\n1\n2,3\n", "line 3: 2 values for the 1 field a"),
        ("a,b,a\n", "line 1: the header has `a` twice"),
        ('a\n"1\n', "line 2: unexpected end of data"),
        (b"a\n\xff\n", "line 2: no utf-8-sig: "),
    ],
)
def test_csv_that_is_wrong(leader, file, content, why):
    path = file(content)
    assert f"{path}, {why}" in failure(source_csv(leader, path))


def test_json_lines(leader, file, backend):
    values = source_json_lines(leader, file('{"x": [1, null]}\n\n"a"\n12345678901234567890123\n'))
    assert collect(values, backend=backend) == [{"x": [1, None]}, "a", 12345678901234567890123]


def test_json_lines_of_a_type(leader, file, backend):
    points = source_json_lines(leader, file('{"x": 1}\n{"x": 2, "y": 3}\n'), of=Point)
    assert collect(points, backend=backend) == [Point(1), Point(2, 3.0)]
    assert points.kind.element is Point


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('{"x": 1}\n{"x"}\n', "line 2: JSON is malformed"),
        ('{"x": "a"}\n', 'line 1: Expected `int`, got `str` - at `$.x`, in \'{"x": "a"}\''),
        (b'{"x": 1}\n\n"\xff"\n', "line 3: "),
    ],
)
def test_json_lines_that_are_wrong(leader, file, content, why):
    path = file(content)
    assert f"{path}, {why}" in failure(source_json_lines(leader, path, of=Point))


def test_directory(leader, file, tmp_path, backend):
    paths = [str(file("", name)) for name in ("b.txt", "a.txt", "c.csv")]
    (tmp_path / "d.txt").mkdir()
    found = source_directory(leader, tmp_path, "*.txt")
    assert collect(found, backend=backend) == [paths[1], paths[0]]


def test_all_files_below_a_directory(leader, tmp_path, file):
    (tmp_path / "in").mkdir()
    paths = [str(file("", "in/b")), str(file("", "a"))]
    assert collect(source_directory(leader, tmp_path, "**/*")) == [paths[1], paths[0]]


def test_a_directory_that_is_not_there(leader, tmp_path):
    assert f"{tmp_path}/none is no folder; make it, or follow it" in failure(
        source_directory(leader, tmp_path / "none")
    )


# ---------------------------------------------------------------- sinks


def test_write_lines(leader, written):
    assert written(leader.source_iter(["a", "é"]), write_lines) == "a\né\n"


def test_write_lines_appends(leader, file, tmp_path):
    path = file("old\n")
    write_lines(leader.source_iter(["new"]), path, append=True)
    with leader.flow.deploy() as deployment:
        deployment.settle(60)
    assert path.read_text() == "old\nnew\n"


@pytest.mark.parametrize(
    ("element", "text"),
    [
        ({"name": "a,b", "count": 1}, 'name,count\n"a,b",1\n'),
        (Point(1, 2.5), "x,y\n1,2.5\n"),
        (Pair("a", 1), "name,count\na,1\n"),
        (Reading("here", 3), "place,degrees\nhere,3\n"),
        ((1, None, True), "1,,True\n"),
    ],
)
def test_write_csv(leader, written, element, text):
    assert written(leader.source_iter([element]), write_csv) == text


def test_write_csv_in_the_order_of_fields(leader, written):
    rows = leader.source_iter([{"b": 2, "a": 1}])
    assert written(rows, write_csv, ["a", "b"], delimiter=";") == "a;b\n1;2\n"


def test_write_csv_of_nothing(leader, written):
    assert written(leader.source_iter([]), write_csv, ["a", "b"]) == "a,b\n"


def test_write_csv_appends_without_a_second_header(leader, file):
    path = file("a,b\n1,2\n")
    write_csv(leader.source_iter([{"a": 3, "b": 4}]), path, append=True)
    with leader.flow.deploy(backend="inprocess") as deployment:
        deployment.settle(60)
    assert path.read_text() == "a,b\n1,2\n3,4\n"


def test_write_json_lines(leader, written):
    values = leader.source_iter([{"x": [1, None]}, Point(1), "é\n", 2**70])
    assert written(values, write_json_lines) == '{"x":[1,null]}\n{"x":1,"y":0.5}\n"é\\n"\n1180591620717411303424\n'


@pytest.mark.parametrize(
    ("sink", "elements", "why"),
    [
        (write_lines, [1], "`write_lines` writes texts, not 1; make one of it: .map(str)"),
        (write_csv, [3], "`write_csv` writes dicts, records, tuples and lists, not 3"),
        (write_csv, [{"a": 1}, {"b": 2}], "`write_csv` was given {'b': 2} with b, where the header is a"),
        (write_csv, [Pair("a", 1), (1, 2, 3)], "was given (1, 2, 3) with 3 values, where the header is name, count"),
        (write_json_lines, [1j], "1j has no form in JSON"),
    ],
)
def test_what_cannot_be_written(leader, tmp_path, sink, elements, why):
    sink(leader.source_iter(elements), tmp_path / "out")
    with leader.flow.deploy(backend="inprocess") as deployment, pytest.raises(ProcessFailed) as caught:
        deployment.settle(60)
    assert why in str(caught.value)
    assert "sink(leader.source_iter(elements)" in str(caught.value)


@pytest.mark.parametrize("sink", [write_lines, write_csv, write_json_lines])
def test_sinks_need_guarantees(leader, sink):
    with pytest.raises(OrderError) as caught:
        sink(leader.source_iter(["a"]).weaken_ordering(), "x")
    assert "needs a totally ordered stream" in str(caught.value)
    assert re.search(r"test_files.py, line \d+:\s+sink\(leader", str(caught.value))
    with pytest.raises(RetriesError, match="needs an exactly-once stream"):
        sink(leader.source_iter(["a"]).weaken_retries(), "x")


def test_what_is_written_can_be_read(leader, tmp_path):
    points = [Point(n, n / 3) for n in range(100)]
    write_json_lines(leader.source_iter(points), tmp_path / "points")
    with leader.flow.deploy() as deployment:
        deployment.settle(60)
    assert collect(source_json_lines(FlowBuilder().process(), tmp_path / "points", of=Point)) == points


# ---------------------------------------------------------------- on a cluster, and in a child


class Worker: ...


def test_each_member_has_its_own_files(tmp_path):
    flow = FlowBuilder("members")
    workers = flow.cluster(Worker)
    for n in range(3):
        (tmp_path / f"in-{n}").write_text(f"{n}\n{n * 10}\n")
    lines = source_lines(workers, lambda: tmp_path / f"in-{CLUSTER_SELF_ID.raw_id}")
    write_lines(lines.map(lambda line: line + "!"), lambda: f"{tmp_path}/out-{CLUSTER_SELF_ID.raw_id}")
    with flow.deploy(clusters={workers: 3}) as deployment:
        deployment.settle(60)
        assert [(tmp_path / f"out-{n}").read_text() for n in range(3)] == ["0!\n0!\n", "1!\n10!\n", "2!\n20!\n"]


def test_what_a_child_loads_is_little():
    code = (
        "import sys, hydro_nb.std.following, hydro_nb.std.writers, hydro_nb.std.batches, hydro_nb.std.http_server\n"
        "rooms = {name.split('.')[1] for name in sys.modules if name.startswith('hydro_nb.')}\n"
        "print(*sorted(rooms), *({'pandas', 'pyarrow', 'aiohttp'} & {*sys.modules}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["errors", "std"]
