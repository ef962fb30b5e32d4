"""Everything hydro_nb raises on purpose, and where in the user's cells it points.

One shallow tree under `HydroError`. A message says what was tried, with which value, where, and what to do; it never
points into this package.
"""

from __future__ import annotations

import linecache
import os
from collections.abc import Callable
from typing import Any, ClassVar

import msgspec

_labels: dict[str, str] = {}
_HAPPENED = "\n\nWhat happened"
"""Stands in a message before what happened, step by step."""


def name_file(filename: str, label: str) -> None:
    """Call the code of this file name by a label, such as `In[5]`.

    >>> name_file("/tmp/ipykernel_1/2.py", "In[5]")
    >>> label("/tmp/ipykernel_1/2.py")
    'In[5]'
    """
    _labels[filename] = label


def label(filename: str) -> str:
    """Give what the user calls a file of code: the cell's number, or the file's own name."""
    known = _labels.get(filename)
    if known:
        return known
    notebook = "ipykernel_" in filename or filename.startswith("<ipython-input")
    return "cell" if notebook else os.path.basename(filename)  # noqa: PTH119 - not always a path


class Site(msgspec.Struct, frozen=True):
    """A line that the user wrote: the cell or file it stands in, its number, its text, the name it assigns."""

    cell: str = ""
    line: int = 0
    text: str = ""
    name: str = ""
    function: str = ""
    """the function that it stands in, empty outside of all"""
    start: int = 0
    end: int = 0
    """which letters of the text have failed, where that is known"""

    @classmethod
    def at(cls, filename: str, line: int, name: str = "", function: str = "") -> Site:
        """Give the place of a line of code, with its text where that is at hand."""
        return cls(label(filename), line, linecache.getline(filename, line).strip(), name, function)

    @property
    def short(self) -> str:
        """The place without its text."""
        return f"{self.cell}, line {self.line}" if self.cell else "(unknown place)"

    def __str__(self) -> str:
        return f"{self.short + ':':<16}   {self.text}".rstrip()


class HydroError(Exception):
    """Base of every error of this package; Jupyter shows its message without this package's frames."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002, FBT001 - as IPython calls it
        printer.text("\n".join(self._render_traceback_()))


class OrderError(HydroError):
    """An operator needs a total order that its input does not have."""


class RetriesError(HydroError):
    """An operator needs exactly-once elements and its input may repeat some."""


class BoundError(HydroError):
    """An operator needs a bounded collection, or an unbounded one."""


class LocationError(HydroError):
    """Collections of two different places were combined without sending one to the other."""


class ProofError(HydroError):
    """A function must be proved commutative, idempotent or monotone, or a proof lacks its reason."""


class NondetError(HydroError):
    """A nondeterministic choice lacks its written reason."""


class GraphError(HydroError):
    """The graph as a whole cannot run: an open cycle, an empty flow, a handle used after its block."""


class StaleError(HydroError):
    """A cell must be run again because what it was built on has changed."""


class CaptureError(HydroError):
    """A function, or a value that it uses, cannot be carried to another process."""


class EncodeError(HydroError):
    """An element does not fit the codec of its channel."""


class DecodeError(HydroError):
    """A frame that arrived is not what its channel carries."""


class ChannelBroken(HydroError):
    """A channel ended before its sender said so; what was received before is a prefix."""


class DeployError(HydroError):
    """A deployment could not start, or was used after it had stopped."""


class LinkHealedLate(DeployError):
    """A link was whole again only after channels on it had ended."""


class ProcessFailed(HydroError):
    """A process of a deployment ended by an error."""


class ExerciseError(HydroError):
    """A check was asked for that does not exist, or with another number of answers than it takes."""


class SettleTimeout(HydroError):
    """A deployment was still busy when the time given to `settle` had passed."""


class SimulationFailure(HydroError):
    """A test failed in an explored schedule, which `schedule` runs again: `flow.sim().replay(body, schedule)`."""

    schedule: tuple[int, ...] = ()
    record: Any = None
    """what happened in the failing execution: a `hydro_nb.sim.Record`"""
    beside: Any = None
    """what happened in another one, where two together are the failure"""
    why: Callable[[], str] | None = None
    pictured: ClassVar[bool] = False
    """whether a page shows the picture of the record below the message"""

    @property
    def brief(self) -> str:
        """The message without what happened, step by step."""
        head, _, rest = str(self).partition(_HAPPENED)
        return "\n\n".join(part for part in (head, rest.rpartition("\n\n")[2]) if part)

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self.brief if self.pictured and self.record else self}"]

    def explain(self) -> str:
        """Say which decisions of the schedule matter, which do not, and where the last value came from.

        A decision matters where the test passes with another choice there and all else the same; to find out, the
        test is run again with other choices, some hundred times.
        """
        return self.why() if self.why else str(self)
