"""How a stream travels: transport, what happens on failure, codec, name of the channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, Literal, Never, NoReturn, TypeVar

from hydro_nb.errors import EncodeError, GraphError, NondetError, Site
from hydro_nb.ir.node import Order
from hydro_nb.ir.ops.network import Policy
from hydro_nb.lang.guarantees import NoOrder
from hydro_nb.lang.nondet import MISSING, NonDet, asks_for, checked
from hydro_nb.lang.site import here

W_co = TypeVar("W_co", bound=NoOrder, covariant=True)
_PICK = "Say what happens when the link fails: TCP.fail_stop() gives the receiver a prefix and then nothing more."
_UDP = "Say what may be lost: UDP.lossy(nondet(...)), or UDP.lossy_delayed_forever() where what is lost is only late."


@dataclass(frozen=True, repr=False)
class Via(Generic[W_co]):
    """A transport with its policy; made by `TCP.fail_stop()`.

    For the type checker its parameter is what it weakens the order to: `Never` where it keeps it.
    """

    order: Order = Order.TOTAL
    codec: Literal["auto", "bincode", "msgpack", "pickle"] = "auto"
    channel: str = ""
    trusted: str = ""
    """why the receiver may run what the sender sends; for pickle alone"""
    policy: Policy = "fail_stop"
    transport: Literal["TCP", "UDP"] = "TCP"
    reason: str = ""
    """why any of the messages may be lost"""

    def __repr__(self) -> str:
        given = repr(NonDet(self.reason, Site())) if self.reason else ""
        codec = "" if self.codec == "auto" else f".{self.codec}({f'trusted={self.trusted!r}' if self.trusted else ''})"
        name = f".name({self.channel!r})" if self.channel else ""
        return f"{self.transport}.{self.policy}({given}){codec}{name}"

    def bincode(self) -> Via[W_co]:
        """Put bincode on the wire, byte for byte as Rust's crate does.

        >>> TCP.fail_stop().bincode().codec
        'bincode'
        """
        return replace(self, codec="bincode")

    def msgpack(self) -> Via[W_co]:
        """Put msgpack on the wire, typed where the element type is known.

        >>> TCP.fail_stop().msgpack().codec
        'msgpack'
        """
        return replace(self, codec="msgpack")

    @asks_for("trusted")
    def pickle(self, *, trusted: str) -> Via[W_co]:
        """Put pickle on the wire, for elements that nothing else carries; say why that is safe.

        >>> TCP.fail_stop().pickle(trusted="both ends are mine").codec
        'pickle'

        Raises `EncodeError` without a reason.
        """
        # users are not type checkers
        if not isinstance(trusted, str) or not trusted.strip():  # pyright: ignore[reportUnnecessaryIsInstance]
            raise EncodeError(
                f"`pickle` needs a reason in words, but was given {trusted!r}.\n  {here()}\n"
                '  Say why the sender may run code at the receiver: TCP.fail_stop().pickle(trusted="...")'
            )
        return replace(self, codec="pickle", trusted=trusted)

    def name(self, channel: str) -> Via[W_co]:
        """Name the channel, for logs and pictures.

        >>> TCP.fail_stop().name("requests").channel
        'requests'
        """
        return replace(self, channel=channel)


class Tcp:
    """Connections that keep the order; a policy for their failure has to be chosen."""

    def fail_stop(self) -> Via[Never]:
        """Deliver a prefix of what was sent, in order; after a broken connection nothing more.

        >>> TCP.fail_stop().order
        <Order.TOTAL: 'TotalOrder'>
        """
        return Via()

    @asks_for("nondet")
    def lossy(self, nondet: NonDet) -> Via[Never]:
        """Deliver in order, but any message may be lost, and later ones still arrive; say why that is right.

        >>> TCP.lossy(nondet("the newest reading is enough")).policy
        'lossy'

        A receiver that has no room loses messages instead of holding the sender up.
        """
        return Via(policy="lossy", reason=checked(nondet, "TCP.lossy", here()))

    def lossy_delayed_forever(self) -> Via[NoOrder]:
        """Deliver in any order; a message that is lost is taken for one that is still on its way.

        >>> TCP.lossy_delayed_forever().order
        <Order.NONE: 'NoOrder'>
        """
        return Via(Order.NONE, policy="lossy_delayed_forever")

    if not TYPE_CHECKING:

        def bincode(self) -> NoReturn:
            """Say that the policy comes first."""
            raise GraphError(f"`TCP.bincode()` lacks a policy.\n  {here()}\n  {_PICK}")

        def msgpack(self) -> NoReturn:
            """Say that the policy comes first."""
            raise GraphError(f"`TCP.msgpack()` lacks a policy.\n  {here()}\n  {_PICK}")


class Udp:
    """Messages on their own, that may be lost and may overtake each other."""

    @asks_for("nondet")
    def lossy(self, nondet: NonDet) -> Via[NoOrder]:
        """Deliver in any order what is not lost; say why any message may be.

        >>> UDP.lossy(nondet("sent again until it is answered")).order
        <Order.NONE: 'NoOrder'>
        """
        reason = checked(nondet, "UDP.lossy", here())
        return Via(Order.NONE, policy="lossy", transport="UDP", reason=reason)

    def lossy_delayed_forever(self) -> Via[NoOrder]:
        """Deliver in any order; a message that is lost is taken for one that is still on its way.

        >>> UDP.lossy_delayed_forever().transport
        'UDP'
        """
        return Via(Order.NONE, policy="lossy_delayed_forever", transport="UDP")

    if not TYPE_CHECKING:

        def fail_stop(self) -> NoReturn:
            """Say that only TCP has it."""
            raise GraphError(f"`UDP.fail_stop()` cannot be had: nothing is connected.\n  {here()}\n  {_UDP}")

        def bincode(self) -> NoReturn:
            """Say that the policy comes first."""
            raise GraphError(f"`UDP.bincode()` lacks a policy.\n  {here()}\n  {_UDP}")

        def msgpack(self) -> NoReturn:
            """Say that the policy comes first."""
            raise GraphError(f"`UDP.msgpack()` lacks a policy.\n  {here()}\n  {_UDP}")


TCP = Tcp()
UDP = Udp()


def checked_via(via: Any, method: str, site: Site, nondet: object = None) -> Via[Any]:
    """Give the transport that a method was given, or say what is missing; `nondet` is what it was given after that."""
    if via is None:
        return Via()
    if isinstance(via, Via):
        return via  # pyright: ignore[reportUnknownVariableType] - its order is not asked for here
    call = f'.{method}(cluster, TCP.fail_stop(), nondet("why every outcome is right"))'
    if via is MISSING and nondet is MISSING:
        raise NondetError(f"`{method}` needs a transport and the reason of its choice.\n  {site}\n  Write {call}.")
    if via is MISSING:
        raise GraphError(f"`{method}` needs a transport.\n  {site}\n  Write {call}.")
    if isinstance(via, NonDet) and nondet is not None:
        raise GraphError(f"`{method}` takes the transport first, then the reason.\n  {site}\n  Write {call}.")
    raise GraphError(f"`{method}` was given {_no_transport(via, site)}")


def _no_transport(via: Any, site: Site) -> str:
    """Say of something why it is no transport, and what to give instead."""
    if isinstance(via, Tcp | Udp):
        name, pick = ("TCP", _PICK) if isinstance(via, Tcp) else ("UDP", _UDP)
        return f"`{name}` without a policy.\n  {site}\n  {pick}"
    if isinstance(via, NonDet):
        return f"{via!r}, which is a reason, no transport.\n  {site}\n  {_NO_CHOICE}"
    shown = repr(via).partition("\n")[0]
    return f"{shown}, which is no transport.\n  {site}\n  {_PICK}"


_NO_CHOICE = "It makes no choice of its own; a transport that may lose does: TCP.lossy(nondet(...))."
