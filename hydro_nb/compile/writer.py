"""Lines of generated source, each with what it came from."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hydro_nb.wire import SourceLine


@dataclass(slots=True)
class Writer:
    """A growing piece of Python text."""

    lines: list[str] = field(default_factory=list[str])
    origins: list[SourceLine | None] = field(default_factory=list[SourceLine | None])
    depth: int = 0
    quoted: str = ""
    """the comment written last"""

    def write(self, text: str, origin: SourceLine | None = None) -> None:
        """Add a line at the present depth; a text of several lines keeps its own indentation."""
        for line in text.split("\n"):
            self.lines.append("    " * self.depth + line if line else "")
            self.origins.append(origin)

    def indent(self, deeper: int = 0) -> str:
        """Give the white space of the present depth, or of one deeper."""
        return "    " * (self.depth + deeper)

    def cut(self, start: int) -> None:
        """Take back everything from a line on."""
        del self.lines[start:], self.origins[start:]

    @contextmanager
    def block(self, header: str, origin: SourceLine | None = None) -> Generator[None]:
        """Add a header and indent what is written inside; an empty body becomes `pass`."""
        self.write(header, origin)
        self.depth += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.write("pass", origin)
        self.depth -= 1

    @contextmanager
    def under(self, comment: str, origin: SourceLine | None = None) -> Generator[None]:
        """Put a comment above what is written inside, if anything is."""
        start = len(self.lines)
        yield
        if comment and len(self.lines) > start:
            self.lines.insert(start, "    " * self.depth + comment)
            self.origins.insert(start, origin)
            self.quoted = comment

    def append(self, other: Writer) -> None:
        """Add another piece at the present depth."""
        for line, origin in zip(other.lines, other.origins, strict=True):
            self.write(line, origin)
