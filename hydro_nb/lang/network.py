"""How a stream travels: transport, what happens on failure, codec, name of the channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from hydro_nb.errors import EncodeError, GraphError, Site
from hydro_nb.ir.node import Order
from hydro_nb.lang.site import here

_PICK = "Say what happens when the link fails: TCP.fail_stop() gives the receiver a prefix and then nothing more."


@dataclass(frozen=True)
class Via:
    """A transport with its policy; made by `TCP.fail_stop()`."""

    order: Order = Order.TOTAL
    codec: Literal["auto", "bincode", "msgpack", "pickle"] = "auto"
    channel: str = ""
    trusted: str = ""
    """why the receiver may run what the sender sends; for pickle alone"""

    def bincode(self) -> Via:
        """Put bincode on the wire, byte for byte as Rust's crate does.

        >>> TCP.fail_stop().bincode().codec
        'bincode'
        """
        return replace(self, codec="bincode")

    def msgpack(self) -> Via:
        """Put msgpack on the wire, typed where the element type is known.

        >>> TCP.fail_stop().msgpack().codec
        'msgpack'
        """
        return replace(self, codec="msgpack")

    def pickle(self, *, trusted: str) -> Via:
        """Put pickle on the wire, for elements that nothing else carries; say why that is safe.

        >>> TCP.fail_stop().pickle(trusted="both ends are mine").codec
        'pickle'

        Raises `EncodeError` without a reason.
        """
        if not trusted.strip():
            raise EncodeError(
                f"`pickle` needs a reason in words, but was given {trusted!r}.\n  {here()}\n"
                '  Say why the sender may run code at the receiver: TCP.fail_stop().pickle(trusted="...")'
            )
        return replace(self, codec="pickle", trusted=trusted)

    def name(self, channel: str) -> Via:
        """Name the channel, for logs and pictures.

        >>> TCP.fail_stop().name("requests").channel
        'requests'
        """
        return replace(self, channel=channel)


class Tcp:
    """Reliable connections; a policy for their failure has to be chosen."""

    def fail_stop(self) -> Via:
        """Deliver a prefix of what was sent, in order; after a broken connection nothing more.

        >>> TCP.fail_stop().order
        <Order.TOTAL: 'TotalOrder'>
        """
        return Via()

    if not TYPE_CHECKING:

        def bincode(self) -> NoReturn:
            """Say that the policy comes first."""
            raise GraphError(f"`TCP.bincode()` lacks a policy.\n  {here()}\n  {_PICK}")

        def msgpack(self) -> NoReturn:
            """Say that the policy comes first."""
            raise GraphError(f"`TCP.msgpack()` lacks a policy.\n  {here()}\n  {_PICK}")


TCP = Tcp()


def checked_via(via: Any, method: str, site: Site) -> Via:
    """Give the transport that a method was given, or say what is missing."""
    if via is None:
        return Via()
    if isinstance(via, Via):
        return via
    if isinstance(via, Tcp):
        raise GraphError(f"`{method}` was given `TCP` without a policy.\n  {site}\n  {_PICK}")
    raise GraphError(f"`{method}` was given {via!r}, which is no transport.\n  {site}\n  {_PICK}")
