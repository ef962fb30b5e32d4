"""Clients of TCP ports as any program may be one, and flows that answer them."""

import re
import socket

from hydro_nb import LinesCodec, nondet

SECONDS = 60


def echo(flow, server, **options):
    """Serve one client whose lines come back."""
    port, lines, replies = server.bind_single_client(flow.external(), **options)
    replies.send(lines)
    return port


def echo_each(flow, server, codec=None, **options):
    """Serve many clients whose elements come back, and print who comes and goes."""
    port, items, members, replies = server.bidi_external_many_bytes(flow.external(), codec or LinesCodec(), **options)
    replies.send(items)
    members.entries().assume_ordering(nondet("printed as they come")).for_each(print)
    return port


class Peer:
    """A client as any program may be one."""

    def __init__(self, deployment, port):
        self.deployment = deployment
        self.socket = socket.create_connection(deployment.address(port), SECONDS)
        self._held = b""

    def send(self, data):
        self.socket.sendall(data)

    def line(self):
        """Give the next line, letting a flow of this process run until it has come."""
        while b"\n" not in self._held:
            self.deployment.settle(SECONDS)
            data = self.socket.recv(2**16)
            assert data, f"the connection has ended after {self._held!r}"
            self._held += data
        line, _, self._held = self._held.partition(b"\n")
        return line

    def rest(self):
        """Give all that comes until the other side closes."""
        self.deployment.settle(SECONDS)
        while data := self.socket.recv(2**16):
            self._held += data
        # the other side has said by then why it closed
        self.deployment.settle(SECONDS)
        return self._held

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def reset(peer):
    """Go without a good-bye: nothing can be sent there any more."""
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    peer.close()


def troubles(deployment):
    return [re.sub(r"\d+ bytes", "_ bytes", each.error) for each in deployment.problems]


def printed(deployment):
    deployment.settle(SECONDS)
    return [line.text for line in deployment.logs()]
