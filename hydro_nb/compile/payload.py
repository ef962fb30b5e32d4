"""Packing the values that a location's code uses, and naming the one that cannot be packed."""

from __future__ import annotations

import io
import re
import typing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import cloudpickle  # pyright: ignore[reportMissingTypeStubs] - it is untyped; `_Base` says what is used of it
import msgspec

from hydro_nb.compile import remembering, structs
from hydro_nb.compile.outside import importable
from hydro_nb.compile.reach import mentioned_types
from hydro_nb.errors import CaptureError, Site
from hydro_nb.ir.parts import parts

if TYPE_CHECKING:
    import pickle
    from collections.abc import Mapping

__all__ = ["dump", "mentioned_types"]


_Base = cast("type[pickle.Pickler]", cloudpickle.CloudPickler)  # pyright: ignore[reportUnknownMemberType]
_ADDRESS = re.compile(r" (object )?at 0x[0-9A-Fa-f]+")


class _Pickler(_Base):
    """Carries names for types of the user's by what they stand for, as the classes beside them."""

    def reducer_override(self, obj: Any) -> Any:
        """Say how a value is made again; names of modules that a process can import go by themselves."""
        if (made := remembering.reduced(obj)) is not None and not importable(obj):
            return made
        if isinstance(obj, type) and issubclass(obj, msgspec.Struct) and not importable(obj):
            return structs.reduced(obj)
        return self._named(obj)

    def _named(self, obj: Any) -> Any:
        named = isinstance(obj, typing.NewType) or type(obj).__name__ == "TypeAliasType"
        if not named or importable(obj):
            return super().reducer_override(obj)
        return type(obj), (obj.__name__, obj.__supertype__ if isinstance(obj, typing.NewType) else obj.__value__)


def _dumps(value: object) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer).dump(value)
    return buffer.getvalue()


def dump(captures: Mapping[str, Any], sites: Mapping[str, Site]) -> bytes:
    """Pack all captured values as one, so that what is shared stays shared, or name the variable that does not travel.

    `sites` gives the user's line at which each name is used.

    >>> import cloudpickle
    >>> cloudpickle.loads(dump({"table": {1: "one"}}, {}))
    {'table': {1: 'one'}}
    """
    error = _failure(dict(captures))
    if error is None:
        return _dumps(dict(captures))
    raise _explained(captures, sites, error) from error


def _failure(value: object) -> Exception | None:
    try:
        _dumps(value)
    except Exception as error:  # noqa: BLE001 - a user's own `__reduce__` may raise anything
        return error
    return None


def _explained(captures: Mapping[str, Any], sites: Mapping[str, Site], error: Exception) -> CaptureError:
    """Say which variable it was, going in as far as something named still fails."""
    classes = {kind.__qualname__: kind for kind in captures.get("__types__", ())}
    for name, value in {**classes, **captures}.items():
        if found := _failure(value):
            culprit = _deepest(_Culprit(name, value, found), set())
            return CaptureError(_message(culprit, sites.get(name, Site())))
    return CaptureError(f"The captured values {', '.join(captures)} cannot be carried to another process: {error}")


@dataclass(frozen=True)
class _Culprit:
    path: str
    value: object
    error: Exception
    user: str = ""


def _deepest(at: _Culprit, seen: set[int]) -> _Culprit:
    seen.add(id(at.value))
    if _refuses(at):
        return at
    for part in parts(at.value):
        if id(part.value) in seen or not (error := _failure(part.value)):
            continue
        path, user = (part.text, at.path) if part.named else (at.path + part.text, at.user)
        return _deepest(_Culprit(path, part.value, error, user), seen)
    return at


def _refuses(at: _Culprit) -> bool:
    """Whether it is a value that says itself why it does not travel."""
    return isinstance(at.error, CaptureError) and type(at.value).__reduce__ is not object.__reduce__


def _message(at: _Culprit, site: Site) -> str:
    user = f", which `{at.user}` uses," if at.user else ""
    where = f"  it is used at   {site}\n" if site.cell else ""
    if _refuses(at):
        reason, _, remedy = str(at.error).partition("\n")
        return f"`{at.path}`{user} cannot be carried to a process: {reason}\n{where}{remedy}"
    return (
        f"`{at.path}`{user} cannot be carried to another process: it is {_short(at.value)}\n"
        f"{where}"
        f"  ({type(at.error).__name__}: {at.error})\n"
        "  Make it where it is used: inside the function, or in a function without arguments that the operator calls "
        "on each process."
    )


def _short(value: object) -> str:
    try:
        text = _ADDRESS.sub("", " ".join(repr(value).split()))
    except Exception:  # noqa: BLE001 - a user's own `__repr__` may raise anything
        text = f"a {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:77]}..."
