"""Names that other libraries have for what streams do here, and what it is called."""

from __future__ import annotations

from hydro_nb.lang.sim_slips import guesses

_KEYED = "Make pairs of a key and the rest, then key them: .map(lambda x: (key, x)).into_keyed()."
_LATER = (
    "What a stream holds is there when the flow runs: hydro_nb.testing.collect(stream) runs it, "
    ".preview() shows the first elements."
)
STREAMS = guesses(
    {
        "flat_map flatmap map_many": "Use .flat_map_ordered(f), or .flat_map_unordered(f) where f gives no order.",
        "group_by groupby key_by": _KEYED,
        "merge concat concatenate": (
            'Use .merge_unordered(other), .merge_ordered(other, nondet("...")), or .chain(other) behind one that ends.'
        ),
        "distinct drop_duplicates": "Use .unique().",
        "collect to_list tolist result compute": _LATER,
        "print subscribe do": "Use .for_each(f), such as .for_each(print).",
        "size length len": "Use .count().",
        "take head": "Use .limit(n).",
        "apply select": "Use .map(f).",
        "where": "Use .filter(f).",
    }
)
