"""Reasons in the user's own words: for a nondeterministic choice, and for a law that a function obeys."""

from __future__ import annotations

from dataclasses import dataclass

from hydro_nb.errors import NondetError, ProofError, Site
from hydro_nb.ir.ops.fold import Proof
from hydro_nb.lang.site import here


@dataclass(frozen=True)
class NonDet:
    """A choice that the program leaves open, with the reason why every outcome is right."""

    reason: str
    site: Site
    guards: tuple[NonDet, ...] = ()
    """what callers said of the same choice"""

    @property
    def text(self) -> str:
        """The reason, followed by the callers' reasons.

        >>> nondet("any sum will do", nondet("asked for by the caller")).text
        'any sum will do; asked for by the caller'
        """
        return "; ".join((self.reason, *(guard.text for guard in self.guards)))


def nondet(reason: str, *guards: NonDet) -> NonDet:
    """Say why any outcome of a nondeterministic choice is right; `guards` pass on what callers said.

    >>> nondet("only the sum is used").text
    'only the sum is used'
    """
    site = here()
    if not isinstance(reason, str) or not reason.strip():  # pyright: ignore[reportUnnecessaryIsInstance]
        raise NondetError(
            f'`nondet` needs a reason in words, but was given {reason!r}.\n  {site}\n  {_WRITE}nondet("...")'
        )
    for guard in guards:
        checked(guard, "nondet", site)
    return NonDet(reason.strip(), site, guards)


def proof(reason: str, *, unchecked: bool = False) -> Proof:
    """Say why a function obeys a law (commutative, idempotent, monotone), where the law is asked for.

    >>> proof("addition commutes").reason
    'addition commutes'
    """
    if not isinstance(reason, str) or not reason.strip():  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ProofError(
            f'`proof` needs a reason in words, but was given {reason!r}.\n  {here()}\n  {_WRITE}proof("...")'
        )
    return Proof(reason.strip(), unchecked)


_WRITE = "Write why every outcome is right: "


def checked(guard: NonDet, method: str, site: Site) -> str:
    """Give the reason of a guard that a method was given, or say that it is none."""
    if not isinstance(guard, NonDet):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise NondetError(
            f"`{method}` makes a nondeterministic choice and needs its reason, but was given {guard!r}.\n"
            f'  {site}\n  Give it as nondet("why every outcome is right").'
        )
    return guard.text


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
    shown = f"nondet({given.reason!r})" if isinstance(given, NonDet) else repr(given)
    raise ProofError(f'`{method}` needs a proof, but was given {shown}.\n  {site}\n  Say why it holds: proof("...")')
