"""An unbounded stream whose elements come one in each physical tick, also in a deployment."""

from hydro_nb import NoOrder, Stream, nondet


def one_per_tick(leader, upto=3):
    """Give 1, 2, ... in ticks of their own: each goes around by the network before the next."""
    handle, again = leader.forward_ref(Stream, of=int, order=NoOrder)
    every = leader.source_iter([0]).weaken_boundedness().merge_unordered(again).map(lambda n: n + 1)
    below = every.filter(lambda n: n <= upto)
    handle.complete(below.send(leader))
    return below.assume_ordering(nondet("one at a time"))
