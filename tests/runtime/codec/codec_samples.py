"""Classes and values for the tests of codecs, and what "the same value" means to them."""

import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import math
import uuid
import zoneinfo
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from hydro_nb.schema import field_names
from hydro_nb.types import f32, f64, i8, i16, i32, i64, u8, u16, u32, u64
from hydro_nb.values import Err, MemberId, Ok, Some

T = TypeVar("T")

law = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""for laws, which hold however busy the machine is"""


class Color(enum.Enum):
    RED = 1
    GREEN = 2


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Right(enum.Flag):
    READ = 1
    WRITE = 2


@dataclass
class Point:
    x: i32
    y: u8


@dataclass(frozen=True, slots=True)
class Order:
    name: str
    price: u32 | None
    at: Point
    tags: list[str]
    color: Color


@dataclass
class Tree:
    value: int
    left: "Tree | None"
    right: "Tree | None"


@dataclass
class Nothing:
    pass


@dataclass
class Put:
    key: str
    value: int


@dataclass
class Get:
    key: str


@dataclass
class Total:
    """Computes a field that its constructor does not take, and changes another."""

    parts: list[int]
    total: int = field(init=False)

    def __post_init__(self):
        self.total = sum(self.parts) + 1
        self.parts = [*self.parts, 0]


@dataclass(kw_only=True)
class Keywords:
    a: int
    b: str = "b"


@dataclass
class Odd:
    """Has a constructor of its own that takes other arguments."""

    a: int

    def __init__(self, text):
        self.a = len(text)


@dataclass
class Box(Generic[T]):
    inside: T


class Pair(NamedTuple):
    left: int
    right: str


class Strict(msgspec.Struct, frozen=True, kw_only=True):
    a: int
    b: str


class Bent(msgspec.Struct):
    a: int

    def __post_init__(self):
        self.a += 1


@dataclass
class Point3(Point):
    z: int


NAMES = dict(globals())
RECORDS = (Point, Order, Tree, Nothing, Put, Get, Total, Keywords, Odd, Box, Pair, Strict, Bent, Point3)


def same(a: Any, b: Any, *, widened: bool = False) -> bool:
    """Whether two values are equal and of equal types, all the way down; nan is the same as nan, 0.0 not as -0.0.

    With `widened`, an int may have become the float that it equals.
    """
    if widened and type(a) is float and type(b) is int:
        return a == b
    if type(a) is not type(b):
        return False
    parts = _parts(a), _parts(b)
    if parts[0] is not None:
        return len(parts[0]) == len(parts[1]) and all(same(x, y, widened=widened) for x, y in zip(*parts, strict=True))
    if isinstance(a, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    return str(a) == str(b) if isinstance(a, decimal.Decimal) else a == b


def _parts(value: Any) -> list[Any] | None:
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, set | frozenset):
        return sorted(map(described, value))
    if isinstance(value, dict):
        return [part for pair in value.items() for part in pair]
    if dataclasses.is_dataclass(value) or isinstance(value, msgspec.Struct):
        return [getattr(value, name) for name in field_names(type(value))]
    return [value.real, value.imag] if isinstance(value, complex) else None


def described(value: Any) -> str:
    if isinstance(value, frozenset):
        return f"frozenset({sorted(map(described, value))})"
    if isinstance(value, tuple):
        return f"tuple({[*map(described, value)]})"
    return f"{type(value).__name__} {value!r}"


numbers = st.integers() | st.floats() | st.complex_numbers() | st.booleans()
zones = st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=-3), "there"), zoneinfo.ZoneInfo("UTC")]) | st.none()
times = (
    st.datetimes(timezones=zones, allow_imaginary=False)
    | st.dates()
    | st.times()
    | st.timedeltas()
    | st.sampled_from([dt.UTC, dt.datetime(2020, 1, 1, fold=1)])  # noqa: DTZ001
)
texts = st.text() | st.sampled_from(["\ud800", "a\udfffb"])
named = st.sampled_from([Color.RED, Level.HIGH, Right.READ | Right.WRITE, Right(0), Nothing(), MemberId(3, "W")])
exotic = (
    st.decimals()
    | st.fractions()
    | st.uuids()
    | st.builds(range, st.integers(), st.integers(), st.integers(1, 9))
    | st.sampled_from([decimal.Decimal("sNaN12"), fractions.Fraction(1, 3), uuid.UUID(int=5)])
)
atoms = st.none() | numbers | texts | st.binary() | times | named | exotic


def _has_hash(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


hashable = st.recursive(
    atoms.filter(_has_hash), lambda s: st.lists(s, max_size=3).map(tuple) | st.frozensets(s, max_size=3), max_leaves=5
)


def _containers(s):
    return (
        st.lists(s, max_size=4)
        | st.lists(s, max_size=4).map(tuple)
        | st.sets(hashable, max_size=3)
        | st.dictionaries(hashable, s, max_size=3)
        | st.binary(max_size=4).map(bytearray)
        | st.builds(Box, s)
        | st.builds(Some, s)
        | st.builds(Ok, s)
        | st.builds(Err, s)
        | st.builds(Pair, s, s)
        | st.builds(Put, s, s)
        | st.builds(Strict, a=s, b=s)
        | st.builds(Keywords, a=s, b=s)
        | st.builds(Total, st.lists(st.integers()))
        | st.builds(Odd, st.text())
        | st.builds(Bent, st.integers())
    )


anything = st.recursive(atoms, _containers, max_leaves=12)

_RANGES = {i8: 8, i16: 16, i32: 32, i64: 64, int: 64, u8: -8, u16: -16, u32: -32, u64: -64}


def _whole(bits: int):
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if bits > 0 else st.integers(0, 2**-bits - 1)


_utf8 = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_points = st.builds(Point, _whole(32), _whole(-8))
_trees = st.recursive(
    st.builds(Tree, _whole(64), st.none(), st.none()),
    lambda s: st.builds(Tree, _whole(64), s | st.none(), s),
    max_leaves=4,
)
_orders = st.builds(
    Order, _utf8, st.none() | _whole(-32), _points, st.lists(_utf8, max_size=3), st.sampled_from(list(Color))
)
_simple: list[tuple[Any, Any]] = [
    *((kind, _whole(bits)) for kind, bits in _RANGES.items()),
    (float, st.floats()),
    (f64, st.floats()),
    (f32, st.floats(width=32)),
    (bool, st.booleans()),
    (str, _utf8),
    (bytes, st.binary(max_size=6)),
    (Point, _points),
    (Order, _orders),
    (Tree, _trees),
    (Color, st.sampled_from(list(Color))),
    (Pair, st.builds(Pair, _whole(64), _utf8)),
    (Strict, st.builds(Strict, a=_whole(64), b=_utf8)),
    (Keywords, st.builds(Keywords, a=_whole(64), b=_utf8)),
    (Total, st.builds(Total, st.lists(_whole(32), max_size=3))),
    (Odd, st.builds(Odd, st.text())),
    (Bent, st.builds(Bent, _whole(32))),
    (Put | Get, st.builds(Put, _utf8, _whole(64)) | st.builds(Get, _utf8)),
    (MemberId[Color], st.builds(MemberId, _whole(-32), st.just("Color"))),
    (Box[int], st.builds(Box, _whole(64))),
    (Some[str], st.builds(Some, _utf8)),
]
_units: list[tuple[Any, Any]] = [(type(None), st.none()), (tuple[()], st.just(())), (Nothing, st.just(Nothing()))]
_keys: list[tuple[Any, Any]] = [(int, _whole(64)), (str, _utf8), (Color, st.sampled_from(list(Color)))]


def _wider(typed):
    def pair(both):
        (a, x), (b, y) = both
        return tuple[a, b, int], st.tuples(x, y, _whole(64))

    return (
        typed.map(lambda t: (list[t[0]], st.lists(t[1], max_size=3)))
        | typed.map(lambda t: (tuple[t[0], ...], st.lists(t[1], max_size=3).map(tuple)))
        | typed.filter(lambda t: t[0] is not type(None)).map(lambda t: (t[0] | None, t[1] | st.none()))
        | st.tuples(typed, typed).map(pair)
        | st.tuples(st.sampled_from(_keys), typed).map(
            lambda both: (dict[both[0][0], both[1][0]], st.dictionaries(both[0][1], both[1][1], max_size=3))
        )
        | st.sampled_from(_keys).map(lambda t: (set[t[0]], st.sets(t[1], max_size=3)))
        | st.sampled_from(_keys).map(lambda t: (frozenset[t[0]], st.frozensets(t[1], max_size=3)))
    )


typed_values = st.recursive(st.sampled_from(_simple + _units), _wider, max_leaves=4)
"""pairs of an annotation and a strategy for its values"""


@st.composite
def typed_batches(draw, values=typed_values):
    annotation, strategy = draw(values)
    return annotation, draw(st.lists(strategy, max_size=5))
