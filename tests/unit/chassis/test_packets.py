"""An answer leaves in one packet, and nothing of it is kept back for longer than a turn of the loop."""

import asyncio

from chassis.http.packets import HeadKeeping

HEAD, BODY = b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n", b"{}"


class Wire(asyncio.Transport):
    """What was written, packet by packet."""

    def __init__(self) -> None:
        super().__init__()
        self.packets: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.packets.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


async def test_head_and_body_leave_together() -> None:
    wire = Wire()
    transport = HeadKeeping(wire)
    transport.write(HEAD)
    transport.write(BODY)
    assert wire.packets == [HEAD + BODY]
    await asyncio.sleep(0)
    assert wire.packets == [HEAD + BODY]


async def test_a_head_whose_body_is_long_in_coming_leaves_at_the_end_of_the_turn() -> None:
    wire = Wire()
    HeadKeeping(wire).write(HEAD)
    await asyncio.sleep(0)
    assert wire.packets == [HEAD]


async def test_what_follows_a_body_is_not_held_up_by_it() -> None:
    wire = Wire()
    transport = HeadKeeping(wire)
    for packet in (HEAD, BODY, BODY, HEAD, BODY):
        transport.write(packet)
    assert wire.packets == [HEAD + BODY, BODY, HEAD + BODY]


async def test_a_head_that_is_kept_back_leaves_before_the_end() -> None:
    wire = Wire()
    transport = HeadKeeping(wire)
    transport.write(HEAD)
    transport.close()
    assert (wire.packets, wire.closed) == ([HEAD], True)


async def test_whoever_has_gone_is_sent_nothing() -> None:
    wire = Wire()
    HeadKeeping(wire).write(HEAD)
    wire.close()
    await asyncio.sleep(0)
    assert wire.packets == []
