"""Well-known classes as what they are made of: dates, decimals, arrays, ..., each one entry of a table."""

from __future__ import annotations

import collections
import datetime as dt
import importlib
import sys
import uuid
import zoneinfo
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from hydro_nb.errors import DecodeError
from hydro_nb.runtime.codec import arrow, nodes
from hydro_nb.runtime.codec.limits import LARGE, Unfit, shown


@dataclass(frozen=True, slots=True)
class Extra:
    """How values of one class come apart into plain values and together again."""

    name: str
    type: type | None
    apart: Callable[[Sequence[Any]], list[Any]]
    together: Callable[[Sequence[Any]], list[Any]]
    scalar: Callable[[Sequence[Any]], nodes.Node | None] | None = None
    raw: Callable[[Any], memoryview] | None = None
    """gives the bytes of a value, of which the parts are not made again: these say what they mean"""


def _each(kind: type, apart: Callable[[Any], Any], together: Callable[[Any], Any], *of: Any) -> Extra:
    return _named(kind.__name__, kind, apart, together, *of)


def _named(
    name: str, kind: type | None, apart: Callable[[Any], Any], together: Callable[[Any], Any], *of: Any
) -> Extra:
    """Make one of its two functions and of what a part is: a value of the one class given, or a tuple of several."""
    return Extra(
        name,
        kind,
        lambda values: [apart(value) for value in values],
        lambda parts: [together(part) for part in _held_to(name, of, parts)],
    )


def _held_to(name: str, of: tuple[Any, ...], parts: Sequence[Any]) -> Sequence[Any]:
    """Refuse parts of other classes: a class takes more than it makes, as a bytearray takes the number of its bytes."""
    fits = _is_one if len(of) == 1 else _is_row
    for part in parts:
        if not fits(part, of):
            raise DecodeError(f"no {name} is made of {shown(part)}")
    return parts


def _is_one(part: Any, of: tuple[Any, ...]) -> bool:
    return isinstance(part, of[0])


def _is_row(part: Any, of: tuple[Any, ...]) -> bool:
    if not isinstance(part, tuple):
        return False
    row = cast("tuple[Any, ...]", part)
    return len(row) == len(of) and all(map(isinstance, row, of))


def _zone_key(zone: zoneinfo.ZoneInfo) -> str:
    if zone.key is None:  # pyright: ignore[reportUnnecessaryComparison] - from_file makes such
        raise Unfit(zone, "a ZoneInfo without a key cannot be named to another process")
    return zone.key


def _timezone(part: Any) -> dt.timezone:
    return dt.timezone(*part)


_ZONE = dt.tzinfo | None
_TIME = (int, int, int, int, int, _ZONE)
_CLOCK = ("hour", "minute", "second", "microsecond", "fold", "tzinfo")


def _clock(value: Any) -> tuple[Any, ...]:
    return tuple(getattr(value, name) for name in _CLOCK)


def _time(part: Any) -> dt.time:
    *clock, fold, zone = part
    return dt.time(*clock, tzinfo=zone, fold=fold)


def _datetime(part: Any) -> dt.datetime:
    *clock, fold, zone = part
    return dt.datetime(*clock, tzinfo=zone, fold=fold)


def _deque(part: Any) -> Any:
    items, longest = part
    made: collections.deque[Any] = collections.deque(items, longest)
    return made


EXTRAS: tuple[Extra, ...] = (
    _each(complex, lambda value: (value.real, value.imag), lambda part: complex(*part), float, float),
    _each(bytearray, bytes, bytearray, bytes),
    _each(range, lambda value: (value.start, value.stop, value.step), lambda part: range(*part), int, int, int),
    _each(Decimal, str, Decimal, str),
    _each(Fraction, lambda value: (value.numerator, value.denominator), lambda part: Fraction(*part), int, int),
    _each(uuid.UUID, lambda value: value.bytes, lambda part: uuid.UUID(bytes=part), bytes),
    _each(dt.date, dt.date.toordinal, dt.date.fromordinal, int),
    _each(dt.time, _clock, _time, *_TIME),
    _each(
        dt.datetime,
        lambda value: (value.year, value.month, value.day, *_clock(value)),
        _datetime,
        *(int, int, int, *_TIME),
    ),
    _each(
        dt.timedelta,
        lambda value: (value.days, value.seconds, value.microseconds),
        lambda part: dt.timedelta(*part),
        *(int, int, int),
    ),
    _each(dt.timezone, lambda value: value.__getinitargs__(), _timezone, tuple),
    _each(zoneinfo.ZoneInfo, _zone_key, zoneinfo.ZoneInfo, str),
    _each(collections.OrderedDict, dict, collections.OrderedDict, dict),
    _each(collections.Counter, dict, collections.Counter, dict),
    _each(
        collections.deque,
        lambda value: (list(value), value.maxlen),
        _deque,
        *(list, int | None),
    ),
)

# ---------------------------------------------------------------- pandas and Arrow, only where they are there

FRAMES = {
    "pyarrow": (
        _named("Table", None, arrow.stream_of, arrow.table_of, bytes),
        _named("RecordBatch", None, arrow.stream_of, arrow.batch_of, bytes),
    ),
    "pandas": (
        _named("DataFrame", None, arrow.frame_stream, arrow.frame_of, bytes),
        _named("Series", None, arrow.series_parts, arrow.series_of, object, bytes),
        _named("Timestamp", None, arrow.timestamp_parts, arrow.timestamp_of, int, str, _ZONE),
        _named("Timedelta", None, arrow.timedelta_parts, arrow.timedelta_of, int, str),
    ),
}


def _frame_extra(kind: type) -> Extra | None:
    package = kind.__module__.partition(".")[0]
    found = (extra for extra in FRAMES.get(package, ()) if extra.name == kind.__name__)
    # a class of a user's own may have such a name too
    return next((extra for extra in found if getattr(sys.modules[package], extra.name) is kind), None)


# ---------------------------------------------------------------- numpy, only where it is there


def _numpy() -> Any:
    # by name, so that a process that meets no array never pays for the import
    return importlib.import_module("numpy")


def _described(value: Any) -> Any:
    if value.dtype.hasobject:
        raise Unfit(value, "an array of Python objects has no packed form; send a list")
    return _numpy().lib.format.dtype_to_descr(value.dtype)


def _dtype(description: Any) -> Any:
    found = _numpy().lib.format.descr_to_dtype(description)
    if found.hasobject:
        raise ValueError("an array of Python objects does not travel in a frame")
    return found


def _raw(array: Any) -> memoryview:
    flat = _numpy().ascontiguousarray(array).reshape(-1)
    return flat.view("u1").data if array.dtype.itemsize else memoryview(b"")


def array_of(part: Any, raw: memoryview) -> Any:
    """Make a read-only array of what it is and its bytes: those of a large one stay where they came.

    >>> array_of(("<i2", (1,)), memoryview(bytes([1, 1])))
    array([257], dtype=int16)
    """
    description, shape = part
    kind = _dtype(description)
    if not kind.itemsize:
        raise ValueError("an array of items without bytes does not travel in a frame")
    made = _numpy().frombuffer(raw, kind).reshape(shape)
    if len(raw) < LARGE or not made.flags.aligned:
        # a small one would keep all of its frame
        made = made.copy()
    made.flags.writeable = False
    return made


def _numbers(values: Sequence[Any]) -> nodes.Node | None:
    numpy = _numpy()
    kind = values[0].__class__
    if not issubclass(kind, numpy.number | numpy.bool_) or issubclass(kind, numpy.timedelta64):
        return None
    column = numpy.array(values, dtype=kind)
    return nodes.Scalars(column.dtype.str, column.tobytes())


def numbers_of(dtype: str, raw: bytes) -> list[Any]:
    r"""Give numpy scalars of their bytes.

    >>> numbers_of("<i2", b"\x01\x00")
    [np.int16(1)]
    """
    return [*_numpy().frombuffer(raw, _dtype(dtype))]


NDARRAY = Extra(
    "ndarray",
    None,
    lambda values: [(_described(value), value.shape) for value in values],
    list,
    raw=_raw,
)
SCALAR = Extra(
    "scalar",
    None,
    lambda values: [(_described(value), value.tobytes()) for value in values],
    lambda parts: [_numpy().frombuffer(raw, _dtype(description))[0] for description, raw in parts],
    _numbers,
)
BY_NAME = {extra.name: extra for extra in (*EXTRAS, SCALAR, *FRAMES["pyarrow"], *FRAMES["pandas"])}
_BY_TYPE = {extra.type: extra for extra in EXTRAS}


def extra_of(kind: type) -> Extra | None:
    """Find how values of a class travel, None if they are no extra.

    >>> extra_of(complex).name
    'complex'
    """
    return _BY_TYPE.get(kind) or (_numpy_extra(kind) if kind.__module__ == "numpy" else _frame_extra(kind))


def _numpy_extra(kind: type) -> Extra | None:
    numpy = cast("Any", sys.modules.get("numpy"))
    if numpy is None:
        return None
    if kind is numpy.ndarray:
        return NDARRAY
    return SCALAR if issubclass(kind, numpy.generic) else None
