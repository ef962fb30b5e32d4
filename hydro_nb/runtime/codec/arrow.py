"""Frames and Arrow tables as bytes of an Arrow IPC stream, and pandas' times as numbers; neither is imported unmet."""

from __future__ import annotations

import datetime as dt
import importlib
import struct
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hydro_nb.runtime.codec.limits import Unfit

_CELLS = frozenset({str, bytes, bool, int, float, dt.date, dt.time, Decimal, type(None)})
"""what may stand in a column of Python objects"""


def _arrow() -> Any:
    # by name, so that a process that meets no frame never pays for the import
    return importlib.import_module("pyarrow")


def _pandas() -> Any:
    return importlib.import_module("pandas")


def stream_of(data: Any) -> bytes:
    """Write an Arrow table or record batch."""
    arrow = _arrow()
    sink = arrow.BufferOutputStream()
    with arrow.ipc.new_stream(sink, data.schema) as writer:
        writer.write(data)
    return sink.getvalue().to_pybytes()


def table_of(raw: bytes) -> Any:
    """Read a table; all that its buffers say is held against what they have: what reads it later does not look."""
    table = _opened(raw).read_all()
    table.validate(full=True)
    return table


def batch_of(raw: bytes) -> Any:
    """Read a record batch."""
    batch = _opened(raw).read_next_batch()
    batch.validate(full=True)
    return batch


def _opened(raw: bytes) -> Any:
    """Open a stream, unless a part is compressed: nobody of ours does that, and it may be of any size unpacked."""
    arrow = _arrow()
    for message in arrow.ipc.MessageReader.open_stream(raw):
        if message.type != "schema" and _is_compressed(message.metadata.to_pybytes(), message.type):
            raise ValueError("a compressed table does not travel in a frame")
    return arrow.ipc.open_stream(raw)


def _is_compressed(head: bytes, kind: str) -> bool:
    """Say whether the head of a message, a flatbuffer, has a fourth field in its record batch: the compression."""
    batch = _follow(head, _field(head, _follow(head, 0), 2))
    if kind == "dictionary":
        batch = _follow(head, _field(head, batch, 1))
    return bool(_field(head, batch, 3))


def _field(raw: bytes, table: int, number: int) -> int:
    """Give where a field of a table of a flatbuffer stands; 0 where it is absent."""
    fields, at = table - _number("<i", raw, table), 4 + 2 * number
    offset = _number("<H", raw, fields + at) if at < _number("<H", raw, fields) else 0
    return table + offset if offset else 0


def _follow(raw: bytes, at: int) -> int:
    return at + _number("<I", raw, at)


def _number(form: str, raw: bytes, at: int) -> int:
    if at < 0:
        raise ValueError("a head of a message points before its begin")
    return struct.unpack_from(form, raw, at)[0]


def frame_stream(frame: Any) -> bytes:
    """Write a pandas frame that comes back as it is, or say which column would not."""
    arrow = _arrow()
    try:
        table = arrow.Table.from_pandas(frame)
    except (arrow.ArrowException, TypeError, ValueError) as error:
        raise Unfit(frame, f"Arrow, which carries it, does not take it: {error}") from None
    changed = _changed(frame, table)
    if changed is not None:
        raise Unfit(frame, f"{changed} holds Python objects, which do not come back as they are: {_HINT}")
    return stream_of(table)


_HINT = 'make it of one type before, such as frame["column"].astype("str")'


def _changed(frame: Any, table: Any) -> str | None:
    """Name the first part of Python objects that would come back otherwise; all others come back as they are."""
    objects = {what: values for what, values in _parts(frame) if values.dtype == object}
    back = dict(_parts(table.to_pandas())) if objects else {}
    return next((what for what, values in objects.items() if not _same(values, back.get(what))), None)


def _parts(frame: Any) -> Iterator[tuple[str, Any]]:
    yield from ((f"its column {name!r}", values) for name, values in frame.items())
    for what, index in (("its index", frame.index), ("the names of its columns", frame.columns)):
        yield from ((f"{what} ({at})", index.get_level_values(at)) for at in range(index.nlevels))


def _same(values: Any, back: Any) -> bool:
    kinds = [*map(type, values)]
    return (
        back is not None
        and values.dtype == back.dtype
        and _CELLS.issuperset(kinds)
        and [(type(each), each) for each in back] == [*zip(kinds, values, strict=True)]
    )


def frame_of(raw: bytes) -> Any:
    """Read a pandas frame."""
    return table_of(raw).to_pandas()


def series_parts(series: Any) -> tuple[Any, bytes]:
    """Take a series apart: its name, and a frame of it alone."""
    try:
        return series.name, frame_stream(series.to_frame("values"))
    except Unfit as unfit:
        raise Unfit(series, unfit.why) from None


def series_of(part: Any) -> Any:
    """Put a series together."""
    name, raw = part
    return frame_of(raw)["values"].rename(name)


def timestamp_parts(time: Any) -> tuple[int, str, Any]:
    """Take a timestamp apart: its number of units since 1970, the unit, the zone."""
    # a zone of pytz, which pandas made before its third version, goes by its name
    return int(time.asm8.astype("int64")), time.unit, getattr(time.tzinfo, "zone", None) or time.tzinfo


def timestamp_of(part: Any) -> Any:
    """Put a timestamp together."""
    number, unit, zone = part
    made = _pandas().Timestamp(_numpy64("datetime64", number, unit))
    return made if zone is None else made.tz_localize("UTC").tz_convert(zone)


def timedelta_parts(span: Any) -> tuple[int, str]:
    """Take a time span apart: its number of units, the unit."""
    return int(span.asm8.astype("int64")), span.unit


def timedelta_of(part: Any) -> Any:
    """Put a time span together."""
    return _pandas().Timedelta(_numpy64("timedelta64", *part))


def _numpy64(kind: str, number: int, unit: str) -> Any:
    return getattr(importlib.import_module("numpy"), kind)(number, unit)
