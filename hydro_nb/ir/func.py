"""A user's function as an operator holds it: what was given, frozen, and where it was given."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from functools import cached_property
from types import FunctionType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from hydro_nb.errors import CaptureError, Site
from hydro_nb.ir.code import nested
from hydro_nb.ir.freeze import contents, freeze
from hydro_nb.ir.held import held
from hydro_nb.ir.locate import Located, locate
from hydro_nb.references import Reference
from hydro_nb.values import CLUSTER_SELF_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OnError: TypeAlias = Literal["raise", "skip"]
"""What becomes of an element that a function fails on: the process fails with it, or goes on without it."""
NoSkip: TypeAlias = Literal["raise"]
"""The same where there is no element to go on without: a live value is worked out whenever it is looked at."""


@dataclass(frozen=True)
class Func:
    """A callable given to an operator, with the line that gave it.

    >>> func = Func.of(len, Site())
    >>> func.text, func.arity_error(1)
    ('len', None)
    """

    fn: Callable[..., Any]
    site: Site
    inplace: bool = False
    """it mutates its first argument and returns nothing"""
    on_error: OnError = "raise"

    @classmethod
    def of(cls, value: Callable[..., Any], site: Site, *, inplace: bool = False, on_error: OnError = "raise") -> Func:
        """Take a function as it is now: its closure variables keep what they hold at this moment."""
        return cls(freeze(value) if isinstance(value, FunctionType) else value, site, inplace, on_error)

    @property
    def skips(self) -> bool:
        """Whether an element that it fails on is counted and left out."""
        return self.on_error == "skip"

    @cached_property
    def located(self) -> Located | None:
        """The syntax tree that compiles to exactly this function, if its source is at hand."""
        return locate(self.fn.__code__) if isinstance(self.fn, FunctionType) else None

    @property
    def text(self) -> str:
        """The user's own text: `lambda n: n * 10`, `parse`."""
        return self.located.text if self.located else _described(self.fn)

    @property
    def detail(self) -> str:
        """What is shown of it beside an operator: its text, and that errors are skipped where they are."""
        return f'{self.text}, on_error="skip"' if self.skips else self.text

    @cached_property
    def references(self) -> tuple[Reference[Any], ...]:
        """The handles on collections that it reads or changes, itself or through what it uses."""
        return tuple(dict.fromkeys(held(self.fn)))

    @cached_property
    def names_self(self) -> bool:
        """Whether its own text names the cluster member that runs it."""
        return any(value is CLUSTER_SELF_ID for value in _own_values(self.fn))

    def arity_error(self, n: int) -> CaptureError | None:
        """Give the error to raise if it cannot be called with `n` positional arguments; what is not known passes."""
        try:
            signature = inspect.signature(self.fn)
        except (TypeError, ValueError):
            return None
        try:
            signature.bind(*[None] * n)
        except TypeError:
            takes = f"{self.text!r} takes {_takes(signature)}"
            gives = f"is called with {n} argument{'' if n == 1 else 's'}"
            return CaptureError(f"{takes} and {gives}.\n  {self.site}")
        return None


def _own_values(fn: Any) -> Iterator[object]:
    """Give what the names in a function's own text, and in functions inside it, hold now, and what a partial has."""
    if isinstance(fn, functools.partial):
        given = cast("functools.partial[Any]", fn)
        yield from (*_own_values(given.func), *given.args, *given.keywords.values())
    if not isinstance(fn, FunctionType):
        return
    for cell in fn.__closure__ or ():
        yield from contents(cell)
    for code in nested(fn.__code__):
        yield from (fn.__globals__[name] for name in code.co_names if name in fn.__globals__)


def _described(fn: Callable[..., Any]) -> str:
    if isinstance(fn, functools.partial):
        return f"partial({_described(fn.func)})"
    name = getattr(fn, "__qualname__", None)
    if not isinstance(name, str):
        return type(fn).__name__
    return name.rpartition("<locals>.")[2].replace("<lambda>", "lambda")


def _takes(signature: inspect.Signature) -> str:
    return str(signature.replace(return_annotation=signature.empty)) if signature.parameters else "no arguments"
