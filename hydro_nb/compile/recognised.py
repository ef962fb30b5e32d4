"""Loops that count or add up, and nothing else: their heads are given to what does the same in C.

`for word in words: table[word] = table.get(word, 0) + 1` becomes `for word in count_each(table, words): ...`; the loop
stays, for what is left to it. Seen are loops over lists of ours alone, as nothing of the user's runs while such a list
is read; what the loop does is looked at as text, whichever operators have written it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from hydro_nb.compile.writer import Writer

_LOOP = re.compile(r"( *)for (\w+) in (\w+|inputs\[\"\w+\"\]):")
_WORDS = re.compile(r" *for (\w+) in (\w+)\.split\(\):")
_COUNT = (
    re.compile(r"(?P<table>\w+)\[(?P<item>\w+)\] = (?P=table)\.get\((?P=item), 0\) \+ 1"),
    re.compile(
        r"if (?P<item>\w+) not in (?P<table>\w+):\n    (?P=table)\[(?P=item)\] = 1\n"
        r"else:\n    (?P=table)\[(?P=item)\] = (?P=table)\[(?P=item)\] \+ 1"
    ),
)
_SUM = re.compile(r"(?P<total>\w+) = (?P=total) \+ (?P<item>\w+)")


@dataclass(frozen=True, slots=True)
class Recognised:
    """Looks through a function for such loops."""

    body: Writer
    variables: Mapping[str, str]
    """what is kept, with the expression that makes its first content"""
    lists: AbstractSet[str]
    """variables that hold lists of ours, or what is read of one"""

    def write(self, local: Callable[[str], str]) -> None:
        """Give the heads of all such loops to what does the same; `local` gives names for variables."""
        for number in reversed(range(len(self.body.lines))):
            loop = _LOOP.fullmatch(self.body.lines[number])
            if loop and (loop[3] in self.lists or "[" in loop[3]):
                self._head(number, loop, local)

    def _head(self, number: int, loop: re.Match[str], local: Callable[[str], str]) -> None:
        indent, item, items = loop.groups()
        inside = list(self._inside(number))
        if table := self._counted(inside, item):
            self._replace(number, f"{indent}for {item} in count_each({table}, {items}):")
        elif table := self._counted_words(number, inside, item):
            self._replace(number, f"{indent}for {item} in count_words({table}, {items}):")
        elif total := self._added(inside, item):
            left = local("left")
            call = f"{indent}{total}, {left} = add_up({total}, {items})"
            self._replace(number, call, f"{indent}for {item} in {left}:")

    def _replace(self, number: int, *lines: str) -> None:
        """Put lines in the place of one; they fail where their loop's own line would."""
        inner = self.body.origins[number + 1] if len(lines) > 1 else None
        origin = self.body.origins[number]
        self.body.lines[number : number + 1] = lines
        self.body.origins[number : number + 1] = [inner, origin] if len(lines) > 1 else [origin]

    def _inside(self, number: int) -> Iterator[str]:
        """Give the lines inside a block."""
        deep = _indent(self.body.lines[number])
        for line in self.body.lines[number + 1 :]:
            if line and _indent(line) <= deep:
                return
            yield line

    def _counted(self, lines: list[str], item: str) -> str:
        text = _text(lines)
        found = next((match for each in _COUNT if (match := each.fullmatch(text))), None)
        return found["table"] if found and found["item"] == item and self.variables.get(found["table"]) == "{}" else ""

    def _counted_words(self, number: int, lines: list[str], item: str) -> str:
        words = _WORDS.fullmatch(lines[0]) if lines else None
        if not words or words[2] != item or list(self._inside(number + 1)) != lines[1:]:
            return ""
        return self._counted(lines[1:], words[1])

    def _added(self, lines: list[str], item: str) -> str:
        found = _SUM.fullmatch(_text(lines))
        return found["total"] if found and found["item"] == item and found["total"] in self.variables else ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _text(lines: list[str]) -> str:
    """Give lines as one text that begins at the margin."""
    deep = _indent(lines[0]) if lines else 0
    return "\n".join(line[deep:] for line in lines)
