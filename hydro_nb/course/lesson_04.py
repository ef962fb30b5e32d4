"""The exercises of `04_concurrent_clients`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hydro_nb import FlowBuilder
from hydro_nb.course.tools import choice, on_lists, survives
from hydro_nb.testing.exercises import answered, exercise, expect

if TYPE_CHECKING:
    from collections.abc import Callable


@exercise("04.1", "In how many orders lines may be seen")
def orders(answer: str) -> None:
    """Look at a prediction."""
    hints = {
        "a": "Who could have said whether `c` comes first? The two clients know nothing of each other.",
        "c": "In some of the six `b` comes before `a`.",
    }
    choice(answer, "abc", hints)


@exercise("04.2", "Lines with their numbers")
def numbered(answer: Callable[..., Any]) -> None:
    """Try a piece of a flow on lines of two clients."""
    said: Any = FlowBuilder().process().source_iter([(7, "x"), (3, "p"), (7, "y"), (3, "q"), (7, "z")])
    given = answered(answer(said.into_keyed()))
    expect(hasattr(given, "entries"), "The result should be a keyed stream, with the clients as its keys.")
    rows = sorted(on_lists(given.entries()))
    expect({key for key, _ in rows} == {3, 7}, "The keys should be the clients, here 3 and 7.")
    expect(rows != [(3, (1, "p")), (3, (3, "q"))], "The numbers go on from one client to the next.")
    wanted = [(3, (0, "p")), (3, (1, "q")), (7, (0, "x")), (7, (1, "y")), (7, (2, "z"))]
    expect(
        rows == wanted, "Client 7 said x, y, z and client 3 said p, q; their lines are not numbered 0, 1, 2 and 0, 1."
    )


@exercise("04.3", "The highest bid for each thing")
def highest(answer: Callable[..., Any]) -> None:
    """Try a live value on bids of three clients."""
    bids = [(1, ("vase", 120)), (2, ("vase", 150)), (1, ("clock", 80)), (3, ("vase", 90)), (2, ("clock", 70))]
    source: Any = FlowBuilder().process().source_iter(bids)
    given = on_lists(answered(answer(source.into_keyed().weaken_boundedness())))
    expect(isinstance(given, dict), "A live value for each thing is wanted.")
    expect(set(given) == {"vase", "clock"}, "The keys should be the things, whoever has bid.")
    expect(given == {"vase": 150, "clock": 80}, "For the vase 120, 150 and 90 were bid, for the clock 80 and 70.")


@exercise("04.4", "One seat, one owner")
def seats(answer: Callable[..., Any]) -> None:
    """Try a service under every order in which clients may come."""
    flow = FlowBuilder()
    ask, asked = flow.process().sim_input(tuple[int, str])
    given: Any = answered(answer(asked.into_keyed()))
    expect(hasattr(given, "entries"), "The result should be a keyed stream, with the clients as its keys.")
    told = given.entries().sim_output()

    async def two_want_one() -> None:
        ask.send_many([(1, "A1"), (2, "A1"), (2, "B2"), (1, "A1")])
        heard = await told.collect_sorted()
        for client, words in heard:
            assert client in {1, 2}, f"an answer is under {client!r}, which is no client"
            shaped = words in {(seat, said) for seat in ("A1", "B2") for said in ("yours", "taken")}
            assert shaped, f"client {client} was told {words!r}, which is no pair of a seat and `yours` or `taken`"
        assert len(heard) == 4, f"four requests got {len(heard)} answers"
        owners = {client for client, (seat, said) in heard if (seat, said) == ("A1", "yours")}
        assert len(owners) == 1, f"the seat A1 belongs to {len(owners)} clients"
        assert (2, ("B2", "yours")) in heard, "nobody else wanted B2, and client 2 did not get it"
        mine = [said for client, (_, said) in heard if client == 1]
        assert len(set(mine)) == 1, "client 1 asked twice for A1 and was told two things"

    survives(flow.sim(), two_want_one, "Clients 1 and 2 both want the seat A1, 2 also B2, and 1 asks twice.")
