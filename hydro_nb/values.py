"""Values that user functions return to say something that a bare value cannot, and names of cluster members."""

from __future__ import annotations

import enum
from contextvars import ContextVar
from copy import copy as shallow
from typing import Any, Generic, TypeVar, cast

import msgspec

from hydro_nb.errors import LocationError

T_co = TypeVar("T_co", covariant=True)
C = TypeVar("C")


class Some(msgspec.Struct, Generic[T_co], frozen=True):
    """A present value, for functions in which a bare `None` means "nothing".

    >>> Some(None)
    Some(value=None)
    """

    value: T_co


class Ok(msgspec.Struct, Generic[T_co], frozen=True):
    """The result of something that succeeded.

    >>> Ok(3)
    Ok(value=3)
    """

    value: T_co


class Err(msgspec.Struct, Generic[T_co], frozen=True):
    """The reason why something failed.

    >>> Err("no quorum")
    Err(error='no quorum')
    """

    error: T_co


class Yield(msgspec.Struct, Generic[T_co], frozen=True):
    """What a generator's function gives to emit a value and go on.

    >>> Yield(3)
    Yield(value=3)
    """

    value: T_co


class Return(msgspec.Struct, Generic[T_co], frozen=True):
    """What a generator's function gives to emit a last value.

    >>> Return(3)
    Return(value=3)
    """

    value: T_co


class Step(enum.Enum):
    """What a generator's function gives to emit nothing."""

    CONTINUE = "go on with the next element"
    BREAK = "end here"


Continue = Step.CONTINUE
Break = Step.BREAK


class MembershipEvent(enum.Enum):
    """That a member of a cluster, or a client, has come or gone.

    >>> MembershipEvent.Joined
    Joined
    """

    JOINED = "joined"
    LEFT = "left"
    Joined = JOINED
    Left = LEFT

    def __repr__(self) -> str:
        return self.name.capitalize()

    __str__ = __repr__


_MEMBER = 0x6D656D626572
"""Tells the hash of an id from that of its number; the same in every process, and so is the order of a set of ids."""


class MemberId(msgspec.Struct, Generic[C], frozen=True, eq=False):
    """One member of the cluster whose marker class is `C`; ordered and hashable by its number.

    The marker is for the type checker and for the eye: ids with equal numbers are equal.

    >>> MemberId.from_raw_id(3, "Worker")
    MemberId::<Worker>(3)
    >>> MemberId.from_raw_id(3) == MemberId.from_raw_id(3, "Worker")
    True
    """

    raw_id: int
    tag: str = "_"

    @classmethod
    def from_raw_id(cls, raw_id: int, tag: type | str | None = None) -> MemberId[Any]:
        """Name the member with this number, of the cluster with this marker class.

        >>> MemberId.from_raw_id(0).raw_id
        0
        """
        return cls(raw_id, tag_name(tag))

    def __repr__(self) -> str:
        return f"MemberId::<{self.tag}>({self.raw_id})"

    def __eq__(self, other: object) -> bool:
        return self.raw_id == other.raw_id if isinstance(other, MemberId) else NotImplemented

    def __hash__(self) -> int:
        return hash((_MEMBER, self.raw_id))

    def __lt__(self, other: MemberId[Any]) -> bool:
        return self.raw_id < other.raw_id

    def __le__(self, other: MemberId[Any]) -> bool:
        return self.raw_id <= other.raw_id

    def __gt__(self, other: MemberId[Any]) -> bool:
        return self.raw_id > other.raw_id

    def __ge__(self, other: MemberId[Any]) -> bool:
        return self.raw_id >= other.raw_id


class ClusterSelfId:
    """Stands for the id of the cluster member that runs the function it is used in; pickles to that."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what Python asks of any object is not asked of the member
            raise AttributeError(name)
        return getattr(_running(), name)

    def __repr__(self) -> str:
        return repr(_present()) if _present() else "CLUSTER_SELF_ID"

    def __eq__(self, other: object) -> bool:
        return other is self or _running() == other

    def __hash__(self) -> int:
        return hash(_running())

    def __lt__(self, other: MemberId[Any]) -> bool:
        return _running() < other

    def __le__(self, other: MemberId[Any]) -> bool:
        return _running() <= other

    def __gt__(self, other: MemberId[Any]) -> bool:
        return _running() > other

    def __ge__(self, other: MemberId[Any]) -> bool:
        return _running() >= other

    def __reduce__(self) -> tuple[Any, tuple[()]]:
        return (self_id, ())


CLUSTER_SELF_ID = cast("MemberId[Any]", ClusterSelfId())
"""In a function that runs on a cluster: the id of the member that runs it."""
_acting: list[MemberId[Any] | None] = [None]
_context: ContextVar[MemberId[Any] | None] = ContextVar("hydro-acting")
"""so that a task goes on for the member that has begun it, while another one acts"""


def act_as(member: MemberId[Any] | None) -> None:
    """Let `CLUSTER_SELF_ID` stand for this member from now on; `None` where what runs is no member of a cluster.

    >>> act_as(MemberId.from_raw_id(2, "Worker"))
    >>> CLUSTER_SELF_ID, CLUSTER_SELF_ID.raw_id
    (MemberId::<Worker>(2), 2)
    >>> act_as(None)
    >>> CLUSTER_SELF_ID
    CLUSTER_SELF_ID
    """
    _acting[0] = member
    _context.set(member)


def _present() -> MemberId[Any] | None:
    return _context.get(_acting[0])


def self_id() -> MemberId[Any]:
    """Give the member that runs here, or what stands for it where none does.

    >>> self_id()
    CLUSTER_SELF_ID
    """
    return _present() or CLUSTER_SELF_ID


def _running() -> MemberId[Any]:
    member = _present()
    if member is None:
        raise LocationError(
            "`CLUSTER_SELF_ID` names the cluster member that runs a function, but what uses it here runs on none.\n"
            "  Use it in functions of collections that live on a cluster, made by flow.cluster(Marker)."
        )
    return member


def tag_name(tag: type | str | None) -> str:
    """Give the text of a cluster's marker as it stands in a member's name.

    >>> tag_name(None)
    '_'
    """
    if tag is None:
        return "_"
    return tag if isinstance(tag, str) else tag.__name__


class Absent(enum.Enum):
    """What an `Optional` without a value holds; a member of an enum, so that a copy of it is still itself."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT

ATOMS = frozenset((int, str, float, bool, bytes, type(None)))
"""Types of values that nothing can change."""


def copy(value: Any) -> Any:
    """Copy a value that goes on changing, with the lists, tuples, dicts and sets in it, so that what was seen stays.

    >>> seen = {"a": [1]}
    >>> kept = copy(seen)
    >>> seen["a"].append(2)
    >>> kept
    {'a': [1]}
    """
    kind = cast("type[Any]", type(value))
    if kind in ATOMS:
        return value
    if kind is dict:
        return {key: each if type(each) in ATOMS else copy(each) for key, each in value.items()}
    if kind is list or kind is tuple:
        parts: list[Any] = [each if type(each) in ATOMS else copy(each) for each in value]
        return parts if kind is list else tuple(parts)
    return shallow(value)


RETURNED_NONE = (
    "the function returned None. It must return the next accumulator; "
    "if it changes its first argument instead, say so: inplace(function). "
    "None cannot be an accumulator, also not the first one: let something else mean that there is nothing, such as ()"
)
