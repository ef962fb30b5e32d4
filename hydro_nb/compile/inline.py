"""Variables that are read once, in the statement that follows, written as the expressions that they hold.

`y = x ^ 5` and then `total = total + y` become `total = total + (x ^ 5)`; with `y = y + 2` it becomes
`y = (x ^ 5) + 2`, as nobody can read the first `y`. Whatever has an effect has it in the same order as before,
and each part of a line goes on saying which operator it is of and which element that works on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import msgspec

from hydro_nb.compile.reading import Reading, reading
from hydro_nb.compile.writer import Writer
from hydro_nb.wire import SourceLine, SourcePart

LONGEST = 106
"""Characters of a line that has taken others in, without the four before every line of a function."""
_SET = re.compile(r"([^\W\d]\w*) = (?=\S)")
_WORD = re.compile(r"[^\W\d]\w*")
_REFUSED = re.compile(r"(for|while|elif|with|except|assert|return|raise|del|async)\b|else:|try:|#")
_LATE = re.compile(r"\blambda\b|\S.* for ")
_CANNOT_FAIL = re.compile(r"(continue|pass|break|else:|try:|#.*)?")


@dataclass(slots=True)
class Line:
    """A line that is being put together: its text, how deep it stands, and what it and its parts come from."""

    text: str
    indent: int
    origin: SourceLine | None
    guarded: bool = False
    """whether what it raises is caught in this function"""
    parts: tuple[SourcePart, ...] = ()

    def origins(self) -> Iterator[SourceLine]:
        """Everything that it comes from."""
        if self.origin:
            yield self.origin
        yield from (part.line for part in self.parts)

    def whole(self) -> SourceLine | None:
        """Give what the line comes from, with what its parts come from."""
        return msgspec.structs.replace(self.origin, parts=self.parts) if self.origin and self.parts else self.origin


def inline(body: Writer, kept: Iterable[str], lists: Iterable[str]) -> None:
    """Fold what can be folded of a function; `kept`: names that matter elsewhere, `lists`: those of lists of ours."""
    folder = _Folder(frozenset(kept), frozenset(lists))
    lines = list(_lines(body))
    for line in lines:
        if not line.text.startswith("#"):
            folder.words.update(words(line.text))
        if _LATE.search(line.text):
            folder.late.update(words(line.text))
        if not _CANNOT_FAIL.fullmatch(line.text):
            folder.note(line)
    for line in lines:
        folder.add(line)
    body.lines[:] = [" " * line.indent + line.text if line.text else "" for line in folder.done]
    body.origins[:] = [line.whole() for line in folder.done]


def _lines(body: Writer) -> Iterator[Line]:
    """Give the lines, each with whether it stands in a `try`."""
    tries: list[int] = []
    for whole, origin in zip(body.lines, body.origins, strict=True):
        text = whole.lstrip(" ")
        indent = len(whole) - len(text)
        while text and tries and tries[-1] >= indent:
            tries.pop()
        yield Line(text, indent, origin, guarded=bool(tries))
        if text == "try:":
            tries.append(indent)


@dataclass(slots=True)
class _Folder:
    """Goes through the lines of a function from top to bottom."""

    kept: frozenset[str]
    lists: frozenset[str]
    words: Counter[str] = field(default_factory=Counter[str])
    late: set[str] = field(default_factory=set[str])
    """names in functions and comprehensions, some of which read them when they are called"""
    elements: Counter[str] = field(default_factory=Counter[str])
    """how often a name is of the element that a line works on"""
    done: list[Line] = field(default_factory=list[Line])

    def note(self, line: Line) -> None:
        """Count the names of the elements that a line works on."""
        for origin in line.origins():
            self.elements.update(set(words(origin.element)))

    def add(self, line: Line) -> None:
        """Add a line, with those before it that can be folded into it."""
        while folded := self._folded(line):
            self.done.pop()
            line = folded
        self.done.append(line)

    def _folded(self, line: Line) -> Line | None:
        before = self.done[-1] if self.done and not line.guarded and not _REFUSED.match(line.text) else None
        found = _SET.match(before.text) if before and before.indent == line.indent else None
        if not before or not found or not self._is_read_there(found[1], before, line):
            return None
        if len(before.text) - found.end() + line.indent + len(line.text) > LONGEST:
            return None
        read = reading(before.text, line.text, found[1], self.lists)
        if not read:
            return None
        if self.words[found[1]] > 2:
            self.words[found[1]] -= 2  # what is left is of the value that is set here
        elif not self._keeps_elements(read, line):
            return None
        return self._joined(before, line, read)

    def _is_read_there(self, name: str, before: Line, line: Line) -> bool:
        """Whether a line is the one that reads a variable, or the last, as it sets it anew."""
        if name in self.kept or name not in words(line.text):
            return False
        return self.words[name] == 2 or (_sets_anew(line.text, name) and self._is_plain(name, before, line))

    def _is_plain(self, name: str, *lines: Line) -> bool:
        """Whether a variable is read nowhere but where it stands, and tells nobody which element lines work on."""
        return name not in self.late and not any(_works_on(each, name) for line in lines for each in line.origins())

    def _keeps_elements(self, read: Reading, line: Line) -> bool:
        """Whether all that can fail still tells its element."""
        here = sum(_works_on(origin, read.name) for origin in line.origins())
        return self.elements[read.name] == here and (not here or read.harmless or read.again)

    def _joined(self, before: Line, line: Line, read: Reading) -> Line:
        """Write the expression where the variable was read."""
        text = line.text.encode()
        start, end = read.place
        text = text[:start] + read.text.encode() + text[end:]
        parts = (*_moved(line.parts, read), *_brought(before, read))
        joined = replace(line, text=text.decode(), parts=parts)
        if not read.harmless:
            return self._renamed(joined, read)
        if line.origin and before.origin:  # nothing but the expression can fail
            rest = SourcePart(0, len(text), line.origin)
            joined = replace(joined, origin=before.origin, parts=(rest, *parts))
        return joined

    def _renamed(self, line: Line, read: Reading) -> Line:
        """Say by its expression which element is worked on, as no variable holds it any more."""

        def renamed(origin: SourceLine) -> SourceLine:
            if not _works_on(origin, read.name):
                return origin
            element = re.sub(rf"\b{read.name}\b", lambda _: read.whole, origin.element)
            self.elements.update(set(words(element)) - set(words(origin.element)))
            return msgspec.structs.replace(origin, element=element)

        parts = tuple(msgspec.structs.replace(part, line=renamed(part.line)) for part in line.parts)
        return replace(line, origin=line.origin and renamed(line.origin), parts=parts)


def words(text: str) -> list[str]:
    """Give the names in a text.

    >>> words("fold_4 + (x_2 ^ 21845)")
    ['fold_4', 'x_2']
    """
    return _WORD.findall(text)


def _sets_anew(text: str, name: str) -> bool:
    """Whether a line sets a variable, and reads it once before that."""
    found = _SET.match(text)
    return bool(found) and found[1] == name and words(text).count(name) == 2


def _works_on(origin: SourceLine, name: str) -> bool:
    return name in words(origin.element)


def _moved(parts: Iterable[SourcePart], read: Reading) -> Iterator[SourcePart]:
    """Move the parts of a line that takes an expression in."""
    at, end = read.place
    grown = read.width - (end - at)
    for part in parts:
        yield SourcePart(part.start + grown * (part.start > at), part.end + grown * (part.end > at), part.line)


def _brought(before: Line, read: Reading) -> Iterator[SourcePart]:
    """Give the parts that come with an expression, the expression itself first."""
    start, end = read.place[0], read.place[0] + read.width
    by = start + read.torn - read.bare[0]
    if before.origin:
        yield SourcePart(start, end, before.origin)
    for part in before.parts:
        yield SourcePart(max(part.start + by, start), min(part.end + by, end), part.line)
