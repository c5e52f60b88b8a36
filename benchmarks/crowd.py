"""A crowd: many connections that each post, wait for the answer and post again, all by one thread with one epoll.

It takes about 20 microseconds a request, so that the service is measured and not its client.
"""

import select
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Crowd:
    """How it went; `latencies` are in order, all in seconds. `own` is what the crowd itself took of a processor."""

    seconds: float
    latencies: Sequence[float]
    own: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds

    def at(self, part: float) -> float:
        """The latency that `part` of the requests do not exceed, in milliseconds."""
        return self.latencies[int((len(self.latencies) - 1) * part)] * 1_000


def write_request(port: int, path: str, key: str, body: bytes, idempotency_key: str | None = None) -> bytes:
    """A request as it goes over the wire."""
    once = f"Idempotency-Key: {idempotency_key}\r\n" if idempotency_key else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n{once}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def post_all(port: int, requests: Sequence[bytes], clients: int, status: int = 201) -> Crowd:
    """Post them all, so many at once; every answer must be a whole one with this status."""
    waiting, sockets = iter(requests), [_connect(port) for _ in range(clients)]
    started, cpu = time.perf_counter(), time.process_time()
    try:
        latencies = sorted(_work_off(waiting, sockets, b"HTTP/1.1 %d " % status))
        return Crowd(time.perf_counter() - started, latencies, time.process_time() - cpu)
    finally:
        for each in sockets:
            each.close()


def cut_off(port: int, requests: Sequence[bytes]) -> None:
    """Send half of each request on a connection of its own, and go."""
    sockets = [_connect(port) for _ in requests]
    for each, request in zip(sockets, requests, strict=True):
        each.sendall(request[: len(request) // 2])
    for each in sockets:
        each.close()


def _work_off(waiting: Iterator[bytes], sockets: Sequence[socket.socket], expected: bytes) -> Iterator[float]:
    epoll, sent, partly = select.epoll(), dict[int, float](), dict[int, bytes]()
    by_number = {each.fileno(): each for each in sockets}

    def send(number: int) -> None:
        request = next(waiting, None)
        if request is not None:
            sent[number] = time.perf_counter()
            by_number[number].sendall(request)

    for number in by_number:
        epoll.register(number, select.EPOLLIN)
        send(number)
    while sent:
        for number, _ in epoll.poll():
            answer = partly.pop(number, b"") + by_number[number].recv(65_536)
            assert answer.startswith(expected), answer
            if answer.endswith(b"}"):
                yield time.perf_counter() - sent.pop(number)
                send(number)
            else:
                partly[number] = answer
    epoll.close()


def _connect(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port))
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made
