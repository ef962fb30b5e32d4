"""The places where a simulated run has a choice, and what may be chosen there.

A hook holds what has reached its place and was not let through. The first choice is always the plainest: everything,
the newest, in the order of arrival.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain, compress, islice
from operator import is_, is_not
from typing import Any

from hydro_nb.ir.node import Node
from hydro_nb.sim.sequences import Choose, Firsts
from hydro_nb.sim.trace import shown
from hydro_nb.values import ABSENT


@dataclass(eq=False, slots=True)
class Hook:
    """One place of choice; `node` is the operator that gives the user's line and reason."""

    node: Node
    pending: list[Any] = field(default_factory=list[Any])
    met: bool = False
    """whether anything was ever let through here"""

    def take(self, items: Iterable[Any]) -> None:
        """Hold elements, or versions, that have reached this place."""
        self.pending.extend(items)

    def reset(self) -> None:
        """Start anew."""
        self.pending.clear()

    def movable(self) -> bool:
        """Whether there is a choice besides leaving everything as it is."""
        return bool(self.pending)

    def possible(self) -> bool:
        """Whether the tick may run at all as far as this place is concerned."""
        return True

    def decide(self, choose: Choose, *, must: bool) -> tuple[list[Any], bool]:
        """Choose what to let through, and say whether that is anything; `must` forbids to leave all as it is."""
        raise NotImplementedError

    @property
    def left(self) -> int:
        """How much is held."""
        return len(self.pending)

    def waiting(self) -> list[Any]:
        """Give what is held, as a reader would see it."""
        return self.pending

    def phrase(self, released: list[Any]) -> str:
        """Say in words what was let through."""
        return f"releasing items: {shown(released)}" if released else "releasing no items"


class Prefix(Hook):
    """A batch of an ordered stream: so many from the front."""

    __slots__ = ()

    def decide(self, choose: Choose, *, must: bool) -> tuple[list[Any], bool]:
        """Let the first few through."""
        count = len(self.pending)
        size = count - choose(count if must else count + 1)
        released = self.pending[:size]
        del self.pending[:size]
        return released, size > 0


class Whole(Hook):
    """A complete stream: all of it at once."""

    __slots__ = ()

    def decide(self, choose: Choose, *, must: bool) -> tuple[list[Any], bool]:
        """Let everything through, or nothing yet."""
        if not must and choose(2):
            return [], False
        released = list(self.pending)
        self.pending.clear()
        return released, True


class Subset(Hook):
    """A batch of an unordered stream: any of them; inside a batch their order means nothing."""

    __slots__ = ()

    def decide(self, choose: Choose, *, must: bool) -> tuple[list[Any], bool]:
        """Hold back the elements whose bit is chosen."""
        held = choose((1 << len(self.pending)) - must)
        released = [item for bit, item in enumerate(self.pending) if not held >> bit & 1]
        self.pending[:] = [item for bit, item in enumerate(self.pending) if held >> bit & 1]
        return released, bool(released)

    def phrase(self, released: list[Any]) -> str:
        """Say that their order means nothing."""
        return f"releasing unordered items: {shown(released)}" if released else "releasing no items"


class KeyedPrefix(Hook):
    """A batch of a stream that is ordered within each key: so many from the front of each key."""

    __slots__ = ()

    def decide(self, choose: Choose, *, must: bool) -> tuple[list[Any], bool]:
        """Hold back so many of each key's newest."""
        counts = _counted(key for key, _ in self.pending)
        held = choose(_ways(counts.values()) - must)
        sizes: dict[Any, int] = {}
        for key, count in counts.items():
            held, back = divmod(held, count + 1)
            sizes[key] = count - back
        released: list[Any] = []
        kept: list[Any] = []
        for item in self.pending:
            sizes[item[0]] -= 1
            (released if sizes[item[0]] >= 0 else kept).append(item)
        self.pending[:] = kept
        return released, bool(released)


class Version(Hook):
    """A snapshot of a live value: any later version, or the same again, but for the first time some version."""

    __slots__ = ("started",)
    started: bool

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self.started = False

    def reset(self) -> None:
        """Start before the first version."""
        super().reset()
        self.started = False

    def possible(self) -> bool:
        """Whether there has been a version."""
        return self.started or bool(self.pending)

    def decide(self, choose: Choose, *, must: bool) -> tuple[list[Any], bool]:
        """Reveal a later version, counted back from the newest, or none."""
        count = len(self.pending)
        back = choose(count if must or not self.started else count + 1)
        self.started = True
        if back == count:
            return [], False
        revealed = self.pending[count - 1 - back]
        del self.pending[: count - back]
        return [revealed], True

    def phrase(self, released: list[Any]) -> str:
        """Say which version was shown."""
        if not released:
            return "releasing unchanged snapshot"
        return "releasing snapshot: (absent)" if released[0] is ABSENT else f"releasing snapshot: {shown(released[0])}"


class KeyedVersion(Version):
    """A snapshot of a live value per key: for each key any later version, or the same again."""

    __slots__ = ("newest", "shown", "versions")
    newest: dict[Any, Any]
    shown: dict[Any, Any]
    versions: dict[Any, list[Any]]

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self.reset()

    def reset(self) -> None:
        """Start without keys."""
        super().reset()
        self.newest, self.shown, self.versions = {}, {}, {}

    def take(self, items: Iterable[Any]) -> None:
        """Find out what is new in each version, key by key."""
        for table in items:
            for key in _perhaps_new(self.newest, table):
                value = table.get(key, ABSENT)
                if not _same(value, self.newest.get(key, ABSENT)):
                    self.versions.setdefault(key, []).append(value)
            self.newest = table
            self.pending.append(table)

    @property
    def left(self) -> int:
        """How many versions of keys are held."""
        return sum(map(len, self.versions.values()))

    def movable(self) -> bool:
        """Whether some key has a later version, or nothing was ever shown."""
        return bool(self.versions) or not self.started

    def decide(self, choose: Choose, *, must: bool) -> tuple[list[Any], bool]:
        """Go on so far with each key."""
        first, self.started = not self.started, True
        counts = {key: len(values) for key, values in self.versions.items()}
        held = choose(_ways(counts.values()) - (must and not first))
        moved = first
        for key, count in counts.items():
            held, back = divmod(held, count + 1)
            moved |= back < count
            self.advance(key, count - back)
        self.pending.clear()
        return ([dict(self.shown)] if moved else []), moved

    def advance(self, key: Any, steps: int) -> None:
        """Go on so far with one key."""
        if not steps:
            return
        value = self.versions[key][steps - 1]
        del self.versions[key][:steps]
        if not self.versions[key]:
            del self.versions[key]
        if value is ABSENT:
            self.shown.pop(key, None)
        else:
            self.shown[key] = value


class Next(Hook):
    """An observation of an unordered stream outside ticks: one element at a time, any of them."""

    __slots__ = ()

    def decide(self, choose: Choose, *, must: bool) -> tuple[list[Any], bool]:  # noqa: ARG002 - it always moves
        """Let one through."""
        return [self.pending.pop(choose(len(self.pending)))], True

    def phrase(self, released: list[Any]) -> str:
        """Say which one is next."""
        return f"next in order: {shown(released[0])}"


class Again(Hook):
    """A look at an ordered stream whose elements may repeat: the first, once or twice."""

    __slots__ = ()

    def decide(self, choose: Choose, *, must: bool) -> tuple[list[Any], bool]:  # noqa: ARG002 - it always moves
        """Let the first through."""
        return [self.pending.pop(0)] * (1 + choose(2)), True


class AnyAgain(Hook):
    """A look at an unordered stream whose elements may repeat: any, and once more at any time after."""

    __slots__ = ()

    def waiting(self) -> list[Any]:
        """Leave out whether they have come before."""
        return [item for item, _ in self.pending]

    def take(self, items: Iterable[Any]) -> None:
        """Remember of each element whether it may come again."""
        self.pending.extend((item, True) for item in items)

    def decide(self, choose: Choose, *, must: bool) -> tuple[list[Any], bool]:  # noqa: ARG002 - it always moves
        """Let one through, and perhaps keep it."""
        item, first = self.pending.pop(choose(len(self.pending)))
        if first and choose(2):
            self.pending.append((item, False))
        return [item], True


class NextOfTwo(Hook):
    """Two streams taken for one: the first element of the one, or that of the other; each comes with its number."""

    __slots__ = ("firsts",)
    firsts: Firsts

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self.firsts = Firsts()

    def reset(self) -> None:
        """Start anew."""
        super().reset()
        self.firsts = Firsts()

    def waiting(self) -> list[Any]:
        """Leave out the numbers."""
        return [item for _, item in self.pending]

    def decide(self, choose: Choose, *, must: bool) -> tuple[list[Any], bool]:  # noqa: ARG002 - it always moves
        """Let one through, without its number."""
        return [self.firsts.take(self.pending, choose)[1]], True

    def phrase(self, released: list[Any]) -> str:
        """Say which one is next."""
        return f"next in order: {shown(released[0])}"


class NextOfKeys(NextOfTwo):
    """A stream that is ordered within each key taken for one that is ordered: the first element of any key."""

    __slots__ = ()

    def waiting(self) -> list[Any]:
        """Give whole entries."""
        return self.pending

    def decide(self, choose: Choose, *, must: bool) -> tuple[list[Any], bool]:  # noqa: ARG002 - it always moves
        """Let one through."""
        return [self.firsts.take(self.pending, choose)], True


def _perhaps_new(before: dict[Any, Any], after: dict[Any, Any]) -> Iterable[Any]:
    """Give the keys of which two tables do not hold the very same; all, where the later does not go on as the first."""
    if len(after) < len(before) or not all(map(is_, before, after)):
        return dict.fromkeys((*before, *after))
    changed = compress(after, map(is_not, before.values(), after.values()))
    return chain(changed, islice(after, len(before), None))


def _counted(keys: Iterable[Any]) -> dict[Any, int]:
    counts: dict[Any, int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return counts


def _ways(counts: Iterable[int]) -> int:
    """How many ways there are to take some from the front of each."""
    ways = 1
    for count in counts:
        ways *= count + 1
    return ways


def _same(one: Any, two: Any) -> bool:
    """Whether two versions are equal, as far as can be told."""
    try:
        return one is two or (type(one) is type(two) and bool(one == two))
    except (TypeError, ValueError):  # arrays do not say whether they are equal
        return False
