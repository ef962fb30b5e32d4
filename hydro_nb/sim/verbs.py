"""What a test may decide at each kind of place."""

from __future__ import annotations

from hydro_nb.ir.node import Retries, Shape
from hydro_nb.sim import verbs_in_ticks as ticks
from hydro_nb.sim import verbs_outside as outside
from hydro_nb.sim.desk import Verb
from hydro_nb.sim.hooks import (
    Again,
    AnyAgain,
    Hook,
    KeyedPrefix,
    KeyedVersion,
    Next,
    NextOfKeys,
    NextOfTwo,
    Prefix,
    Subset,
    Version,
    Whole,
)
from hydro_nb.sim.losses import Loss

_BATCH: dict[str, Verb] = {"release_all": ticks.release_all, "release_empty": ticks.release_empty}
VERBS: dict[type[Hook], dict[str, Verb]] = {
    Prefix: {"release": ticks.release, "release_values": ticks.release_prefix, **_BATCH},
    Whole: {"release": ticks.release, "release_values": ticks.release_prefix, **_BATCH},
    Subset: {"release_values": ticks.release_any, **_BATCH},
    KeyedPrefix: {"release": ticks.release_of_keys, "release_values": ticks.release_entries, **_BATCH},
    Version: {
        "reveal": ticks.reveal, "reveal_next": ticks.reveal_next, "reveal_latest": ticks.reveal_latest,
        "keep": ticks.keep, "reveal_absent": ticks.reveal_absent,
    },
    KeyedVersion: {
        "reveal": ticks.reveal_keys, "reveal_next": ticks.reveal_keys_next, "reveal_latest": ticks.reveal_keys_latest,
        "keep": ticks.keep_keys, "reveal_absent": ticks.reveal_keys_absent,
    },
    Next: {"next": outside.next_one, "emit": outside.emit, "emit_final": outside.emit_final},
    NextOfKeys: {"next": outside.next_of_key},
    NextOfTwo: {
        "next_first": outside.next_of(0), "next_second": outside.next_of(1),
        "advance_first": outside.advance(0), "advance_second": outside.advance(1),
    },
    Again: {
        "release": outside.release_run, "release_final": outside.release_final_run,
        "release_next": outside.release_next,
    },
    Loss: {
        "deliver": outside.end(arrives=True, named=True), "deliver_next": outside.end(arrives=True, named=False),
        "lose": outside.end(arrives=False, named=True), "lose_next": outside.end(arrives=False, named=False),
    },
    AnyAgain: {"release": outside.release_copies, "emit": outside.emit, "emit_final": outside.emit_final},
}  # fmt: skip
"""By the kind of place, what may be decided there."""


def words_of(core: Hook) -> dict[str, Verb]:
    """Give what may be decided at a place; only what may repeat comes again, a Singleton is never absent."""
    verbs = VERBS[type(core)]
    if type(core) is Version and core.node.input_kinds[0].shape is Shape.SINGLETON:
        return {word: verb for word, verb in verbs.items() if verb is not ticks.reveal_absent}
    if type(core) is Next and core.node.input_kinds[0].retries is Retries.EXACTLY_ONCE:
        return {"next": verbs["next"]}
    return verbs
