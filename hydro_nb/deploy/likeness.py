"""What captured values are, told from their packed form without making any of them: to compare those of two programs.

Where a function stands in its cell does not count, nor which of several equal definitions of a class is meant.
"""

from __future__ import annotations

import hashlib
import io
import marshal
import pickle
from collections.abc import Iterable, Mapping
from typing import Any, cast

UNPLACED = {"co_filename": 10, "co_firstlineno": 13, "co_linetable": 14}
"""What of a packed code object says only where it was written, with its position among the arguments."""
TRACKED = {"_make_skeleton_class": 4, "_make_skeleton_enum": 5}
"""The position of what tells definitions of one class apart among the arguments that a packed class is made of."""
TELLING = ("_function_setstate", "_class_setstate", "_put")
"""Names of what is called with something made, to tell it the rest: that of functions, of classes, of structs."""
WRITTEN_AT = ("__firstlineno__", "__static_attributes__")
"""What Python notes of a class that is not what it does."""
PLAIN = (list, tuple, dict, set, frozenset)


class _Made(type):
    """Stands for what would be made by calling something: a class, as only that may stand for anything in a payload.

    It takes all that a payload does to what it makes, and does none of it.
    """

    made_by: Any
    given: tuple[Any, ...]
    named: dict[str, Any]
    told: list[Any]

    def __call__(cls, *given: Any, **named: Any) -> Any:
        if cls.__name__ in TELLING:
            given[0].told.append(given[1])
            return given[0]
        return _made("", cls, given, named)

    def __setstate__(cls, state: Any) -> None:
        cls.told.append(state)

    def __setitem__(cls, key: Any, value: Any) -> None:
        cls.told.append((key, value))

    def append(cls, value: Any) -> None:
        """Take an element."""
        cls.told.append(value)

    add = append

    def extend(cls, values: Iterable[Any]) -> None:
        """Take elements."""
        cls.told.extend(values)


class _Thing(metaclass=_Made):
    """What all that is made descends from: to make it anew makes another one."""

    def __new__(cls, *given: Any, **named: Any) -> Any:
        return _made("", cls, given, named)


def _made(name: str, made_by: object, given: tuple[Any, ...] = (), named: Mapping[str, Any] = {}) -> _Made:
    made = cast("_Made", type.__call__(_Made, name, (_Thing,), {}))
    made.made_by, made.given, made.named, made.told = made_by, given, dict(named), []
    return made


class _Reader(pickle.Unpickler):
    """Reads a payload as the calls that it consists of."""

    modules: set[str]
    """where names are looked up, and what is imported whole"""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """Give what stands for a name, instead of what has it."""
        self.modules.add(module_name)
        return self._imported if global_name == "subimport" else _made(global_name, module_name)

    def _imported(self, name: str) -> _Made:
        self.modules.add(name)
        return _made(name, "a module")


class _Digests:
    """Digests of values; each is worked out once, and what leads back to itself is told by how far."""

    def __init__(self) -> None:
        self._known: dict[int, bytes] = {}
        self._within: list[int] = []

    def of(self, value: Any) -> bytes:
        """Give the digest of a value."""
        if not isinstance(value, (_Made, *PLAIN)):
            return _hashed(type(value).__name__.encode(), _marshalled(value) or repr(value).encode())
        key = id(cast("object", value))
        if key in self._within:
            return b"above %d" % (len(self._within) - self._within.index(key))
        if key not in self._known:
            self._within.append(key)
            self._known[key] = self._made(value) if isinstance(value, _Made) else self._plain(value)
            self._within.pop()
        return self._known[key]

    def _plain(self, value: Any) -> bytes:
        name = type(value).__name__.encode()
        if (whole := _marshalled(value)) is not None:
            return _hashed(name, whole)
        if isinstance(value, dict):
            known = cast("dict[Any, Any]", value)
            return _hashed(name, *(self.of(each) for pair in known.items() for each in pair))
        each = [self.of(one) for one in value]
        return _hashed(name, *(sorted(each) if isinstance(value, (set, frozenset)) else each))

    def _made(self, value: _Made) -> bytes:
        by = value.made_by
        if not isinstance(by, _Made):
            return _hashed(b"name", str(by).encode(), value.__name__.encode())
        given = [each for position, each in enumerate(value.given) if position not in _placing(by)]
        told = [self._state(each) for each in value.told]
        return _hashed(b"made", self.of(by), *map(self.of, given), self.of(value.named), *told)

    def _state(self, state: Any) -> bytes:
        """Give the digest of what something made was told; of a class without where it was written."""
        if not (isinstance(state, tuple) and state and isinstance(state[0], dict)):
            return self.of(state)
        attributes, *rest = cast("tuple[dict[Any, Any], Any]", state)
        kept = (pair for pair in attributes.items() if pair[0] not in WRITTEN_AT)
        return _hashed(b"class", *(self.of(each) for pair in kept for each in pair), *map(self.of, rest))


def _placing(by: _Made) -> tuple[int, ...]:
    """Give the arguments of a call that do not count."""
    if by.__name__ in TRACKED:
        return (TRACKED[by.__name__],)
    is_code = by.__name__ == "CodeType" or by.given == ("CodeType",)
    return tuple(UNPLACED.values()) if is_code else ()


def _marshalled(value: Any) -> bytes | None:
    """Give a value that consists of plain ones as bytes that say nothing of what of it is shared."""
    try:
        return marshal.dumps(value, 0)
    except ValueError:
        return None


def _hashed(*parts: bytes) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


class Captured:
    """The captured values of a location, by name, as far as they can be told apart.

    >>> import cloudpickle
    >>> one, two = (Captured(cloudpickle.dumps({"limit": limit, "name": "a"})) for limit in (1, 2))
    >>> one.digest("limit") == two.digest("limit"), one.digest("name") == two.digest("name")
    (False, True)
    """

    def __init__(self, payload: bytes) -> None:
        reader = _Reader(io.BytesIO(payload))
        self.modules = reader.modules = set[str]()
        """of which modules there is something among the values"""
        self._values: dict[str, Any] = reader.load() if payload else {}
        self._digests = _Digests()

    @property
    def names(self) -> list[str]:
        """What is captured."""
        return [*self._values]

    def digest(self, name: str) -> bytes:
        """Tell what a value is; of a name that there is not, what None is."""
        return self._digests.of(self._values.get(name))

    def types(self) -> frozenset[bytes]:
        """Tell which types of the user's are known, in any order."""
        return frozenset(map(self._digests.of, self._values.get("__types__", ())))
