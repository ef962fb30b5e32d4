"""What follows a file or a folder as it grows.

It looks ten times in a second, with one call of `stat` where nothing has changed: that costs microseconds, needs no
library and no thread, and holds for network and container file systems too, which tell no watcher of changes.
"""

from __future__ import annotations

import asyncio
import codecs
import os
import weakref
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, Protocol

import msgspec

from hydro_nb.std.readers import Named, at_line, json_value, matching, name_of

__all__ = [
    "LOOK_SECONDS",
    "READ_BYTES",
    "Growing",
    "Look",
    "Outbox",
    "follow",
    "look_for_files",
    "look_for_json",
    "look_for_lines",
]

LOOK_SECONDS = 0.1
READ_BYTES = 1 << 20


class Growing:
    """A file that others write to: its complete lines, over truncation, rotation and times when it is not there.

    >>> Growing("/no/such/file", "utf-8").more()
    []
    """

    def __init__(self, name: str, encoding: str) -> None:
        self.again = False
        """whether there may be more at once"""
        self._name = name
        self._line = 0
        self._new_decoder = codecs.getincrementaldecoder(encoding)
        self._decoder = self._new_decoder()
        self._rest = ""
        self._fd = -1
        self._closer: weakref.finalize[Any, Any] | None = None

    def more(self) -> list[tuple[int, str]]:
        """Give the lines that were completed since the last look, each with its number."""
        self.again = False
        return [] if self._fd < 0 and not self._opened() else [*self._cut(), *self._complete(), *self._rotated()]

    def _opened(self) -> bool:
        try:
            self._fd = os.open(self._name, os.O_RDONLY)
        except FileNotFoundError:
            return False
        # what is forgotten without having been closed must not keep the file
        self._closer = weakref.finalize(self, os.close, self._fd)
        return True

    def close(self) -> None:
        """Let go of the file."""
        if self._closer is not None:
            self._closer()
        self._fd = -1

    def _cut(self) -> list[tuple[int, str]]:
        """Begin anew where the file was truncated."""
        if os.fstat(self._fd).st_size >= os.lseek(self._fd, 0, os.SEEK_CUR):
            return []
        os.lseek(self._fd, 0, os.SEEK_SET)
        return self._ended()

    def _complete(self) -> list[tuple[int, str]]:
        raw = os.read(self._fd, READ_BYTES)
        self.again = len(raw) == READ_BYTES
        try:
            text = self._rest + self._decoder.decode(raw)
        except UnicodeError as error:
            raise at_line(self._name, self._line + 1, f"what follows is in another encoding: {error}") from None
        *lines, self._rest = text.split("\n")
        return list(self._numbered(line.removesuffix("\r") for line in lines))

    def _numbered(self, lines: Iterable[str]) -> Iterator[tuple[int, str]]:
        for line in lines:
            self._line += 1
            yield self._line, line

    def _rotated(self) -> list[tuple[int, str]]:
        """Let go of a file that was read to its end once another one has its name."""
        if self.again:
            return []
        try:
            there = os.stat(self._name)  # noqa: PTH116 - the name is a text, and this is called ten times in a second
        except FileNotFoundError:
            return []
        if os.path.samestat(there, os.fstat(self._fd)):
            return []
        self.close()
        self.again = True
        return self._ended()

    def _ended(self) -> list[tuple[int, str]]:
        """Give what there is of a last line whose end cannot come any more; the next line is the first of a file."""
        last = list(self._numbered([self._rest] if self._rest else []))
        self._decoder, self._rest, self._line = self._new_decoder(), "", 0
        return last


Look = Callable[[], tuple[list[Any], bool]]
"""Gives what is new, and whether there may be more at once."""


class Outbox(Protocol):
    """Takes what goes into the flow."""

    async def send(self, item: Any, /) -> None:
        """Put it in; waits while the flow has no room."""
        ...


async def follow(make: Callable[[], Look], inbox: AsyncIterator[Any], outbox: Outbox) -> None:
    """Put what each look gives into the flow, until it is cancelled."""
    look, resting = make(), None
    try:
        while True:
            items, again = look()
            for item in items:
                await outbox.send(item)
            if not again and resting is None:
                # nothing comes in here: who waits for it nevertheless counts as one who has nothing to do
                resting = asyncio.ensure_future(anext(inbox))
            await asyncio.sleep(0 if again else LOOK_SECONDS)
    finally:
        if resting is not None:
            resting.cancel()


def look_for_lines(path: Named, encoding: str) -> Look:
    """Look for new lines of a file, without their ends."""
    file = Growing(name_of(path), encoding)
    return lambda: ([line for _, line in file.more()], file.again)


def look_for_json(path: Named, of: Any) -> Look:
    """Look for new values of a file of JSON lines; empty lines are nothing."""
    name, decoder = name_of(path), msgspec.json.Decoder(of)
    file = Growing(name, "utf-8")

    def look() -> tuple[list[Any], bool]:
        lines = [(number, line) for number, line in file.more() if line.strip()]
        return [json_value(decoder, line, name, number) for number, line in lines], file.again

    return look


def look_for_files(path: Named, pattern: str) -> Look:
    """Look for new files of a folder."""
    name, known = name_of(path), set[str]()

    def look() -> tuple[list[Any], bool]:
        there = matching(name, pattern)
        new = [each for each in there if each not in known]
        known.clear()
        known.update(there)
        return new, False

    return look
