"""How faults on purpose reach the locations that live in the kernel: by what their worker is told, or by no turns."""

from __future__ import annotations

from collections.abc import Callable, Collection

from hydro_nb.deploy.residents import Residents
from hydro_nb.wire import Control, Fault, Severed


class Stepped:
    """The locations in the kernel, as faults act on them; cuts that last are looked at with each step."""

    def __init__(self, residents: Residents, changed: Callable[[], None]) -> None:
        self._residents = residents
        self.changed = changed

    def living(self) -> dict[int, str]:
        """Give the names of those that have not ended."""
        return {worker.peer: worker.title for worker in self._residents.living}

    def tell(self, peer: int, message: Control) -> None:
        """Tell one of them."""
        worker = self._residents[peer].worker
        match message:
            case Fault():
                worker.strike(message)
            case Severed():
                self._residents[peer].deliver()
                worker.severed(message.peer, message.reason)
            case _:
                pass

    def sharing(self, peer: int) -> Collection[int]:
        """Give the one itself: each is stepped by itself."""
        return (peer,)

    def hold(self, peer: int, *, on: bool) -> None:
        """Give it no turns, or let it have some again."""
        self._residents[peer].paused = on

    def remind(self, seconds: float, look: Callable[[], object]) -> None:
        """Do nothing: each step looks."""
