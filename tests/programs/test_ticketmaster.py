"""Whoever is first gets the seat, under every schedule."""

from __future__ import annotations

import re

import pytest
from ticketmaster import Refused, TicketServer, replicas_that_sell_twice, ticketmaster_service

from hydro_nb import FlowBuilder, ProofError, nondet, proof
from hydro_nb.values import Err, Ok

NOT_FOUND, BOOKED = Err(Refused.SEAT_NOT_FOUND), Err(Refused.ALREADY_BOOKED)


class Service:
    def __init__(self, total_seats):
        server = FlowBuilder("ticketmaster").process(TicketServer)
        self.flow = server.flow
        self.book, bookings = server.sim_input(tuple[int, int])
        self.get, questions = server.sim_input(tuple[int, tuple[()]])
        answers, free = ticketmaster_service(total_seats, bookings.into_keyed(), questions.into_keyed())
        self.answers, self.free = answers.entries().sim_output(), free.entries().sim_output()

    def exhaustive(self, body):
        return self.flow.sim().exhaustive(body)


def test_a_free_seat_is_booked():
    service = Service(10)

    async def body():
        service.book.send((1, 3))
        await service.answers.assert_yields_only_unordered([(1, Ok(3))])

    assert service.exhaustive(body) == 1


def test_a_seat_is_booked_once():
    service = Service(10)

    async def body():
        service.book.send((1, 5))
        await service.answers.assert_yields_unordered([(1, Ok(5))])
        service.book.send((2, 5))
        await service.answers.assert_yields_only_unordered([(2, BOOKED)])

    assert service.exhaustive(body) == 1


def test_of_two_at_once_either_gets_it_and_never_both():
    service, seen = Service(10), set()

    async def body():
        service.book.send_many([(1, 5), (2, 5), (3, 6)])
        seen.add(tuple(await service.answers.collect_sorted(key=repr)))

    assert service.exhaustive(body) > 1
    assert seen == {((1, Ok(5)), (2, BOOKED), (3, Ok(6))), ((1, BOOKED), (2, Ok(5)), (3, Ok(6)))}


@pytest.mark.parametrize("seat", [0, 11])
def test_a_seat_that_is_not_there(seat):
    service = Service(10)

    async def body():
        service.book.send((1, seat))
        await service.answers.assert_yields_only_unordered([(1, NOT_FOUND)])

    assert service.exhaustive(body) == 1


def test_free_seats():
    service = Service(5)

    async def body():
        for client, seat in ((1, 2), (2, 4)):
            service.book.send((client, seat))
            await service.answers.assert_yields_unordered([(client, Ok(seat))])
        service.get.send((3, ()))
        await service.free.assert_yields_only_unordered([(3, [1, 3, 5])])

    assert service.exhaustive(body) == 1


def test_who_asks_while_somebody_books_sees_it_or_not():
    service, seen = Service(2), set()

    async def body():
        service.book.send((1, 2))
        service.get.send((3, ()))
        seen.add(tuple(map(repr, await service.free.collect_sorted(key=repr))))

    service.exhaustive(body)
    assert seen == {("(3, [1])",), ("(3, [1, 2])",)}


def test_replicas_are_refused_when_the_line_runs():
    bookings = FlowBuilder().process().source_iter([(1, 5), (2, 5)])
    with pytest.raises(ProofError) as caught:
        replicas_that_sell_twice(bookings)
    assert re.sub(r"line \d+", "line _", str(caught.value)) == (
        "`fold` needs a commutative function (any order may come), but `arrived` is NoOrder.\n"
        "  order was lost at  ticketmaster.py, line _:   arrived = bookings.weaken_ordering()\n"
        "  `fold` was called  ticketmaster.py, line _:   "
        "return arrived.fold({}.copy, lambda owners, booking: {booking[1]: booking[0]} | owners, **laws)\n"
        '  Say why order does not matter: commutative=proof("..."), or order the stream first.'
    )


def test_a_claim_that_is_not_true_sells_to_both():
    """Two replicas that hear of the same bookings need not agree: every order is explored."""
    replica, owners = FlowBuilder().process(), set()
    port, bookings = replica.sim_input(tuple[int, int])
    sold = replicas_that_sell_twice(bookings, commutative=proof("said without thinking", unchecked=True))
    out = sold.snapshot(replica.tick(), nondet("the last is looked at")).all_ticks().sim_output()

    async def body():
        port.send_many([(1, 5), (2, 5)])
        owners.add((await out.collect())[-1][5])

    replica.flow.sim().exhaustive(body)
    assert owners == {1, 2}


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_deployed(backend):
    flow = FlowBuilder("ticketmaster")
    server, client = flow.process(TicketServer), flow.external()
    book, bookings = server.source_external(client, tuple[int, int])
    get, questions = server.source_external(client, tuple[int, tuple[()]])
    answers, free = ticketmaster_service(3, bookings.into_keyed(), questions.into_keyed())
    told, shown = answers.entries().send_external(client), free.entries().send_external(client)
    with flow.deploy(backend=backend) as deployment:
        booking, asking, results, seats = (deployment.connect(port) for port in (book, get, told, shown))
        booking.send((1, 2))
        assert next(results) == (1, Ok(2))
        booking.send((2, 2))
        assert next(results) == (2, BOOKED)
        booking.send((2, 4))
        assert next(results) == (2, NOT_FOUND)
        asking.send((9, ()))
        assert next(seats) == (9, [1, 3])
