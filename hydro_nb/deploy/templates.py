"""Which template process forks the children of this kernel, from its first flow to its end.

It begins with what every child needs. Once children have loaded more of the standard library, of installed packages or
of hydro_nb, another that has those modules too follows it; what it has forked keeps the first alive.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hydro_nb.deploy.child import STANDARD
from hydro_nb.deploy.found import Found
from hydro_nb.deploy.io import IO, Timer, hydro_io
from hydro_nb.deploy.launcher import Child
from hydro_nb.deploy.spawn import Spawn
from hydro_nb.deploy.template import Template
from hydro_nb.runtime.template import MOST_DESCRIPTORS
from hydro_nb.wire import Bootstrap

QUIET_SECONDS = 1.0
"""How long no child has said what it loaded before another template is made, for it costs a moment of a processor."""


class Templates:
    """Starts children by forking the present template; used in the I/O thread only."""

    def __init__(self, io: IO) -> None:
        self.io = io
        self._current: Template | None = None
        self._next: Template | None = None
        self._modules: set[str] = set()
        self._unfit: set[str] = set()
        self._found = Found()
        self._timer: Timer | None = None
        self._made: list[Template] = []

    def start(self, boot: Bootstrap, *captures: bytes) -> Child:
        """Fork a child; one with more residents than descriptors go into a message is started in another way."""
        if STANDARD + 2 * (len(boot.residents) - 1) > MOST_DESCRIPTORS:
            return Spawn().start(boot, *captures)
        return self.current().start(boot, *captures)

    def current(self) -> Template:
        """Give the template that forks; another one where there is none, or where it would load other things now."""
        moved = self._found.moved()
        stale = {name for name in self._modules if name.partition(".")[0] in moved}
        self._modules -= stale
        if self._current is not None and self._current.fits and not stale:
            return self._current
        if self._current is not None:
            self._current.leave()
        self._current = self._kept(Template(self.io, self._loaded))
        if self._modules:
            self._plan()
        return self._current

    def _loaded(self, names: Iterable[str]) -> None:
        """Hear which modules a child has loaded beyond those of its template."""
        new = self._found.lasting(set(names) - self._modules - self._unfit)
        if new:
            self._modules |= new
            self._plan()

    def _plan(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.io.later(QUIET_SECONDS, self._prepare)

    def _prepare(self) -> None:
        if self._next is not None:
            self._next.close()
        self._next = self._kept(Template(self.io, self._loaded, sorted(self._modules), self._take))

    def _take(self, unfit: Sequence[str]) -> None:
        """Let the one that is ready now follow, unless modules that it should have cannot be forked."""
        following, self._next = self._next, None
        if unfit:
            self._unfit.update(unfit)
            self._modules.difference_update(unfit)
            self._plan()
        elif following is not None:
            if self._current is not None:
                self._current.leave()
            self._current = following

    def _kept(self, template: Template) -> Template:
        self._made = [*self.living(), template]
        return template

    def living(self) -> list[Template]:
        """Give those that have not ended: who is followed by another lives as long as what it has forked."""
        return [each for each in self._made if not each.over]

    def close(self) -> None:
        """End them, with what they have forked, and make no other."""
        for template in self.living():
            template.end()
        # of one that ends while it loads it was heard that it is to be made with less
        if self._timer is not None:
            self._timer.cancel()


_templates: Templates | None = None


def templates() -> Templates:
    """Give those of this process; a forked process gets its own."""
    global _templates  # noqa: PLW0603 - one per process is the point
    io = hydro_io()
    if _templates is None or _templates.io is not io:
        _templates = Templates(io)
    return _templates


def living() -> list[int]:
    """Give the process ids of those of this process."""
    if _templates is None or _templates.io.foreign:
        return []
    return [each.pid for each in _templates.living()]


def end() -> None:
    """End those of this process."""
    if _templates is not None and not _templates.io.foreign:
        _templates.io.call(_templates.close)
