"""Reasons in the user's own words: for a nondeterministic choice, and for a law that a function obeys."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from hydro_nb.errors import GraphError, NondetError, ProofError, Site
from hydro_nb.ir.hooked import HookName, carrying
from hydro_nb.ir.ops.fold import Proof
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.lang.sim_hook import SimHook

F = TypeVar("F", bound=Callable[..., Any])


class _Missing:
    """Stands for what a call left out."""

    def __repr__(self) -> str:
        return "nothing"


MISSING: Final[Any] = _Missing()


def asks_for(first: str) -> Callable[[F], F]:
    """Let a call without the parameters from `first` on reach the method, which says what is missing in its own words.

    Python would say so before the method is reached, without the user's line. Editors and `help` still demand them.

    >>> FlowBuilder().process().source_iter([1]).assume_ordering()
    Traceback (most recent call last):
    hydro_nb.errors.NondetError: `assume_ordering` makes a nondeterministic choice and needs its reason.
    ...
    """

    def told(method: F) -> F:
        function = cast("Any", method)
        function.__signature__ = signature = inspect.signature(function)
        kinds = {name: parameter.kind for name, parameter in signature.parameters.items()}
        if kinds[first] is inspect.Parameter.KEYWORD_ONLY:
            function.__kwdefaults__ = {first: MISSING}
        else:
            late = [*kinds][[*kinds].index(first) :]
            function.__defaults__ = (MISSING,) * sum(kinds[name] is kinds[first] for name in late)
        return method

    return told


@dataclass(frozen=True, repr=False)
class NonDet:
    """A choice that the program leaves open, with the reason why every outcome is right."""

    reason: str
    site: Site
    guards: tuple[NonDet, ...] = ()
    """what callers said of the same choice"""
    hook: HookName | None = None
    """what scripts the choice in a simulated test"""

    @property
    def text(self) -> str:
        """The reason, followed by the callers' reasons; it carries the hook of this one.

        >>> nondet("any sum will do", nondet("asked for by the caller")).text
        'any sum will do; asked for by the caller'
        """
        return carrying("; ".join((self.reason, *(guard.text for guard in self.guards))), self.hook)

    def __repr__(self) -> str:
        return f"nondet({self.text!r})"


@asks_for("reason")
def nondet(reason: str, *guards: NonDet, hook: SimHook | None = None) -> NonDet:
    """Say why any outcome of a nondeterministic choice is right; `guards` pass on what callers said.

    >>> nondet("only the sum is used").text
    'only the sum is used'

    `hook=h`, made by `h = flow.sim_hook()`, lets a simulated test say what is chosen at the one operator that this is
    given to. A guard that is passed on does not pass its hook on.
    """
    site = here()
    if not isinstance(reason, str) or not reason.strip():  # pyright: ignore[reportUnnecessaryIsInstance]
        raise NondetError(
            f'`nondet` needs a reason in words, but was given {reason!r}.\n  {site}\n  {_WRITE}nondet("...")'
        )
    for guard in guards:
        checked(guard, "nondet", site)
    return NonDet(reason.strip(), site, guards, _hook(hook, "nondet", site))


def _hook(given: SimHook | None, method: str, site: Site) -> HookName | None:
    """Give the hook that a reason carries, or say that what was given is none."""
    from hydro_nb.lang.sim_hook import SimHook

    if given is None:
        return None
    if not isinstance(given, SimHook):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise GraphError(f"`{method}` was given hook={given!r}.\n  {site}\n  Make a hook: hook = flow.sim_hook()")
    if given.member is not None:
        raise GraphError(
            f"`{method}` was given the hook of one member, but all members run the same operator.\n  {site}\n"
            "  Bind the hook itself, and say in the test whose choice is meant: hook.on(0)"
        )
    return HookName(given.slot, given.name)


@asks_for("reason")
def proof(reason: str, *, unchecked: bool = False, hook: SimHook | None = None) -> Proof:
    """Say why a function obeys a law (commutative, idempotent, monotone), where the law is asked for.

    >>> proof("addition commutes").reason
    'addition commutes'

    The simulator tries the law on the values that a test brings, and fails where it is false of them:

    >>> flow = FlowBuilder()
    >>> process = flow.process()
    >>> numbers_in, numbers = process.sim_input(int, order=NoOrder)
    >>> digits = numbers.fold(0, lambda n, digit: 10 * n + digit, commutative=proof("a sum"))
    >>> digits_out = digits.snapshot(process.tick(), nondet("any number will do")).all_ticks().sim_output()
    >>> async def body():
    ...     numbers_in.send_many_unordered([1, 2])
    ...     await digits_out.collect()
    >>> try:
    ...     flow.sim().exhaustive(body)
    ... except SimulationFailure as failure:
    ...     print(failure.__cause__)
    `lambda n, digit: 10 * n + digit` is not commutative, but `fold` was given commutative=proof("a sum").
      from 0, 1 and then 2 give 12, but 2 and then 1 give 21.
      Let an order be chosen before, .assume_ordering(nondet("...")), or mend the function,
      or where the difference means nothing: commutative=proof("...", unchecked=True)

    Of a fold or reduce it takes accumulators that occur, and elements that come to them later, for each key, run of a
    tick and member by itself: `f(f(acc, a), b)` must be the same as `f(f(acc, b), a)`, `f(f(acc, a), a)` the same as
    `f(acc, a)`, and `f(acc, a) >= acc`; for `order_preserving` the function must give more for more.

    Two values are the same where `==` says so. Floats may differ by what rounding does, NaN is the same as NaN; in
    collections, dataclasses, structs and arrays the parts are compared. Objects that are equal only to themselves,
    and values that cannot be copied, are left alone.

    The function is called on copies, in a copy of its own, with what it prints unheard. Of one that changes what it
    refers to (`by_mut()`) that is compared, and what comes out. What a `map` or `for_each` does to the world outside
    is not tried, nor a function that assigns a variable around it, nor a fold that refers to a live value.
    `unchecked=True` leaves the law untried.

    `commutative=proof("...", hook=h)`, with `h = flow.sim_hook()`, lets a simulated test say in which order the
    elements are taken.
    """
    if not isinstance(reason, str) or not reason.strip():  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ProofError(
            f'`proof` needs a reason in words, but was given {reason!r}.\n  {here()}\n  {_WRITE}proof("...")'
        )
    return Proof(reason.strip(), unchecked, _hook(hook, "proof", here()))


_WRITE = "Write why every outcome is right: "


_GIVE = 'Give it as nondet("why every outcome is right").'


def checked(guard: NonDet, method: str, site: Site, how: str = _GIVE) -> str:
    """Give the reason of a guard that a method was given, or say that it is none."""
    if not isinstance(guard, NonDet):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise NondetError(
            f"`{method}` makes a nondeterministic choice and needs its reason{_but_given(guard)}.\n  {site}\n  {how}"
        )
    return guard.text


def _but_given(given: object) -> str:
    # of a collection the first line alone: its operators would tear the sentence apart
    return "" if given is MISSING else ", but was given " + repr(given).partition("\n")[0]


def law(given: Proof | None, keyword: str, method: str, site: Site) -> Proof | None:
    """Give the proof that a method was given, or say that it is none."""
    if given is None or isinstance(given, Proof):  # pyright: ignore[reportUnnecessaryIsInstance]
        return given
    raise ProofError(
        f"`{method}` was given {keyword}={given!r}, which is no proof.\n"
        f'  {site}\n  Say why it holds: {keyword}=proof("...")'
    )


def demanded(given: object, method: str, site: Site) -> Proof:
    """Give the proof that a method cannot do without, or say that it is none."""
    if isinstance(given, Proof):
        return given
    raise ProofError(f'`{method}` needs a proof{_but_given(given)}.\n  {site}\n  Say why it holds: proof("...")')
