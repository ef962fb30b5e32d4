"""Who shares an operating system process, as the user says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hydro_nb.deploy.named import Named, Roster
from hydro_nb.errors import DeployError
from hydro_nb.wire import LocationProgram, member_of

FORM = "Give a list of lists, each of which names processes or clusters that share one, such as colocate=[[a, b]]."


def groups_of(
    colocate: Sequence[Sequence[Named]], peers: Mapping[int, LocationProgram], places: Sequence[LocationProgram]
) -> tuple[tuple[int, ...], ...]:
    """Give the peers of each group, in the order in which they are named; a cluster stands for all of its members."""
    seen: dict[int, int] = {}
    roster = Roster(peers, places)
    for number, group in enumerate(_lists(colocate)):
        for given in group:
            for peer in _peers(given, roster):
                if peer in seen:
                    raise DeployError(f"`colocate` names `{_name(peers, peer)}` twice; a process lives in one place")
                seen[peer] = number
    return tuple(tuple(peer for peer in seen if seen[peer] == number) for number in sorted({*seen.values()}))


def _lists(colocate: Sequence[Sequence[Named]]) -> Iterator[Sequence[Named]]:
    groups: object = colocate
    if not isinstance(groups, list | tuple):
        raise DeployError(f"colocate={groups!r} does not say who shares an OS process. {FORM}")
    for group in colocate:
        given: object = group
        if not isinstance(given, list | set | frozenset) and not (isinstance(given, tuple) and _is_group(group)):
            raise DeployError(f"`colocate` has {given!r} where a list of processes belongs. {FORM}")
        yield group


def _is_group(group: Sequence[Named]) -> bool:
    """Whether a tuple is a group, and not a cluster with the number of a member."""
    return not any(isinstance(each, int) for each in group)


def _peers(given: Named, roster: Roster) -> list[int]:
    try:
        return roster.peers(given)
    except DeployError as error:
        raise DeployError(f"`colocate` names who cannot share: {error}") from None


def _name(peers: Mapping[int, LocationProgram], peer: int) -> str:
    return peers[peer].title(member_of(peer))
