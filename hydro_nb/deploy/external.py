"""The client end of external ports: what the kernel sends into a flow and takes out of it."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from hydro_nb.errors import ChannelBroken, DeployError, HydroError
from hydro_nb.runtime.channel import Receiver, Sender


class Link(Protocol):
    """How a port reaches its flow."""

    lock: threading.Condition

    def moved(self) -> None:
        """Something was put or taken: let frames go."""
        ...

    def wait(self, done: Callable[[], bool], timeout: float | None) -> bool:
        """Wait until this holds."""
        ...

    async def wait_async(self, done: Callable[[], bool]) -> None:
        """Wait until this holds without blocking the event loop."""
        ...

    @property
    def over(self) -> str:
        """Why nothing moves any more; empty while the deployment lives."""
        ...


class Port:
    """The client end of an external port: `send` into the flow, or iterate over what it sends out.

    port, requests = server.source_external(client, int)
    deployment.connect(port).send(3)
    """

    def __init__(self, name: str, link: Link, sender: Sender | None, receivers: Sequence[Receiver] = ()) -> None:
        self.name = name
        self._link = link
        self._sender = sender
        self._receivers = receivers
        """one, or one for each member of a cluster that sends"""
        self._items: deque[Any] = deque()
        self._closed = False

    def __repr__(self) -> str:
        return f"<Port {self.name} ({'sends' if self._sender else 'receives'})>"

    def reached(self) -> Port:
        """Give itself; where nothing can be sent any more, say why. What has come through a port may still be read."""
        sender = self._sender
        if sender is not None and sender.ended and sender.reason:
            raise DeployError(f"port `{self.name}` cannot be reached: {sender.reason}")
        return self

    def send(self, value: Any) -> None:
        """Send one element into the flow; waits while the flow has no room for more."""
        sender = self._writable()
        self._link.wait(lambda: not sender.blocked or bool(self._link.over), None)
        self._check_open()
        with self._link.lock:
            if sender.ended:
                raise DeployError(f"port `{self.name}` cannot send: {sender.reason or 'its channel has ended'}")
            sender.put([value])
            try:
                sender.pack()
            except HydroError:
                # what cannot be encoded was not sent
                sender.total -= 1
                raise
        self._link.moved()

    async def sent(self, value: Any) -> None:
        """Send one element as `send` does, without blocking the event loop."""
        sender = self._writable()
        await self._link.wait_async(lambda: not sender.blocked or bool(self._link.over))
        self.send(value)

    def _writable(self) -> Sender:
        self._check_open()
        if self._sender is None:
            raise DeployError(f"port `{self.name}` brings elements out of the flow; iterate over it, it does not send")
        return self._sender

    def _readable(self) -> Sequence[Receiver]:
        if not self._receivers:
            raise DeployError(f"port `{self.name}` takes elements into the flow; send to it, it gives nothing")
        return self._receivers

    def _check_open(self) -> None:
        if self._closed:
            raise DeployError(f"port `{self.name}` was closed")
        if self._link.over:
            raise DeployError(f"port `{self.name}` cannot send: {self._link.over}")

    def receive(self, timeout: float | None = None) -> Any:
        """Give the next element; raises `TimeoutError` when none came in time, `DeployError` when none can come."""
        got: list[Any] = []
        if not self._link.wait(lambda: self._got(got), timeout):
            raise self._late(timeout)
        return self._only(got)

    async def received(self, timeout: float | None = None) -> Any:
        """Give the next element as `receive` does, without blocking the event loop."""
        got: list[Any] = []
        try:
            async with asyncio.timeout(timeout):
                await self._link.wait_async(lambda: self._got(got))
        except TimeoutError:
            raise self._late(timeout) from None
        return self._only(got)

    def _got(self, got: list[Any]) -> bool:
        """Take the next element, unless there is one; True also when none can come. Several may wait for one each."""
        with self._link.lock:
            news = bool(got) or self._has_news()
            if news and not got and self._fill():
                got.append(self._items.popleft())
            return news

    def _late(self, timeout: float | None) -> TimeoutError:
        return TimeoutError(f"port `{self.name}`: nothing came within {timeout} seconds")

    def _only(self, got: list[Any]) -> Any:
        if got:
            return got[0]
        raise DeployError(f"port `{self.name}`: nothing more comes, {self._why()}")

    def _why(self) -> str:
        receivers = self._readable()
        reasons = [receiver.reason for receiver in receivers if receiver.reason]
        dry = any(each.dry for each in receivers)
        ended = "those that it comes from have failed" if dry else "its channel has ended"
        return self._link.over or next(iter(reasons), ended)

    def _has_news(self) -> bool:
        receivers = self._readable()
        there = any(each.queue for each in receivers) or all(each.ended for each in receivers)
        return bool(self._items or there or self._link.over or self._closed)

    def _fill(self) -> bool:
        receivers = self._readable()
        with self._link.lock:
            for receiver in receivers:
                while not self._items and receiver.queue:
                    self._items.extend(_taken(receiver))
        self._link.moved()
        return bool(self._items)

    def __iter__(self) -> Port:
        return self

    def __next__(self) -> Any:
        got: list[Any] = []
        self._link.wait(lambda: self._got(got), None)
        if got:
            return got[0]
        raise StopIteration

    def __aiter__(self) -> Port:
        return self

    async def __anext__(self) -> Any:
        got: list[Any] = []
        await self._link.wait_async(lambda: self._got(got))
        if got:
            return got[0]
        raise StopAsyncIteration

    def close(self) -> None:
        """End the channel: the flow sees its input end, or nothing more is taken from its output."""
        if self._closed:
            return
        self._closed = True
        with self._link.lock:
            if self._sender is not None:
                self._sender.end()
            for receiver in self._receivers:
                receiver.cut("its client closed it", discard=True)
        self._link.moved()


def _taken(receiver: Receiver) -> list[Any]:
    """Take from a channel; one that breaks has ended, and says so to who reads next."""
    try:
        return receiver.signed(receiver.take()[0])
    except ChannelBroken as error:
        receiver.cut(str(error), discard=True)
        raise
