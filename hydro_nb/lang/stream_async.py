"""The methods of a stream that wait: for futures, for async iterators, for silence; and a sink that is kept open."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Coroutine, Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args

from hydro_nb.ir.func import OnError
from hydro_nb.ir.ops.futures import (
    FlatMapStreamBlocking,
    ResolveFutures,
    ResolveFuturesBlocking,
    ResolveFuturesOrdered,
    ScanAsyncBlocking,
    Timeout,
    is_awaitable,
)
from hydro_nb.ir.ops.sink import DestSink
from hydro_nb.lang import annotate, quote
from hydro_nb.lang.collection import Collection, grow
from hydro_nb.lang.guarantees import (
    B_co,
    ExactlyOnce,
    L_co,
    NoOrder,
    O_co,
    R_co,
    T_co,
    TotalOrder,
    Unbounded,
)
from hydro_nb.lang.location import TopLevel, period
from hydro_nb.lang.nondet import NonDet, asks_for, checked
from hydro_nb.lang.quote import Inplace, checked_on_error
from hydro_nb.lang.site import here
from hydro_nb.lang.stepwise import output_of

if TYPE_CHECKING:
    from hydro_nb.lang.optional import Optional
    from hydro_nb.lang.stream import Stream
    from hydro_nb.values import Some

A = TypeVar("A")
U = TypeVar("U")
P = TypeVar("P", bound=TopLevel)
Asked = AsyncIterable[U] | Awaitable[AsyncIterable[U]]
"""An async iterator, or what gives one when it was waited for."""


class StreamAsync(Collection, Generic[T_co, L_co, B_co, O_co, R_co]):
    """A stream as something to wait for."""

    __slots__ = ()

    # ------------------------------------------------------------ futures

    def resolve_futures(
        self: StreamAsync[Awaitable[U], P, B_co, O_co, R_co],
        *,
        on_error: OnError = "raise",
    ) -> Stream[U, P, Unbounded, NoOrder, R_co]:
        """Give the results of awaitables as they come, while ticks go on.

        >>> import asyncio
        >>> async def later(n):
        ...     await asyncio.sleep(n / 100)
        ...     return n
        >>> FlowBuilder().process().source_iter([2, 1]).map(later).resolve_futures().preview().rows
        [1, 2]

        Order is lost; repeats stay; unbounded. They run side by side, up to 4096 of them. A deployment settles when all
        have ended; what is under way when it stops is cancelled. An exception in one fails the process. A coroutine can
        be waited for once, so let one operator alone resolve a stream of them.
        With `on_error="skip"` one that raises is counted and left out.
        """
        return self._grow(ResolveFutures(checked_on_error(on_error, "resolve_futures", here())))

    def resolve_futures_ordered(
        self: StreamAsync[Awaitable[U], P, B_co, O_co, R_co],
        *,
        on_error: OnError = "raise",
    ) -> Stream[U, P, Unbounded, O_co, R_co]:
        """Give the results of awaitables in the order of the awaitables, while ticks go on.

        >>> import asyncio
        >>> async def later(n):
        ...     await asyncio.sleep(n / 100)
        ...     return n
        >>> FlowBuilder().process().source_iter([2, 1]).map(later).resolve_futures_ordered().preview().rows
        [2, 1]

        Order and repeats stay; unbounded. They run side by side as with `resolve_futures`; a result waits for those
        before it.
        With `on_error="skip"` one that raises is counted and left out.
        """
        return self._grow(ResolveFuturesOrdered(checked_on_error(on_error, "resolve_futures_ordered", here())))

    def resolve_futures_blocking(
        self: StreamAsync[Awaitable[U], L_co, B_co, O_co, R_co],
        *,
        on_error: OnError = "raise",
    ) -> Stream[U, L_co, B_co, NoOrder, R_co]:
        """Give the results of awaitables; the tick waits until all of its own have ended.

        >>> async def double(n):
        ...     return 2 * n
        >>> sorted(FlowBuilder().process().source_iter([2, 1]).map(double).resolve_futures_blocking().preview().rows)
        [2, 4]

        Order is lost; repeats and boundedness stay, so it may be used inside a tick. They run side by side; nothing
        else happens on the process meanwhile.
        With `on_error="skip"` one that raises is counted and left out, and the others go on.
        """
        return self._grow(ResolveFuturesBlocking(checked_on_error(on_error, "resolve_futures_blocking", here())))

    # ------------------------------------------------------------ async functions of elements

    def flat_map_stream_blocking(
        self, f: Callable[[T_co], Asked[U]], *, on_error: OnError = "raise"
    ) -> Stream[U, L_co, B_co, O_co, R_co]:
        """Give every item of the async iterator that the function makes of an element; the tick waits for its end.

        >>> async def countdown(n):
        ...     while n:
        ...         yield n
        ...         n -= 1
        >>> FlowBuilder().process().source_iter([2, 3]).flat_map_stream_blocking(countdown).preview().rows
        [2, 1, 3, 2, 1]

        Order, repeats and boundedness stay. Nothing else happens on the process while it waits.
        With `on_error="skip"` an element that `f` or its iterator fails on is counted and gives nothing.
        """
        return self._grow(FlatMapStreamBlocking(self._func(f, 1, "flat_map_stream_blocking", on_error), _item_of(f)))

    def flatten_stream_blocking(
        self: StreamAsync[AsyncIterable[U], L_co, B_co, O_co, R_co],
    ) -> Stream[U, L_co, B_co, O_co, R_co]:
        """Give every item of every element, each an async iterator; the tick waits for their ends.

        >>> async def countdown(n):
        ...     while n:
        ...         yield n
        ...         n -= 1
        >>> FlowBuilder().process().source_iter([2, 3]).map(countdown).flatten_stream_blocking().preview().rows
        [2, 1, 3, 2, 1]

        Order, repeats and boundedness stay. Nothing else happens on the process while it waits.
        """
        item = annotate.item_type(self.kind.element)
        return self._grow(FlatMapStreamBlocking(self._func(_itself, 1, "flat_map_stream_blocking"), item))

    def scan_async_blocking(
        self: StreamAsync[T_co, L_co, B_co, TotalOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Inplace[A, T_co, Coroutine[Any, Any, Some[U] | U | None]]
        | Callable[[A, T_co], Coroutine[Any, Any, tuple[A, Some[U] | U | None]]],
        *,
        on_error: OnError = "raise",
    ) -> Stream[U, L_co, B_co, TotalOrder, ExactlyOnce]:
        """Give what an async function makes of each element beside its accumulator; the tick waits for each.

        >>> async def running(total, n):
        ...     return total + n, total + n if n % 2 else None
        >>> FlowBuilder().process().source_iter([1, 2, 3]).scan_async_blocking(0, running).preview().rows
        [1, 6]

        The function gives `(accumulator, result)`; where the result is `None` nothing comes out, and the stream goes
        on; `Some(None)` passes a `None` on. `inplace(f)` changes the accumulator and gives only the result. Needs a
        total order and no repeats, and keeps both.
        With `on_error="skip"` an element that `f` fails on is counted and gives nothing; the accumulator stays as it
        was, but for what `f` had changed in it: that stays changed.
        """
        start = quote.start(init, "scan_async_blocking", here())
        return self._grow(
            ScanAsyncBlocking(self._func(f, 2, "scan_async_blocking", on_error), init=start, result_type=output_of(f))
        )

    # ------------------------------------------------------------ silence

    @asks_for("nondet")
    def timeout(
        self: StreamAsync[T_co, P, B_co, O_co, R_co], seconds: float | timedelta, nondet: NonDet
    ) -> Optional[tuple[()], P, Unbounded]:
        """Give `()` while no element has come for so many seconds, or ever; absent otherwise.

        >>> leader = FlowBuilder().process()
        >>> quiet = leader.source_stream(lambda: iter("ab")).timeout(0.05, nondet("shown only"))
        >>> quiet.sample_every(0.01, nondet("shown only")).preview(1).rows
        [()]

        Present before the first element comes. A timer looks ten times in that while, so it may come a tenth late.
        """
        site = here()
        return self._grow(Timeout(period(seconds, "timeout", site), checked(nondet, "timeout", site)))

    # ------------------------------------------------------------ a sink that is kept open

    def dest_sink(
        self: StreamAsync[T_co, P, B_co, TotalOrder, ExactlyOnce], make: Callable[[], Generator[Any, T_co, Any]]
    ) -> None:
        r"""Send each element into a generator that a function without arguments makes on the process, once.

        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "lines")
        >>> def lines():
        ...     with open(path, "w") as file:
        ...         while True:
        ...             file.write((yield) + "\n")
        >>> flow = FlowBuilder()
        >>> flow.process().source_iter(["a", "b"]).dest_sink(lines)
        >>> with flow.deploy(backend="inprocess") as deployment:
        ...     deployment.settle()
        >>> with open(path) as file:
        ...     file.read()
        'a\nb\n'

        The generator is started with `next()` before the first element, and closed when the process stops or fails, so
        that its `with` and `finally` blocks are left; not when it is killed. `deployment.stop` gives it 10 seconds for
        that; what it has not written then is lost, and the process has failed. Needs a total order and no repeats. A
        generator that has raised is over, so that there is no `on_error="skip"` here: handle errors inside it.
        """
        grow(DestSink(self._func(make, 0, "dest_sink")), self)


def _itself(items: Any) -> Any:
    return items


def _item_of(f: Callable[..., Any]) -> Any:
    result = annotate.result_of(f)
    return annotate.item_type(get_args(result)[-1] if is_awaitable(result) else result)
