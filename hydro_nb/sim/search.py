"""Searching for a schedule under which a test fails, in turn or at random; what fails is made plain and kept."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from time import perf_counter
from typing import Any

from hydro_nb.errors import ProofError, SimulationFailure
from hydro_nb.ir.node import Node
from hydro_nb.ir.ops.simulated import SimInput, SimOutput
from hydro_nb.sim.drivers import (
    AtRandom,
    Checked,
    Driver,
    Repeat,
    Replay,
    Unharmed,
    UnharmedAtRandom,
    unsteady,
)
from hydro_nb.sim.hearing import Unheard, heard_by
from hydro_nb.sim.model import Model
from hydro_nb.sim.progress import Progress, tell
from hydro_nb.sim.raised import demands, failures, way_of
from hydro_nb.sim.reduce import Reduced
from hydro_nb.sim.report import MOST_OUTCOMES, ChoicePoint, Ended, Report, Tally
from hydro_nb.sim.shrink import Ran, Shrinker, trimmed
from hydro_nb.sim.store import Store, store_of

__tracebackhide__ = True
"""pytest shows the frames of the user"""
Body = Callable[[], Coroutine[Any, Any, Any]]
_UNHARMED = 250
"""Executions without a fault that are tried in turn, and as many at random, where one with a fault fails."""
_REPEATED = frozenset({1, 16, 256, 4096, 65536})
"""Runs of a random search that are made twice, to see that a schedule is all that an execution depends on."""


@dataclass(frozen=True)
class Trial:
    """A test of a simulated flow, as a search runs it."""

    body: Body
    model: Model
    run: Callable[[Driver], bool]
    """runs it once; gives whether the execution counts"""
    failure: Callable[[str, Sequence[int], BaseException], SimulationFailure]
    """makes what a user reads of a schedule that fails"""


class Search:
    """One search, and what it has seen."""

    def __init__(self, trial: Trial, progress: Progress | None = None) -> None:
        self._trial = trial
        self._store = _store(trial)
        self._tally = Tally("no search yet")
        self._progress = progress or Progress()
        self._last: Report | None = None

    @property
    def report(self) -> Report:
        """What was seen until now, or until the end."""
        return self._last or self._so_far()

    # ------------------------------------------------------------ the two ways

    def exhaustive(self, *, reduce: bool) -> int:
        """Run the test under every schedule, or leave out those that can only give what others gave."""
        with self._under("exhaustive search, reduced" if reduce else "exhaustive search") as tally:
            self._try_kept()
            driver = Reduced(self._trial.model) if reduce else Checked(self._trial.model.present)
            while True:
                self._once(driver, "an exhaustive search")
                if not driver.advance():
                    break
        return self._counted(tally)

    def fuzz(self, runs: int, seed: int) -> int:
        """Run the test under schedules chosen at random."""
        how = f"random search with seed={seed}"
        with self._under(how) as tally:
            self._try_kept()
            driver = AtRandom(seed)
            for number in range(1, runs + 1):
                self._once(driver, f"a {how}")
                if number in _REPEATED:
                    self._repeat(driver)
                driver.advance()
        return self._counted(tally)

    @contextmanager
    def _under(self, how: str) -> Generator[Tally]:
        """Count, show how far it is, and keep what was seen, however the search ends."""
        _forget(self._trial.model)
        tally = self._tally = Tally(how)
        ended: Ended = "failed"
        try:
            with heard_by(Unheard()):  # thousands of executions would print the same lines
                yield tally
            ended = "complete"
        except KeyboardInterrupt:
            ended = "stopped"
            raise
        finally:
            self._last = replace(self._so_far(), ended=ended)
            (self._progress.stopped if ended == "stopped" else self._progress.end)(self._last)

    def _counted(self, tally: Tally) -> int:
        """Give how many executions were looked at; a search that was to look at some and did not has shown nothing."""
        if tally.discarded and not tally.executions:
            raise SimulationFailure(
                f"every execution was discarded, {tally.discarded:,} in all: `continue_if` held in none of them, so "
                "that the test has shown nothing.\n  Let the condition hold in some, or take it out."
            )
        if tally.idle and tally.idle == tally.executions:
            name = getattr(self._trial.body, "__name__", "the test")
            tell(
                f"`{name}` passes, but waits for nothing: what waits for a tick has not run.\n"
                "  Wait for what comes of it: await port.collect()"
            )
        return tally.executions

    # ------------------------------------------------------------ one execution

    def _once(self, driver: Driver, search: str) -> None:
        """Run once, and count it."""
        try:
            counts = self._trial.run(driver)
        except demands():
            raise  # the test asks for what no schedule can give
        except failures() as error:
            found = error
        else:
            self._count(driver, counts=counts)
            return
        self._count(driver, counts=True)
        raise self._failed(driver.path, f"execution {self._tally.executions:,} of {search}", found)

    def _count(self, driver: Driver, *, counts: bool) -> None:
        tally = self._tally
        if counts:
            tally.executions += 1
            tally.idle += self._trial.model.idle
            if len(tally.outcomes) < MOST_OUTCOMES:
                tally.outcomes.add(hash(self._trial.model.given))
        elif isinstance(driver, Reduced) and driver.redundant:
            tally.redundant += 1
        else:
            tally.discarded += 1
        tally.longest = max(tally.longest, len(driver.path))
        if perf_counter() > self._progress.next:
            self._progress.show(self._so_far())

    def _so_far(self) -> Report:
        return self._tally.report("running", _points(self._trial.model))

    def _repeat(self, driver: AtRandom) -> None:
        """Run an execution again, and see that it goes the same way."""
        model, again = self._trial.model, Repeat(driver.path, driver.widths)
        before = str(model.given)
        try:
            self._trial.run(again)
        except demands():
            raise
        except failures() as error:
            raise unsteady(f"it passed, and then failed with {type(error).__name__}: {error}") from error
        again.finish()
        after = str(model.given)
        if before != after and " at 0x" not in before:
            raise unsteady(f"it gave {before}, and then {after}")

    # ------------------------------------------------------------ what has failed

    def _try_kept(self) -> None:
        """Run the failure that was kept, if there is one; forget it where it does not happen any more."""
        kept = self._store.read() if self._store else None
        if not kept or not self._store:
            return
        driver = Replay(kept.schedule)
        try:
            self._trial.run(driver)
        except demands():
            raise
        except failures() as error:
            found = error
        else:
            self._store.remove()
            tell(f"{self._store.name}: the failure that was kept there does not happen any more, so it was removed")
            return
        which = f"the schedule kept in {self._store.name}, which had failed in {kept.found}"
        raise self._trial.failure(which, trimmed(driver.path), found)

    def _failed(self, path: Sequence[int], which: str, error: BaseException) -> SimulationFailure:
        """Make a failing schedule plain, keep it, and give what a user reads."""
        best = trimmed(path)
        again = self._again(Replay(best))
        if isinstance(again, ProofError):
            error = again  # what is claimed is tried in each run of a schedule that is known, and may explain the rest
        if type(again) is not type(error):
            return unsteady(f"it failed with {type(error).__name__}: {error}\n  in {which}, but not when run again")
        best, whole = self._plain(best, error)
        failure = self._trial.failure(which if whole else f"{which}, stopped while it was made plain", best, error)
        text = str(failure.__cause__ or error)  # of the plainest schedule, which may say it in other words
        trouble = self._store.write(tuple(best), which, text) if self._store else ""
        if trouble:
            failure.args = (f"{failure}\nIt could not be kept for the next run: {trouble}",)
        return failure

    def _plain(self, schedule: Sequence[int], error: BaseException) -> tuple[Sequence[int], bool]:
        """Give the plainest schedule that fails in the same way; Ctrl-C ends the search for it."""

        def run(candidate: Sequence[int]) -> Ran:
            if perf_counter() > self._progress.next:
                odd = sum(choice != 0 for choice in shrinker.best)
                doing = f"a schedule fails, with {odd} choices that are not the plainest; looking for a plainer one"
                self._progress.show(self._so_far(), f"{doing} ({shrinker.left:,} executions at most)")
            driver = Replay(candidate)
            again = self._again(driver)
            return Ran(driver.path, driver.widths, again is not None and way_of(again) == way, driver.faults)

        way, known = way_of(error), Replay(schedule)
        shrinker = Shrinker(schedule, run)
        try:
            if self._again(known) and known.faults:
                unharmed = self._unharmed(way)
                shrinker = Shrinker(unharmed or schedule, run, faults=0 if unharmed else known.faults)
            shrinker.run()
        except KeyboardInterrupt:
            return shrinker.best, False
        return shrinker.best, True

    def _unharmed(self, way: tuple[object, ...]) -> Sequence[int] | None:
        """Give a schedule that fails in this way although nothing goes wrong in it, if one is found soon."""
        in_turn, at_random = Unharmed(), UnharmedAtRandom(0)
        for driver in (in_turn, at_random):
            for _ in range(_UNHARMED):
                found = self._again(driver)
                if found and way_of(found) == way:
                    return driver.path
                if not driver.advance():
                    return None  # these were all
        return None

    def _again(self, driver: Driver) -> BaseException | None:
        """Run what a driver says; give what it fails with."""
        try:
            self._trial.run(driver)
        except failures() as error:
            return error
        return None


def _store(trial: Trial) -> Store | None:
    graph = trial.model.graph
    ports = [node for node in graph.nodes.values() if isinstance(node.op, SimInput | SimOutput)]
    names = tuple(f"{node.op.label} {node.site.name}".rstrip() for node in ports)
    sizes, faults = tuple(trial.model.sizes.values()), trial.model.faults
    budgets = faults.budgets.items() if faults else ()
    return store_of(trial.body, names, sizes, tuple((number, *astuple(budget)) for number, budget in budgets))


# ------------------------------------------------------------ places of choice


def _forget(model: Model) -> None:
    """Begin to watch which places of choice are met."""
    model.met.clear()
    for hook in model.hooks():
        hook.met = False


def _points(model: Model) -> Iterator[tuple[ChoicePoint, bool]]:
    """Give the places where a schedule may choose, and whether something has reached each."""
    for hook in model.hooks():
        if getattr(hook.node.op, "reason", ""):
            yield _point(hook.node), hook.met
    others = [arrangement.node for arrangement in model.arrangements]
    others += [route.node for route in model.routes if route.op.policy != "fail_stop"]
    for node in others:
        yield _point(node), node.slot in model.met


def _point(node: Node) -> ChoicePoint:
    return ChoicePoint(node.site, node.op.label, getattr(node.op, "reason", ""))
