"""The line between a deployment and its processes: who is heard on it, and what they are told; in the I/O thread."""

from __future__ import annotations

from hmac import compare_digest
from typing import Protocol

from hydro_nb.deploy.board import Board
from hydro_nb.deploy.io import IO
from hydro_nb.deploy.member import Member
from hydro_nb.deploy.plan import Plan
from hydro_nb.errors import HydroError
from hydro_nb.runtime.report import decode_report, encode
from hydro_nb.runtime.zmq_channel import Context, Exchange
from hydro_nb.wire import Control, Hello, PeerGone, Report, Stop, To


class Host(Protocol):
    """Who holds the processes."""

    members: dict[int, Member]

    def heard(self, member: Member, report: Report) -> None:
        """Take what a process says."""
        ...

    def connected(self, member: Member) -> None:
        """Take note that a process can hear, and has been told what had happened before."""
        ...


class Line:
    """Hears only those that know the token, each as the process that it is; strangers get no answer."""

    def __init__(self, host: Host, plan: Plan, context: Context, io: IO, board: Board) -> None:
        self._host, self._token, self._io, self._board = host, plan.token, io, board
        self._exchange = Exchange(context, plan.control, len(plan.peers))
        self._welcomed: set[bytes] = set()
        """whoever knew the token, also in an earlier life"""
        self._closed = False

    @property
    def endpoint(self) -> str:
        """Where the processes find it."""
        return self._exchange.endpoint

    def open(self) -> None:
        """Begin to listen."""
        self._io.watch(self._exchange.fd, self.listen)
        self._io.watch(self._exchange.door.fd, lambda: self._board.knocked(self._exchange.door.refused()))

    def close(self) -> None:
        """Listen no more."""
        self._closed = True
        self._io.forget(self._exchange.fd)
        self._io.forget(self._exchange.door.fd)
        self._exchange.close()

    def say(self, member: Member, message: Control) -> None:
        """Tell a process something; who has ended, or that it is to drain, is told as soon as it can hear."""
        if member.identity and not member.over:
            self._exchange.send(member.identity, encode(To(member.id, message)))
            # sending may swallow the socket's signal, so look again
            self._io.submit(self.listen)
        elif isinstance(message, PeerGone | Stop) and not member.over:
            member.unsaid.append(message)

    def listen(self) -> None:
        """Hear all that has come."""
        if not self._closed:
            for identity, message in self._exchange.receive():
                self._hear(identity, message)

    def bad_frame(self, error: HydroError) -> None:
        """Show that something came that nobody of ours says."""
        self._board.refused(f"{type(error).__name__}: {error}")

    def _hear(self, identity: bytes, message: bytes) -> None:
        try:
            report = decode_report(message)
        except HydroError as error:
            # nobody of ours speaks like this, and a stranger gets no answer
            self.bad_frame(error)
            return
        if isinstance(report, Hello):
            self._welcome(identity, report)
            return
        member = self._host.members.get(report.location)
        if member is not None and member.identity == identity:
            self._host.heard(member, member.called(report))
        elif identity not in self._welcomed:
            kind = type(report).__name__
            self._board.refused(f"a message came from a process that has not introduced itself: {kind}")

    def _welcome(self, identity: bytes, hello: Hello) -> None:
        if not compare_digest(hello.token, self._token):
            self._board.refused("a process introduced itself without the token of this deployment")
            return
        for member in map(self._host.members.get, (hello.location, *hello.others)):
            if member is not None and not member.identity:
                self._connect(member, identity)

    def _connect(self, member: Member, identity: bytes) -> None:
        member.identity = identity
        self._welcomed.add(identity)
        unsaid, member.unsaid = member.unsaid, []
        for message in unsaid:
            self.say(member, message)
        self._host.connected(member)
