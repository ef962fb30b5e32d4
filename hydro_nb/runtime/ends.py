"""The ends of a worker's channels: made at its start, cut when a peer has ended, made anew when it has come again."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from hydro_nb.runtime.channel import Receiver, Sender
from hydro_nb.runtime.outlets import Outlet, outlet
from hydro_nb.runtime.wiring import Codecs, Wiring
from hydro_nb.wire import ChannelSpec, edge_of, location_of, member_of


class Ends:
    """The sending and receiving ends at one peer; its lists and dicts stay the same objects."""

    def __init__(self, wiring: Wiring, peer: int, captures: Mapping[str, Any]) -> None:
        self._wiring = wiring
        self._peer = peer
        codecs = self._codecs = Codecs(captures)
        self.senders = wiring.senders(peer, codecs)
        """by channel: those of the present lives"""
        self.receivers = wiring.receivers(peer, codecs)
        self.outs = list(self.senders.values())
        """all that something may still be put into, or that have something to say"""
        self.ins = list(self.receivers.values())
        self.turns = deque(self.ins)
        """the order in which they are looked at: what was cut short comes last the next time"""
        self.outlets: dict[int, Outlet] = {}
        self._absent: set[int] = set()
        self._lost: set[int] = set()
        """those of the absent that are not being started again"""
        for sender in self.outs:
            self.outlets.setdefault(edge_of(sender.spec.id), outlet(sender.spec)).joined(sender)
        for each, reason in wiring.gone.items():
            self.gone(each, reason, returns=each in wiring.returning)

    def present(self, cluster: int) -> list[int]:
        """Give the numbers of the members of a cluster that are there."""
        away = {member_of(peer) for peer in self._absent if location_of(peer) == cluster}
        return [number for number in self._wiring.members(cluster) if number not in away]

    def away(self, peer: int) -> bool:
        """Whether it is known that a peer has ended."""
        return peer in self._absent

    @property
    def generation(self) -> int:
        """How many starts of processes are known here, all together."""
        return self._wiring.generation

    @property
    def over(self) -> bool:
        """Whether all that was to come in has come."""
        return all(each.ended and not (each.queue or each.reason or each.dry) for each in self.ins)

    @property
    def dry(self) -> bool:
        """Whether nothing more comes in unless somebody who has failed is started again, which nobody does now."""
        return all(map(self._is_dry, self.ins))

    def _is_dry(self, receiver: Receiver) -> bool:
        return receiver.ended and not receiver.queue and self._is_lost(receiver)

    def _is_lost(self, receiver: Receiver) -> bool:
        peer = receiver.spec.sender
        if peer in self._absent:
            return peer in self._lost or not receiver.reason
        # that one has failed is said twice: by itself, and then by the kernel, which knows whether it comes again
        return not receiver.failed

    def gone(self, peer: int, reason: str, *, returns: bool = False) -> list[Sender | Receiver]:
        """Cut the channels to and from a peer that has ended; gives the ends that were open."""
        self._absent.add(peer)
        if not returns:
            self._lost.add(peer)
        for each in self.outlets.values():
            if location_of(peer) == location_of(each.edge.receiver):
                each.left(member_of(peer))
        open_ends = self._open(peer)
        _cut([end for end in (*self.outs, *self.ins) if peer in (end.spec.sender, end.spec.receiver)], reason)
        return open_ends

    def severed(self, peer: int, reason: str) -> list[Sender | Receiver]:
        """Cut the channels to and from a peer that lose nothing, as the link was cut; gives the ends that were open."""
        return _cut([end for end in self._open(peer) if end.spec.policy == "fail_stop"], reason)

    def _open(self, peer: int) -> list[Sender | Receiver]:
        outs = [s for s in self.outs if s.spec.receiver == peer and not (s.ended and s.acknowledged)]
        return [*outs, *(r for r in self.ins if r.spec.sender == peer and not r.ended)]

    def joined(self, peer: int, epoch: int) -> tuple[list[Sender], list[Receiver]]:
        """Make new ends of the channels to and from a peer that is there again."""
        self._absent.discard(peer)
        self._lost.discard(peer)
        self._wiring = self._wiring.between({peer: epoch})
        for receiver in self.ins:
            receiver.revived(self._wiring.generation)
        for sender in self.outs:
            sender.reopen()
        mine = [spec for spec in self._wiring.channels if self._peer in (spec.sender, spec.receiver)]
        outs = [self._new_sender(spec) for spec in mine if spec.receiver == peer]
        return outs, [self._new_receiver(spec) for spec in mine if spec.sender == peer]

    def _new_sender(self, spec: ChannelSpec) -> Sender:
        old, new = self.senders[spec.id], self._wiring.sender(spec, self._codecs)
        self.senders[spec.id] = new
        way, member = self.outlets[edge_of(spec.id)], member_of(spec.receiver)
        way.joined(new)
        if way.senders[member] is old:
            self.outs.append(new)
        else:
            new.total, new.discarded = old.total, old.discarded
            self.outs[self.outs.index(old)] = new
        if way.senders[member] is not new:
            # nothing will be put into it, and its receiver is to know
            new.end()
        return new

    def _new_receiver(self, spec: ChannelSpec) -> Receiver:
        old, new = self.receivers[spec.id], self._wiring.receiver(spec, self._codecs)
        self.receivers[spec.id] = new
        new.discarded = old.discarded
        self.ins[self.ins.index(old)] = new
        self.turns[self.turns.index(old)] = new
        return new


def _cut(ends: list[Sender | Receiver], reason: str) -> list[Sender | Receiver]:
    for end in ends:
        end.cut(reason)
    return ends
