"""What follows a file or a folder as it grows.

It looks ten times in a second, with one call of `stat` where nothing has changed: that costs microseconds, needs no
library and no thread, and holds for network and container file systems too, which tell no watcher of changes.
"""

from __future__ import annotations

import asyncio
import codecs
import os
import weakref
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import msgspec

from hydro_nb.std.readers import Named, at_line, json_value, matching, name_of

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


async def _numbered_lines(name: str, encoding: str) -> AsyncIterator[tuple[int, str]]:
    file = Growing(name, encoding)
    try:
        while True:
            for numbered in file.more():
                yield numbered
            await asyncio.sleep(0 if file.again else LOOK_SECONDS)
    finally:
        file.close()


async def followed_lines(path: Named, encoding: str) -> AsyncIterator[str]:
    """Give the lines of a file, and then those that come, without their ends."""
    async for _, line in _numbered_lines(name_of(path), encoding):
        yield line


async def followed_json(path: Named, of: Any) -> AsyncIterator[Any]:
    """Give the values of a file of JSON lines, and then those that come; empty lines are nothing."""
    name, decoder = name_of(path), msgspec.json.Decoder(of)
    async for number, line in _numbered_lines(name, "utf-8"):
        if line.strip():
            yield json_value(decoder, line, name, number)


async def followed_files(path: Named, pattern: str) -> AsyncIterator[str]:
    """Give the names of the files in a folder, and then of those that come."""
    name, known = name_of(path), set[str]()
    while True:
        there = matching(name, pattern)
        for each in there:
            if each not in known:
                yield each
        known = set(there)
        await asyncio.sleep(LOOK_SECONDS)
