"""Tables into flows, between processes, and out of them again."""

import sys
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hydro_nb import FlowBuilder, GraphError, HydroError, OrderError, ProcessFailed
from hydro_nb.std.frames import frame_rows, source_frame, to_frame, to_table, write_parquet
from hydro_nb.testing import collect

FRAME = pd.DataFrame({"name": ["ann", "bob", "eve"], "age": [30, 25, None]})
TABLE = pa.table({"name": ["ann", "bob", "eve"], "age": [30, 25, None]})
ROWS = [{"name": "ann", "age": 30}, {"name": "bob", "age": 25}, {"name": "eve", "age": None}]


class Leader: ...


class Worker: ...


@pytest.fixture
def flow():
    return FlowBuilder("frames")


@pytest.fixture
def leader(flow):
    return flow.process(Leader)


@pytest.fixture
def numbers(tmp_path):
    path = tmp_path / "numbers.parquet"
    pq.write_table(pa.table({"n": range(5000)}), path, row_group_size=1000)
    return path


def written(stream, path, *, backend="local", **options):
    write_parquet(stream, path, **options)
    with stream.flow.deploy(backend=backend) as deployment:
        deployment.settle(60)
    return pq.read_table(path)


def failure(flow):
    with pytest.raises(ProcessFailed) as caught, flow.deploy(backend="inprocess") as deployment:
        deployment.settle(60)
    return str(caught.value)


# ---------------------------------------------------------------- in


@pytest.mark.parametrize("backend", ["inprocess", "local"])
@pytest.mark.parametrize(
    "make",
    [
        lambda: FRAME.astype({"age": "Int64"}),
        lambda: TABLE,
        lambda: TABLE.to_batches()[0],
        TABLE.to_reader,
        lambda: TABLE.to_reader,
    ],
    ids=["DataFrame", "Table", "RecordBatch", "reader", "function"],
)
def test_frames(leader, make, backend):
    batches = source_frame(leader, make(), rows=2)
    assert collect(batches.map(lambda batch: batch.num_rows), backend=backend) == [2, 1]
    assert collect(frame_rows(batches), backend=backend) == ROWS


def test_parquet(leader, numbers):
    batches = source_frame(leader, str(numbers), rows=600)
    sizes = collect(batches.map(lambda batch: batch.num_rows))
    assert (sum(sizes), max(sizes)) == (5000, 600)
    assert collect(frame_rows(batches).map(lambda row: row["n"])) == [*range(5000)]


def test_kinds(leader):
    batches = source_frame(leader, TABLE)
    assert str(batches.kind.bound) == "Bounded"
    assert batches.kind.element is pa.RecordBatch
    assert frame_rows(batches).kind.element == dict[str, Any]


@pytest.mark.parametrize("rows", [0, -1, 1.5])
def test_batches_of_no_rows(leader, rows):
    with pytest.raises(GraphError, match=r"`source_frame` cuts into batches of one row or more, not .*\n  test_frames"):
        source_frame(leader, TABLE, rows=rows)


def test_what_is_no_frame(leader):
    with pytest.raises(GraphError, match=r"needs a pandas DataFrame, .*, but was given list \[1\].\n  test_frames"):
        source_frame(leader, [1])
    source_frame(leader, lambda: 3).for_each(print)
    assert "`source_frame` needs a frame, and its function gave 3" in failure(leader.flow)


def test_what_is_no_parquet(leader, tmp_path):
    path = tmp_path / "numbers.csv"
    path.write_text("n\n1\n" * 10)
    source_frame(leader, path).for_each(print)
    text = failure(leader.flow)
    assert f"{path} is no Parquet file" in text
    assert "source_frame(leader, path)" in text


def test_rows_of_what_is_no_frame(leader):
    frame_rows(leader.source_iter([3])).for_each(print)
    assert "`frame_rows` takes frames apart, and 3 is none" in failure(leader.flow)


# ---------------------------------------------------------------- between processes


def test_frames_cross_an_edge(flow, leader, numbers):
    worker = flow.process(Worker)
    batches = source_frame(leader, str(numbers), rows=700).send(worker)
    evens = batches.map(lambda batch: batch.to_pandas().query("n % 2 == 0")).send(leader)
    assert collect(evens.map(len).fold(lambda: 0, lambda total, n: total + n)) == [2500]
    assert to_frame(collect(evens))["n"].tolist() == [*range(0, 5000, 2)]


def test_declared_frames_cross_an_edge(flow, leader):
    tables = leader.source_iter(lambda: [TABLE]).typed(pa.Table).send(flow.process(Worker))
    [table] = collect(tables)
    assert table.equals(TABLE)


# ---------------------------------------------------------------- out


def test_to_frame():
    assert to_frame(ROWS).equals(to_frame([TABLE]))
    assert to_frame([FRAME[:1], FRAME[1:]]).equals(FRAME)
    assert to_frame([]).empty
    assert to_table(TABLE.to_batches(max_chunksize=1)).equals(TABLE)
    assert to_table([{"a": 1}, {"b": 2}]).to_pylist() == [{"a": 1, "b": None}, {"a": None, "b": 2}]


@pytest.mark.parametrize(
    ("elements", "why"),
    [
        ([TABLE, {"a": 1}], "frames and rows cannot be put into one frame"),
        ([3], "a row of a frame is a dict by the names of columns, not 3"),
        ([{"a": 1}, {"a": "x"}], "rows do not make columns, each of one type"),
    ],
)
def test_what_makes_no_frame(elements, why):
    with pytest.raises(HydroError, match=why):
        to_frame(elements)


@pytest.mark.parametrize("backend", ["inprocess", "local"])
@pytest.mark.parametrize("elements", [ROWS, [TABLE], [TABLE[:1], *ROWS[1:]], TABLE.to_batches(max_chunksize=1)])
def test_write_parquet(leader, tmp_path, elements, backend):
    found = written(leader.source_iter(lambda: elements), tmp_path / "out.parquet", backend=backend)
    assert found.equals(TABLE)


def test_write_parquet_of_frames(leader, tmp_path):
    assert written(leader.source_iter(lambda: [FRAME]), tmp_path / "out").to_pandas().equals(FRAME)


def test_write_parquet_of_many_rows(leader, tmp_path):
    rows = leader.source_iter(range(150_000)).map(lambda n: {"n": n})
    found = written(rows, tmp_path / "out.parquet")
    assert found["n"].to_pylist() == [*range(150_000)]
    assert pq.read_metadata(tmp_path / "out.parquet").num_row_groups == 3


def test_write_parquet_of_a_schema(leader, tmp_path):
    schema = pa.schema([("n", pa.int16()), ("s", pa.string())])
    assert written(leader.source_iter([]), tmp_path / "empty", schema=schema).schema == schema
    flow = FlowBuilder()
    found = written(flow.process().source_iter([{"n": 1}]), tmp_path / "one", schema=schema)
    assert found.to_pylist() == [{"n": 1, "s": None}]


def test_write_parquet_of_nothing_leaves_no_older_file(leader, tmp_path):
    path = tmp_path / "out"
    path.write_text("older")
    write_parquet(leader.source_iter([]), path)
    with leader.flow.deploy() as deployment:
        deployment.settle(60)
    assert not path.exists()


@pytest.mark.parametrize(
    ("elements", "why"),
    [
        ([TABLE, pa.table({"n": [1]})], "`write_parquet` was given other columns than the file has"),
        ([TABLE, {"n": 1}, TABLE], "a row has `n`, where the file has name, age; name all columns in `schema=`"),
        ([3, TABLE], "a row of a frame is a dict by the names of columns, not 3"),
    ],
)
def test_what_cannot_be_written(leader, tmp_path, elements, why):
    write_parquet(leader.source_iter(lambda: elements), tmp_path / "out")
    text = failure(leader.flow)
    assert why in text
    assert "write_parquet(leader.source_iter(lambda: elements)" in text


def test_write_parquet_needs_guarantees(leader):
    with pytest.raises(OrderError, match="`write_parquet` needs a totally ordered stream"):
        write_parquet(leader.source_iter([{"n": 1}]).weaken_ordering(), "x")


# ---------------------------------------------------------------- without the extra


@pytest.mark.parametrize("missing", ["pyarrow", "pandas"])
def test_without_the_extra(leader, monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(HydroError) as caught:
        source_frame(leader, TABLE)
    assert str(caught.value).startswith(
        f"`source_frame` needs {missing}, which the extra `frames` brings: "
        'pip install "hydro_nb[frames]".\n'
        "  test_frames.py, line "
    )
