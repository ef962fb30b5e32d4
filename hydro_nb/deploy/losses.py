"""What did not arrive, in words: channels that ended early, and elements that were dropped."""

from __future__ import annotations

from collections.abc import Iterator

from hydro_nb.deploy.plan import Program
from hydro_nb.telemetry.state import DeploymentState
from hydro_nb.wire import MEMBER_BITS, ChannelEnded, ChannelSpec, ServedSpec, edge_of, peer

MOST_CHANNELS = 12
"""How many channels are named that ended early."""


def broken(program: Program, state: DeploymentState) -> Iterator[str]:
    """Say which channels have ended before their time, and why; not those that lead to a life that is over."""
    edges = {channel.id: channel for channel in program.channels}
    lines: list[str] = []
    for link, event in sorted(state.ended_channels.items()):
        channel = edges.get(edge_of(link))
        if event.reason and channel is not None:
            ends = _ends(channel.sender, channel.receiver, link)
            if not _is_past(state, ends, event):
                lines.append(f"{_link(channel, state, ends)} has ended: {event.reason.partition(chr(10))[0]}")
    yield from lines[:MOST_CHANNELS]
    if lines[MOST_CHANNELS:]:
        yield f"and {len(lines) - MOST_CHANNELS} more channels"


def _ends(sender: int, receiver: int, link: int) -> tuple[int, int]:
    members = link >> 2 * MEMBER_BITS
    return peer(sender, members & (1 << MEMBER_BITS) - 1), peer(receiver, members >> MEMBER_BITS)


def _link(channel: ChannelSpec, state: DeploymentState, ends: tuple[int, int]) -> str:
    """Name a channel between two processes, each once."""
    names = [state.processes[end].name if end in state.processes else "" for end in ends]
    if channel.name == " -> ".join(names):
        return channel.name
    first, last = (f"`{name}`" if name else "a client" for name in names)
    return f"{channel.name} from {first} to {last}"


def _is_past(state: DeploymentState, ends: tuple[int, int], event: ChannelEnded) -> bool:
    """Whether one of the two has been started again since."""
    return any(event.time < row.started for row in map(state.processes.get, ends) if row is not None and row.restarts)


def dropped(program: Program, state: DeploymentState) -> Iterator[str]:
    """Say what was discarded, and why."""
    names = {place.id: place.name for place in program.locations}
    lost = state.discarded
    for channel in program.channels:
        if channel.edge in lost:
            why = "has gone" if channel.policy == "fail_stop" else "had no room, or has gone"
            if channel.edge in state.struck:
                why += ", or a fault on purpose took them"
            yield f"{channel.name}: {lost[channel.edge]} discarded: {names[channel.receiver]} {why}"
    for place in program.locations:
        for spec in (*place.served, *place.sidecars):
            if spec.slot in lost:
                client = "its client had left or did not read"
                who = client if isinstance(spec, ServedSpec) else "the function had ended"
                yield f"{spec.op} `{spec.slot}`: {lost[spec.slot]} discarded: {who}"
