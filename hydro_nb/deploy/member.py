"""One process as its supervisor sees it: the child, its pipes, how far it has come, how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from hydro_nb.deploy.io import IO
from hydro_nb.deploy.launcher import KILL, Child, exit_text
from hydro_nb.deploy.output import Output
from hydro_nb.telemetry.blocks import Author, Block
from hydro_nb.telemetry.logs import Logs
from hydro_nb.telemetry.renamed import renamed
from hydro_nb.wire import Counts, LocationProgram, PeerGone, Phase, Problem, Report, Stop, member_of


class Member:
    """A child of a deployment; used in the I/O thread only."""

    def __init__(
        self, place: LocationProgram, peer: int, child: Child, io: IO, *, shared: tuple[str, ...] = ()
    ) -> None:
        self.place = place
        self.id = peer
        self.name = place.title(member_of(peer))
        self.child = child
        self.shared = shared
        """who else lives in the same process"""
        self.identity = b""
        self.phase: Phase = "starting"
        self.problem: Problem | None = None
        self.exit_code: int | None = None
        self.over = False
        self.reason = ""
        """how it ended"""
        self.begun = False
        """whether it was told to start, and so may run functions of the user's"""
        self.ran = False
        """whether it came as far as running"""
        self.closing = False
        """whether it closes what it holds, as it has failed or is to end"""
        self.on_purpose = False
        self.parting = ""
        """why it makes room for another one, or for none"""
        self.slots: Mapping[str, str] = {}
        """what the flow as it is now calls the nodes that it runs, where that is another name"""
        self.watched: frozenset[str] = frozenset()
        """of which operators it was told to tell, by their present names"""
        self.returns = False
        """whether it starts again by itself"""
        self.unsaid: list[PeerGone | Stop] = []
        """what has happened since it was started, while it cannot hear yet"""
        self._io = io
        self._outputs: tuple[Output, ...] = ()
        self._closed = False

    def enter(self, phase: Phase) -> None:
        """Take note how far it has come; while it closes what it holds it is where it was."""
        self.closing = phase == "stopping"
        self.phase = self.phase if self.closing else phase
        self.ran = self.ran or phase == "running"

    @property
    def ended(self) -> bool:
        """Whether it runs no more: its process has ended, or it has failed in one that it shares."""
        return self.exit_code is not None or (bool(self.shared) and self.phase == "failed")

    @property
    def ends(self) -> bool:
        """Whether it is about to end, as it was killed or has failed, and does not start again by itself."""
        return not self.over and (self.on_purpose or (self.problem is not None and not self.returns))

    def end(self, *, stopping: bool) -> Phase:
        """Note that it has ended; gives what became of it: one that had failed by itself was not killed."""
        self.over = True
        self.reason = self.problem.error if self.problem is not None else "" if stopping else self._exit()
        if self.on_purpose and self._is_blameless and not stopping:
            return "killed"
        return "failed" if self.reason else "stopped"

    @property
    def _is_blameless(self) -> bool:
        return self.problem is None or not (self.problem.fatal or self.returns)

    def _exit(self) -> str:
        others = ", ".join(f"`{name}`" for name in self.shared)
        meant = self.on_purpose and self.exit_code == -KILL
        how = "was killed on purpose" if meant else self.child.epitaph or exit_text(self.exit_code or 0)
        if self.parting:
            return self.parting
        return f"{how}, the OS process that it shared with {others}" if others else how

    def called(self, report: Report) -> Report:
        """Give what it says with the names that its nodes have now; what it told of others is nothing any more."""
        if isinstance(report, Counts) and not report.taps.keys() <= self.watched:
            report = replace(report, taps={slot: new for slot, new in report.taps.items() if slot in self.watched})
        return renamed(report, self.slots) if self.slots else report

    @property
    def number(self) -> int:
        """Which member of its cluster it is."""
        return member_of(self.id)

    @property
    def obituary(self) -> str:
        """How it ended, as its peers are told."""
        return f"process `{self.name}` has ended: {self.reason or 'it ended'}"

    @property
    def left(self) -> bool:
        """Whether nothing is left of it, its process neither."""
        return self.over and self.exit_code is not None

    def watch(
        self,
        printed: Callable[[list[Block]], None],
        exited: Callable[[], None],
        logs: Logs,
        crowded: Callable[[], bool] = bool,
    ) -> None:
        """Start to read its pipes, but not while there is a crowd of what it printed, and to wait for its end."""
        member = self.number if self.place.kind == "cluster" else None
        out, err = Author(self.place.name, member, "stdout"), Author(self.place.name, member, "stderr")
        pipes = (self.child.stdout, out), (self.child.stderr, err)
        self._outputs = tuple(Output(fd, author, self._io, logs) for fd, author in pipes)
        for output in self._outputs:
            output.watch(printed, crowded)
        self.child.watch(self._io, lambda: self._reap(exited))
        self._feed()

    def _feed(self) -> None:
        fd = self.child.stdin
        self._io.forget(fd)
        if not self.child.feed():
            self._io.watch(fd, self._feed, write=True)

    def _reap(self, exited: Callable[[], None]) -> None:
        self.exit_code = self.child.poll()
        if self.exit_code is not None:
            exited()

    def drained(self) -> list[Block]:
        """Read everything that is in its pipes now."""
        return [block for output in self._outputs for block in output.read()]

    def last_words(self) -> list[Block]:
        """Read what is left when it has ended, including a line without an end."""
        return [block for output in self._outputs for block in output.last()]

    def close(self) -> None:
        """Close its pipes; a second time does nothing."""
        if self._closed:
            return
        self._closed = True
        for output in self._outputs:
            output.close()
        self._io.forget(self.child.stdin)
        self.child.close()
