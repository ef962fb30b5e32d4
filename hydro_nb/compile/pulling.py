"""How a bounded source is read: in chunks, each as a list, or without one where a loop takes it element by element."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hydro_nb.compile.walks import must_complete

if TYPE_CHECKING:
    from hydro_nb.compile.emit import NodeEmit
    from hydro_nb.compile.split import Part


def push_source(emit: NodeEmit, iterator: str) -> None:
    """Take a chunk and hand it on, or all where somebody must see all first."""
    chunk, flag = emit.local(emit.node.site.name or "chunk"), f"{emit.name}_ended"
    emit.unit.chunks.add(chunk)
    if must_complete(emit.unit.unit, emit.part):
        emit.write(f"{chunk} = list({iterator})")
        emit.write(f"{flag} = True")
        emit.push_all(chunk, is_list=True)
        return
    emit.unit.ended.append(flag)
    consumer = None if emit.seams else _only_loop(emit)
    if consumer is None:
        emit.write(f"{chunk} = take({iterator}, state.room)")
        emit.write(f"{flag} = len({chunk}) < state.room")
        emit.push_all(chunk, is_list=True)
    else:
        count = emit.local(f"{chunk}_count")
        emit.unit.counted[emit.name] = emit.node.slot
        emit.write(f'{chunk}, {count} = pull({iterator}, state.room, state.samples["{emit.name}"])')
        emit.write(f'state.counts["{emit.name}"] += {count}')
        emit.write(f"{flag} = {count} < state.room")
        part, index = consumer
        emit.unit.emit(part).loop_into(chunk, index, emit)


def _only_loop(emit: NodeEmit) -> tuple[Part, int] | None:
    """Give the one operator that takes what comes out here, if it takes it one by one."""
    consumers = emit.unit.unit.consumers(emit.part.key, 0)
    if (emit.part.key, 0) in emit.unit.buffers or len(consumers) != 1:
        return None
    part = consumers[0][0]
    by_itself = part.node.op.takes_lists(part.node.input_kinds)
    return None if by_itself or part.role == "hold" else consumers[0]
