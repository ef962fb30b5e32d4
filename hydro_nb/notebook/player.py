"""The schedule player: an execution of the simulator as a picture to step through."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import anywidget
import traitlets

from hydro_nb.notebook.ipython import display
from hydro_nb.notebook.quiet import quiet_parent
from hydro_nb.notebook.schedule_svg import draw
from hydro_nb.notebook.still import still
from hydro_nb.notebook.told import told
from hydro_nb.sim.progress import notebook

if TYPE_CHECKING:
    from collections.abc import Callable

    from hydro_nb.sim.explain import Verdict
    from hydro_nb.sim.record import Record

STATIC = Path(__file__).parent / "static"
MOST = 4000
"""Moments that are drawn; of a longer execution the end, all of which can be stepped through."""
EVERY = 0.2
"""Seconds between two words about how many decisions have been tried."""
NOT_ASKED: dict[str, Any] = {"asked": False, "tried": 0, "done": False, "found": [], "error": ""}


class Player(anywidget.AnyWidget):
    """An execution to step through, forth and back; which decisions matter is worked out when the page asks.

    Player(flow.sim().record(body))
    """

    _esm = STATIC / "schedule.js"
    _css = STATIC / "schedule.css"
    ident = traitlets.Unicode().tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)
    record = traitlets.Dict().tag(sync=True)
    matter = traitlets.Dict(default_value=NOT_ASKED).tag(sync=True)

    def __init__(self, record: Record) -> None:
        self._record = record
        self._tries: Iterator[Verdict] | None = None
        self._known = NOT_ASKED
        self._told = 0.0
        drawn = draw(record, MOST)
        picture = {"names": drawn.names, "moments": drawn.moments, "caption": drawn.caption}
        with quiet_parent():
            super().__init__(ident=uuid.uuid4().hex[:12], picture=picture, record=told(record))
        cast("Any", self).on_msg(self._heard)

    def _ipython_display_(self) -> None:
        """Show the picture that a saved notebook keeps, then the player, which hides it while it is there."""
        display(still(self._record, self.ident), raw=True)
        data, metadata = cast("Any", self)._repr_mimebundle_()
        display({**data, "text/plain": ""}, metadata=metadata, raw=True)

    # ------------------------------------------------------------ what matters

    def _heard(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        if content.get("kind") == "matter" and self._record.verdicts and self._tries is None:
            self._tries = self._record.verdicts()
            self._say(asked=True)
            _whenever_free(self._try)

    def _try(self) -> bool:
        """Try the next decision; gives whether there are more."""
        try:
            verdict = next(self._tries) if self._tries else None
        except StopIteration:
            verdict = None
        except KeyboardInterrupt:
            self._say(done=True, error="Interrupted")
            return False
        except Exception as error:  # noqa: BLE001 - it runs the user's test
            self._say(done=True, error=f"{type(error).__name__}: {error}")
            return False
        if verdict is None:
            self._say(done=True)
            return False
        found = [self._found(verdict)] if verdict.instead else []
        known = {**self._known, "tried": self._known["tried"] + 1, "found": [*self._known["found"], *found]}
        self._say(late=time.monotonic() - self._told < EVERY, **known)
        return True

    def _found(self, verdict: Verdict) -> dict[str, Any]:
        """Give a decision that matters by its numbers."""
        moments = self._record.moments
        moment = next(number for number, each in enumerate(moments) if each is verdict.moment)
        decision = next(number for number, each in enumerate(verdict.moment.decisions) if each is verdict.decision)
        return {"moment": moment, "decision": decision, "instead": verdict.instead}

    def _say(self, *, late: bool = False, **news: Any) -> None:
        """Tell the page what is known now, or with what comes next."""
        self._known = {**self._known, **news}
        if not late:
            self._told = time.monotonic()
            with quiet_parent():
                self.matter = self._known


def _whenever_free(work: Callable[[], bool]) -> None:
    """Do something piece by piece where cells run, whenever no cell does; at once where there is no kernel."""
    kernel: Any = getattr(notebook(), "kernel", None)
    loop: Any = getattr(kernel, "io_loop", None)
    if loop is None:
        while work():
            pass
        return

    def piece() -> None:
        if work():
            loop.add_callback(piece)

    loop.add_callback(piece)
