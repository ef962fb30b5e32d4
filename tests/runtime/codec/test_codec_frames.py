"""Frames and Arrow tables travel as what they are; a process that meets none never imports pandas or pyarrow."""

import datetime as dt
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from hydro_nb.errors import DecodeError, EncodeError
from hydro_nb.runtime.codec import make_codec
from hydro_nb.wire import CodecSpec

SELF = CodecSpec("self-describing")
TABLE = pa.table({"n": [1, None, 3], "s": pa.array(["a", "b", "a"]).dictionary_encode(), "l": [[1], [], [2, 3]]})


def through(items, element_type=None):
    codec = make_codec(SELF if element_type is None else CodecSpec("msgpack"), element_type)
    return codec.decode(codec.encode(items), len(items))


FRAMES = {
    "plain": pd.DataFrame({"n": [1, 2], "x": [0.5, np.nan], "s": ["a", None], "b": [True, False]}),
    "index": pd.DataFrame({"n": [1, 2]}, index=pd.Index(["a", "b"], name="key")),
    "levels": pd.DataFrame({"n": [1]}, index=pd.MultiIndex.from_tuples([("a", 1)], names=["s", "n"])),
    "names": pd.DataFrame([[1, 2]], columns=[3, 4]),
    "levels of names": pd.DataFrame({("a", "b"): [1]}),
    "categories": pd.DataFrame({"c": pd.Categorical(["b", "a"], ordered=True)}),
    "times": pd.DataFrame({"t": pd.to_datetime(["2020-01-01"]).tz_localize("Europe/Paris"), "d": pd.to_timedelta([5])}),
    "nullable": pd.DataFrame({"n": pd.array([1, None], dtype="Int64")}),
    "days": pd.DataFrame({"d": pd.Series([dt.date(2020, 1, 1), None], dtype=object)}),
    "decimals": pd.DataFrame({"d": [Decimal("1.50")]}),
    "bytes": pd.DataFrame({"d": [b"ab"]}),
    "no rows": pd.DataFrame({"n": np.array([], dtype="int32")}),
    "slice": pd.DataFrame({"n": range(10)})[3:5],
    "nothing": pd.DataFrame(),
}


@pytest.mark.parametrize("name", FRAMES)
def test_frames(name):
    [found] = through([FRAMES[name]], pd.DataFrame)
    pd.testing.assert_frame_equal(found, FRAMES[name], check_index_type="equiv", check_column_type="equiv")


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ([1, "a"], "Arrow, which carries it, does not take it: "),
        ([[1], [2]], "its column 'o' holds Python objects, which do not come back as they are"),
        ([{"a": 1}, {"b": 2}], "its column 'o' holds Python objects"),
        ([1, 2.5], "its column 'o' holds Python objects"),
        ([1j], "Arrow, which carries it, does not take it: "),
    ],
)
def test_frames_that_would_change_are_refused(values, what):
    with pytest.raises(EncodeError) as caught:
        through([1, pd.DataFrame({"o": pd.Series(values, dtype=object)})])
    assert "[1] cannot be sent" in str(caught.value)
    assert what in str(caught.value)


def test_columns_of_one_name_are_refused():
    with pytest.raises(EncodeError, match="Duplicate column names"):
        through([pd.DataFrame([[1, 2]], columns=["a", "a"])])


@pytest.mark.parametrize("name", ["s", None, 3, ("a", 1)])
def test_series(name):
    series = pd.Series([1.5, 2.5], index=["a", "b"], name=name)
    [found] = through([series])
    pd.testing.assert_series_equal(found, series)
    assert type(found.name) is type(name)


@pytest.mark.parametrize(
    "time",
    [
        pd.Timestamp("2020-01-01T00:00:00.123456789"),
        pd.Timestamp("2020-06-01", tz="Europe/Paris"),
        pd.Timestamp("2020-06-01", tz=dt.timezone(dt.timedelta(hours=2))),
        pd.Timestamp("2020-01-01").as_unit("s"),
        pd.Timedelta(5, "ms"),
        pd.Timedelta(-3, "D").as_unit("s"),
    ],
    ids=str,
)
def test_times(time):
    [found] = through([time])
    assert (found, type(found), found.unit) == (time, type(time), time.unit)
    assert getattr(found, "tzinfo", None) == getattr(time, "tzinfo", None)


@pytest.mark.parametrize("table", [TABLE, TABLE.slice(1, 1), TABLE.schema.empty_table(), pa.table({})], ids=len)
def test_tables(table):
    [found] = through([table], pa.Table)
    assert found.equals(table, check_metadata=True)


def test_batches_beside_other_values():
    batch = TABLE.to_batches()[0]
    items = [("a", batch), ("b", batch.slice(2)), ("c", 3)]
    found = through(items)
    assert found == items
    assert type(found[0][1]) is pa.RecordBatch


def test_a_slice_carries_only_its_rows():
    whole = pa.table({"n": range(100_000)})
    assert len(make_codec(SELF, None).encode([whole.slice(5, 2)])) < 1000


def test_a_class_of_such_a_name_is_no_frame():
    kind = type("DataFrame", (), {"__module__": "pandas.mine"})
    with pytest.raises(EncodeError, match="a DataFrame has no packed form"):
        through([kind()])


def test_bytes_that_are_no_table():
    codec = make_codec(SELF, None)
    body = codec.encode([TABLE])
    with pytest.raises(DecodeError, match="a frame cannot be decoded"):
        codec.decode(body.replace(b"ARROW", b"WORRA").replace(b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f"), 1)


def test_neither_is_imported_without_need():
    code = """
import sys
from hydro_nb.runtime.codec import make_codec
from hydro_nb.wire import CodecSpec
codec = make_codec(CodecSpec("self-describing"), None)
codec.decode(codec.encode([1, "a", (2.5,)]), 3)
assert not {"pandas", "pyarrow"} & {*sys.modules}
"""
    subprocess.run([sys.executable, "-c", code], check=True)
