"""Captured values in a run that may be followed by another: what may be shared stays, what can change is made anew."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, cast

from hydro_nb.compile.outside import importable
from hydro_nb.errors import Site
from hydro_nb.ir.parts import variables
from hydro_nb.ir.trial import Trial
from hydro_nb.sim.copies import frozen_fields
from hydro_nb.sim.observe import Arrangement

_ATOMS = (
    int, float, complex, str, bytes, bool, type(None), range, enum.Enum, re.Pattern, type, ModuleType,
    Arrangement, Trial,
)  # fmt: skip


class Captured:
    """The captured values of one location.

    >>> captured, first, second = Captured({"step": 2, "seen": []}, {}), {}, {}
    >>> captured.put_into(first), captured.put_into(second)
    (None, None)
    >>> first["seen"].append(1)
    >>> second
    {'step': 2, 'seen': []}
    """

    def __init__(self, values: Mapping[str, Any], sites: Mapping[str, Site]) -> None:
        self._kept = {name: value for name, value in values.items() if is_fixed(value)}
        loose = {name: value for name, value in values.items() if name not in self._kept}
        self._packed = _packed(loose, sites) if loose else b""

    @property
    def can_change(self) -> bool:
        """Whether what runs may change any of them."""
        return bool(self._packed)

    def put_into(self, namespace: dict[str, Any]) -> None:
        """Put all values into a namespace, those that can change as new copies."""
        namespace.update(self._kept)
        self.renew(namespace)

    def renew(self, namespace: dict[str, Any]) -> None:
        """Replace the values that can change by new copies."""
        if self._packed:
            import pickle

            namespace.update(pickle.loads(self._packed))  # noqa: S301 - packed above, in this process


def _packed(values: Mapping[str, Any], sites: Mapping[str, Site]) -> bytes:
    from hydro_nb.compile.payload import dump

    return dump(values, sites)


def is_fixed(value: object, depth: int = 8) -> bool:
    """Whether nothing that a program does to a value could be seen by another that has the same.

    >>> is_fixed((1, "a")), is_fixed([1])
    (True, False)
    """
    if isinstance(value, _ATOMS):
        return True
    if depth == 0:
        return False
    if isinstance(value, tuple | frozenset):
        return all(is_fixed(part, depth - 1) for part in cast("Iterable[object]", value))
    if isinstance(value, BuiltinFunctionType):  # also a method of a list, or of another object in C
        return is_fixed(value.__self__, depth - 1)
    if isinstance(value, FunctionType):
        return importable(value) or _holds_fixed(value, depth)
    return _is_frozen_record(value, depth)


def _holds_fixed(function: FunctionType, depth: int) -> bool:
    parts = (part for _, part in variables(function) if part is not function)
    return all(is_fixed(part, depth - 1) for part in parts)


def _is_frozen_record(value: object, depth: int) -> bool:
    names = frozen_fields(type(value))
    return names is not None and all(is_fixed(getattr(value, name), depth - 1) for name in names)
