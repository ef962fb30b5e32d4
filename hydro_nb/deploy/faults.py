"""Faults on purpose, as the kernel keeps them: which are in force, who is told, what a cut that lasts costs.

Used in the thread of its backend. The processes do as they are told (`hydro_nb.runtime.faults`); that both ends of a
channel agree on whether it has ended is decided here alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import product
from typing import NamedTuple, Protocol

from msgspec.structs import replace

from hydro_nb.deploy.board import Board
from hydro_nb.deploy.named import unknown
from hydro_nb.errors import DeployError, LinkHealedLate
from hydro_nb.telemetry.state import FaultRow
from hydro_nb.wire import ChannelSpec, Control, Fault, Problem, Severed

CUT_SECONDS = 3.0
"""How long a link may be cut before the channels on it that lose nothing end."""

Pair = tuple[int, int]


class Party(NamedTuple):
    """Who is meant by a fault: a process, or all members of a cluster."""

    name: str
    peers: Sequence[int]


class Struck(Protocol):
    """The processes of a deployment."""

    def living(self) -> dict[int, str]:
        """Give the names of those that have not ended."""
        ...

    def tell(self, peer: int, message: Control) -> None:
        """Tell one of them."""
        ...

    def sharing(self, peer: int) -> Collection[int]:
        """Give all that live in the same OS process."""
        ...

    def hold(self, peer: int, *, on: bool) -> None:
        """Stop its OS process where it stands, or let it go on."""
        ...

    def changed(self) -> None:
        """Ask anew whether all is done: who takes part has changed."""
        ...

    def remind(self, seconds: float, look: Callable[[], object]) -> None:
        """Call this in so many seconds."""
        ...


class Faults:
    """The faults of one deployment."""

    def __init__(self, struck: Struck, channels: Iterable[ChannelSpec], board: Board) -> None:
        self._struck = struck
        self._board = board
        self._channels = channels
        self._links: dict[Pair, list[ChannelSpec]] = {}
        """by sender and receiver"""
        self._ways: dict[Pair, Fault] = {}
        """what was told the sender of what goes to the receiver"""
        self._rows: dict[tuple[str, Pair], FaultRow] = {}
        self._deadlines: dict[Pair, float] = {}
        """when the channels end between two that are cut from each other"""
        self._struck_edges: frozenset[str] = frozenset()
        """edges that have lost elements, or may have"""
        self.paused: set[int] = set()

    def become(self, channels: Iterable[ChannelSpec]) -> None:
        """Take other channels for those that there are."""
        self._channels = channels
        self._links.clear()

    @property
    def due(self) -> float | None:
        """When the next channels end."""
        return min(self._deadlines.values(), default=None)

    # ------------------------------------------------------------ pause, resume

    def pause(self, party: Party) -> None:
        """Stop a process where it stands."""
        (peer,) = self._living(party)
        self._hold(peer, on=True)

    def resume(self, party: Party) -> None:
        """Let it go on; nothing where it is not paused."""
        (peer,) = self._living(party)
        self._hold(peer, on=False)

    def check_meeting(self, peer: int, name: str) -> None:
        """Refuse to start a process again while others are paused, all of which have to meet it."""
        paused = sorted(self._name(each) for each in self.paused - {*self._struck.sharing(peer)})
        if paused:
            shown = ", ".join(f"`{each}`" for each in paused)
            raise DeployError(
                f"process `{name}` cannot be started again while {shown} is paused, as all others have to meet it: "
                f"resume first"
            )

    def _hold(self, peer: int, *, on: bool) -> None:
        if (peer in self.paused) is on:
            return
        self._struck.hold(peer, on=on)
        for each in self._struck.sharing(peer):
            if on:
                self.paused.add(each)
                self._rows["pause", (each, each)] = FaultRow("pause", (self._name(each),), self._board.now())
            else:
                self.paused.discard(each)
                self._rows.pop(("pause", (each, each)), None)
        self._show()
        self._struck.changed()

    # ------------------------------------------------------------ cut, heal

    def cut(self, first: Party, last: Party) -> None:
        """Hold all that goes between two; what may be lost is lost."""
        for one, other in self._pairs(first, last):
            if self._way(one, other).cut:
                continue
            self._rows["cut", _pair(one, other)] = FaultRow("cut", self._names(one, other), self._board.now())
            self._deadlines[_pair(one, other)] = time.monotonic() + CUT_SECONDS
            self._tell(one, other, cut=True)
            self._tell(other, one, cut=True)
            self._cost(channel for channel in self._between(one, other) if _may_lose(channel))
            self._struck.remind(CUT_SECONDS, self.look)
        self._show()

    def look(self) -> bool:
        """End the channels of links that have been cut for too long; says whether there were any."""
        now = time.monotonic()
        late = [pair for pair, deadline in self._deadlines.items() if deadline <= now]
        for pair in late:
            del self._deadlines[pair]
            self._sever(pair)
        self._show()
        return bool(late)

    def _sever(self, pair: Pair) -> None:
        ended = [channel for channel in self._between(*pair) if self._ends(channel)]
        row = self._rows["cut", pair]
        self._rows["cut", pair] = replace(row, ended=tuple(dict.fromkeys(channel.name for channel in ended)))
        if not ended:
            return
        self._cost(ended)
        one, other = pair
        ends = f"`{self._name(one)}` and `{self._name(other)}`"
        reason = f"the link between {ends} was cut for more than {CUT_SECONDS:g} seconds"
        self._struck.tell(one, Severed(other, reason))
        self._struck.tell(other, Severed(one, reason))
        for channel in ended:
            self._blame(channel, reason)
        self._struck.changed()

    def _ends(self, channel: ChannelSpec) -> bool:
        """Whether a channel loses nothing, and had not ended before."""
        state = self._board.state
        known = state.ended_channels.get(channel.id)
        started = max(state.processes[end].started for end in (channel.sender, channel.receiver))
        return channel.policy == "fail_stop" and (known is None or known.time < started)

    def _blame(self, channel: ChannelSpec, reason: str) -> None:
        which = f"channel `{channel.name}` from `{self._name(channel.sender)}`"
        text = f"{which} has ended: {reason}; what had come before is a prefix"
        now, site = self._board.now(), channel.site
        self._board.apply(Problem(channel.receiver, now, text, channel.edge, channel.op, site, fatal=False))

    def heal(self, first: Party, last: Party) -> None:
        """Let all go on between two, where it was cut; raises if that was too late for some channels."""
        self.look()
        ended: dict[str, None] = {}
        for one, other in self._pairs(first, last):
            ended |= dict.fromkeys(self._heal(one, other))
        self._show()
        if ended:
            names = ", ".join(f"`{name}`" for name in ended)
            raise LinkHealedLate(
                f"`{first.name}` and `{last.name}` were cut from each other for more than {CUT_SECONDS:g} seconds, so "
                f"that these channels have ended for good: {names}. The link is whole again for what may lose elements "
                f"and for members that are started again; else deploy the flow again"
            )

    def _heal(self, one: int, other: int) -> tuple[str, ...]:
        if not self._way(one, other).cut:
            return ()
        self._deadlines.pop(_pair(one, other), None)
        self._tell(one, other, cut=False)
        self._tell(other, one, cut=False)
        return self._rows.pop(("cut", _pair(one, other))).ended

    # ------------------------------------------------------------ delay, drop

    def delay(self, first: Party, last: Party, seconds: float) -> None:
        """Hold every frame from one to the other for so long."""
        for one, other in self._ways_between(first, last):
            self._tell(one, other, delay=seconds)
            row = FaultRow("delay", self._names(one, other), self._board.now(), seconds=seconds)
            self._put("delay", (one, other), row if seconds else None)
        self._show()

    def drop(self, first: Party, last: Party, rate: float, seed: int) -> None:
        """Lose a share of what one sends to the other, where it may be lost."""
        ways = [way for way in self._ways_between(first, last) if any(map(_may_lose, self._links[way]))]
        if not ways:
            raise DeployError(
                f"nothing that `{first.name}` sends to `{last.name}` may be lost: their channels are fail_stop, which "
                f"lose nothing as long as both live. Let one be TCP.lossy(...) or UDP, or cut the link"
            )
        for one, other in ways:
            self._tell(one, other, drop=rate, seed=seed)
            row = FaultRow("drop", self._names(one, other), self._board.now(), rate=rate, seed=seed)
            self._put("drop", (one, other), row if rate else None)
            self._cost(filter(_may_lose, self._links[one, other]))
        self._show()

    # ------------------------------------------------------------ all of them

    def over(self, peer: int) -> None:
        """Note that a process has ended, and with it the faults that concern it."""
        self.paused.discard(peer)
        self._ways = {way: told for way, told in self._ways.items() if peer not in way}
        self._deadlines = {pair: deadline for pair, deadline in self._deadlines.items() if peer not in pair}
        self._rows = {key: row for key, row in self._rows.items() if peer not in key[1]}
        self._show()

    def wake(self) -> None:
        """Let all go on that are paused."""
        for peer in tuple(self.paused):
            self._hold(peer, on=False)

    def lift(self) -> None:
        """End all faults, so that what is under way can arrive."""
        self.wake()
        for sender, receiver in tuple(self._ways):
            self._tell(sender, receiver, cut=False, delay=0.0, drop=0.0)
        self.end()

    def end(self) -> None:
        """Note that all is over: who was paused goes on to its end, and nobody has to be told anything."""
        self.wake()
        self._ways.clear()
        self._deadlines.clear()
        self._rows.clear()
        self._show()

    def _show(self) -> None:
        self._board.struck(tuple(sorted(self._rows.values(), key=lambda row: row.since)), self._struck_edges)

    def _cost(self, channels: Iterable[ChannelSpec]) -> None:
        self._struck_edges = self._struck_edges | {channel.edge for channel in channels}

    # ------------------------------------------------------------ who is told what

    def _way(self, sender: int, receiver: int) -> Fault:
        return self._ways.get((sender, receiver)) or Fault(receiver)

    def _tell(self, sender: int, receiver: int, **changes: float) -> None:
        told = replace(self._way(sender, receiver), **changes)
        if told.cut or told.delay or told.drop:
            self._ways[sender, receiver] = told
        else:
            self._ways.pop((sender, receiver), None)
        self._struck.tell(sender, told)

    def _put(self, kind: str, pair: Pair, row: FaultRow | None) -> None:
        if row is None:
            self._rows.pop((kind, pair), None)
        else:
            self._rows[kind, pair] = row

    def _names(self, one: int, other: int) -> tuple[str, str]:
        return self._name(one), self._name(other)

    def _name(self, peer: int) -> str:
        return self._board.state.processes[peer].name

    # ------------------------------------------------------------ who is meant

    def _living(self, party: Party) -> list[int]:
        names = self._struck.living()
        living = [peer for peer in party.peers if peer in names]
        if not living:
            raise unknown(party.name, names.values())
        return living

    def _pairs(self, first: Party, last: Party) -> list[Pair]:
        """Give every two of them that have a channel, each once, whichever way it goes."""
        ways = product(self._living(first), self._living(last))
        pairs = {_pair(*way): way for way in ways if way[0] != way[1] and self._between(*way)}
        return [*pairs.values()] or self._refuse(first, last)

    def _between(self, one: int, other: int) -> list[ChannelSpec]:
        self._find_links()
        return [*self._links.get((one, other), ()), *self._links.get((other, one), ())]

    def _ways_between(self, first: Party, last: Party) -> list[Pair]:
        """Give every two of them of which the first sends to the last."""
        self._find_links()
        ways = [way for way in product(self._living(first), self._living(last)) if way[0] != way[1]]
        found = [way for way in ways if way in self._links]
        if not found and any((last, first) in self._links for first, last in ways):
            raise DeployError(
                f"`{first.name}` sends nothing to `{last.name}`, only the other way round; "
                f"give the one that sends before the one that receives"
            )
        return found or self._refuse(first, last)

    def _find_links(self) -> None:
        if not self._links:
            for channel in self._channels:
                self._links.setdefault((channel.sender, channel.receiver), []).append(channel)

    def _refuse(self, first: Party, last: Party) -> list[Pair]:
        if {*first.peers} == {*last.peers} and len(first.peers) == 1:
            raise DeployError(f"`{first.name}` was given twice; between a process and itself there is no link")
        names = self._struck.living()
        self._find_links()
        there = dict.fromkeys(tuple(sorted(pair)) for pair in self._links if names.keys() >= {*pair})
        shown = ", ".join(f"`{names[one]}` and `{names[other]}`" for one, other in [*there][:10] if one != other)
        raise DeployError(
            f"there is no channel between `{first.name}` and `{last.name}`, and so nothing to hold up; "
            f"channels are between {shown or 'no two processes'}"
        )


def _pair(one: int, other: int) -> Pair:
    """Give what stands for a link, whichever end is named first."""
    return min(one, other), max(one, other)


def _may_lose(channel: ChannelSpec) -> bool:
    return channel.policy != "fail_stop"
