"""Generated source: numbered lines at a depth, the objects they use, and runs of fixed-width numbers put together.

Encoding and decoding are the hot path of a channel; a function written for one schema has no look-ups left in it.
"""

from __future__ import annotations

import struct
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from hydro_nb.schema import RecordOf, Shape

DEEPEST = 8
"""indentation at which a function of its own begins; Python allows twenty nested blocks"""


class Source:
    """The text of some functions and the globals that they need."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self.functions: dict[Shape, str] = {}
        self._numbers: dict[str, str] = {}
        self._counter = 0
        self.finished: list[str] = []

    def fresh(self, letter: str) -> str:
        """Give a name that nothing else has."""
        self._counter += 1
        return f"{letter}{self._counter}"

    def hold(self, letter: str, value: Any) -> str:
        """Give a global name to an object."""
        name = self.fresh(letter)
        self.names[name] = value
        return name

    def format(self, codes: str) -> struct.Struct:
        """Give the little-endian struct of these characters."""
        return struct.Struct("<" + codes)

    def packer(self, codes: str, method: str) -> str:
        """Name a bound method of a struct, the same for the same codes."""
        key = method + codes
        if key not in self._numbers:
            self._numbers[key] = self.hold(method[0], getattr(self.format(codes), method))
        return self._numbers[key]

    def run(self) -> dict[str, Any]:
        """Execute the text and give its globals."""
        exec(compile("\n".join(self.finished), "<codec>", "exec"), self.names)  # noqa: S102 - made here, of types alone
        return self.names


class Body:
    """The lines of one function, with a run of fixed-width fields that is not yet written."""

    def __init__(self, source: Source, head: str) -> None:
        self.source = source
        self.lines = [head]
        self.depth = 1
        self.codes = ""
        self.fields: list[str] = []
        self.after: list[str] = []

    def line(self, text: str) -> None:
        """Add a line at the present depth."""
        self.lines.append("    " * self.depth + text)

    @contextmanager
    def block(self, head: str) -> Generator[None]:
        """Add a block with its head; no run of fields crosses its borders."""
        self.flush()
        self.line(head)
        self.depth += 1
        yield
        self.flush()
        self.line("pass")
        self.depth -= 1

    def field(self, code: str, name: str) -> None:
        """Add a fixed-width field to the run."""
        self.codes += code
        self.fields.append(name)

    def flush(self) -> None:
        """Write what waits."""
        raise NotImplementedError

    def finish(self) -> None:
        """Hand the function to its source."""
        self.source.finished.extend(self.lines)


def wants_function(shape: Shape, depth: int) -> bool:
    """Whether a shape inside another gets a function of its own: a record may contain itself.

    >>> wants_function(RecordOf(int), 1)
    True
    """
    return isinstance(shape, RecordOf) or depth > DEEPEST
