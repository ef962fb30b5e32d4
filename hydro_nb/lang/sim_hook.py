"""Hooks: what a simulated test holds to say itself what is chosen at one place of a flow."""

from __future__ import annotations

from dataclasses import dataclass

from hydro_nb.lang.sim_decisions import Batches, Snapshots
from hydro_nb.lang.sim_orderings import Losses, Merges, Orders


@dataclass(frozen=True)
class SimHook(Batches, Snapshots, Orders, Merges, Losses):
    """A hook on one place of choice; `flow.sim_hook()` makes it, `nondet("...", hook=h)` binds it to the place.

    What may be decided depends on the place: a batch is released, a version of a live value revealed, an order given,
    a message delivered or lost. What does not fit is an error that names what does. In clusters each member has a place
    of its own: `hook.on(0)`.

    The decisions that a test awaits are its schedule, in the order of the text. Those for different places of one tick,
    one after the other, are for one run of it. A place that comes again, or one of another tick, is for the next run:
    waiting for that decision waits until the run before has been. Waiting for an output waits for all that was decided
    until then. A decision may come before its elements do; the tick runs when they are there.

    What a place holds when something may run needs a decision, or to be paused; where neither is, the test fails, for
    what might have happened there would not be tested.
    """
