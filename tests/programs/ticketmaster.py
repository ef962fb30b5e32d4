"""Seats that are never sold twice, and the replicas that would sell them twice."""

from __future__ import annotations

from enum import Enum
from typing import Any

from hydro_nb import KeyedStream, Process, Stream, inplace, nondet, proof, sliced
from hydro_nb.values import Err, Ok


class TicketServer: ...


class Refused(Enum):
    """Why somebody did not get a seat."""

    SEAT_NOT_FOUND = "there is no such seat"
    ALREADY_BOOKED = "somebody was faster"


def ticketmaster_service(
    total_seats: int,
    book: KeyedStream[int, int, Process[TicketServer]],
    get: KeyedStream[int, tuple[()], Process[TicketServer]],
) -> tuple[KeyedStream[int, Any, Process[TicketServer]], KeyedStream[int, list[int], Process[TicketServer]]]:
    """Give each client `Ok(seat)` or why not, and, to those who ask, the seats that are free."""
    seats = frozenset(range(1, total_seats + 1))

    def decide(booked: set[int], request: tuple[int, int]) -> tuple[int, Any]:
        client, seat = request
        if seat not in seats:
            return client, Err(Refused.SEAT_NOT_FOUND)
        if seat in booked:
            return client, Err(Refused.ALREADY_BOOKED)
        booked.add(seat)
        return client, Ok(seat)

    requests = book.atomic()
    in_turn = requests.entries_partially_ordered(nondet("of those who want one seat, any may be the first"))
    decided = in_turn.scan(set, inplace(decide)).into_keyed()
    sold = requests.values().fold(frozenset, lambda sold, seat: sold | {seat}, commutative=proof("a union is one"))
    with sliced() as s:
        asked = s.batch(get, nondet("each is answered alone"))
        taken = s.atomic(sold, nondet("who was told of a booking sees it"))
        free = s.emit(asked.cross_singleton(taken).map(lambda both: sorted(seats - both[1])))
    return decided.end_atomic(), free


def replicas_that_sell_twice(bookings: Stream[tuple[int, int], Any, Any, Any], **laws: Any) -> Any:
    """Let each replica decide in the order in which it hears of bookings, and so each in its own."""
    arrived = bookings.weaken_ordering()
    return arrived.fold({}.copy, lambda owners, booking: {booking[1]: booking[0]} | owners, **laws)
