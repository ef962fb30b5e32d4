"""Carrying functions and properties that remember results: what they do travels, what they remember does not."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

_CACHED: type[Any] = type(functools.cache(len))
_OF_WRAPPERS = frozenset({*functools.WRAPPER_ASSIGNMENTS, "__wrapped__"})
"""what a wrapper has of the function that it wraps"""


def reduced(value: object) -> tuple[Any, ...] | None:
    """Give how pickle makes a cached function or property again, which remembers nothing; None of anything else.

    >>> twice = functools.lru_cache(maxsize=8)(lambda n: n * 2)
    >>> twice(2)
    4
    >>> make, parts, _ = reduced(twice)
    >>> again = make(*parts)
    >>> again.cache_info()
    CacheInfo(hits=0, misses=0, maxsize=8, currsize=0)
    """
    if isinstance(value, _CACHED):
        given = {name: part for name, part in vars(value).items() if name not in _OF_WRAPPERS}
        return _cached, (wrapped(value), cast("Any", value).cache_parameters()), given
    if isinstance(value, functools.cached_property):
        # the lock that older versions of Python have is made anew
        held = {name: part for name, part in vars(value).items() if name != "lock"}
        return _property, (type(cast("object", value)),), held
    return None


def wrapped(value: object) -> object:
    """Give the function whose results are remembered; None where `value` remembers none.

    >>> wrapped(functools.cache(len)) is len
    True
    """
    return cast("Any", value).__wrapped__ if isinstance(value, _CACHED) else None


def _property(kind: type[Any]) -> object:
    """Make a property, which may be of a kind of the user's; what it is made of comes later."""
    made: object = object.__new__(kind)
    cast("Any", functools.cached_property).__init__(made, _property)
    return made


def _cached(function: Callable[..., Any], settings: dict[str, Any]) -> Callable[..., Any]:
    return functools.lru_cache(**settings)(function)
