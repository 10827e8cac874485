"""What a server and a worker of its say to each other: values in frames, over a socket of this machine."""

import hmac
import socket
from typing import Self, TypeVar

import msgspec

HOST = "127.0.0.1"
LENGTH = 4
MAX_FRAME = 64_000_000
"""Bytes. The largest frames are those of features: some dozen images, each of some thousand numbers."""
MAX_SECRET = 200
GREETING_SECONDS = 2.0
Message = TypeVar("Message")


class Predict(msgspec.Struct, frozen=True, tag="predict"):
    """Classes and probabilities of `count` images by the network after an epoch; `pixels` are uint8 [N, C, H, W]."""

    epoch: int
    count: int
    pixels: bytes


class ShowLayers(msgspec.Struct, frozen=True, tag="show_layers"):
    """What the first layers make of one image."""

    epoch: int
    pixels: bytes


class Describe(msgspec.Struct, frozen=True, tag="describe"):
    """The outputs of the last hidden layer for `count` images."""

    epoch: int
    count: int
    pixels: bytes


class Predicted(msgspec.Struct, frozen=True, tag="predicted"):
    """Classes [N], probabilities [N, K] where there are any, and the seconds that the framework took for them all."""

    classes: list[int]
    probabilities: list[list[float]] | None
    seconds: float


class LayerMaps(msgspec.Struct, frozen=True):
    """What a layer makes of an image: `maps` of height x width, each of bytes."""

    name: str
    height: int
    width: int
    maps: list[bytes]


class Layers(msgspec.Struct, frozen=True, tag="layers"):
    """The maps of each of the first layers."""

    layers: list[LayerMaps]


class Features(msgspec.Struct, frozen=True, tag="features"):
    """float32 [N, D]."""

    numbers: bytes


class Fault(msgspec.Struct, frozen=True, tag="fault"):
    """There is no answer, and why."""

    reason: str


Question = Predict | ShowLayers | Describe
Answer = Predicted | Layers | Features | Fault


class ChannelClosed(Exception):
    """The other side is gone, says nothing any more, or says what is no message."""


class Channel:
    """One side of the conversation. As a context it is closed at its end."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._connection.close()

    def send(self, message: object) -> None:
        """Send one message; raises ChannelClosed."""
        content = msgspec.msgpack.encode(message)
        try:
            self._connection.sendall(len(content).to_bytes(LENGTH) + content)
        except OSError as error:
            raise ChannelClosed(str(error)) from None

    def receive(self, kind: type[Message], most: int = MAX_FRAME) -> Message:
        """The next message, of that type; raises ChannelClosed."""
        length = int.from_bytes(self._bytes(LENGTH))
        if length > most:
            raise ChannelClosed(f"a message of {length:,} bytes")
        try:
            return msgspec.msgpack.decode(self._bytes(length), type=kind)
        except msgspec.MsgspecError as error:
            raise ChannelClosed(f"no message: {error}") from None

    def _bytes(self, count: int) -> bytes:
        found = bytearray()
        while len(found) < count:
            try:
                piece = self._connection.recv(min(count - len(found), 1 << 20))
            except OSError as error:
                raise ChannelClosed(str(error)) from None
            if not piece:
                raise ChannelClosed("the other side has closed it")
            found += piece
        return bytes(found)


def connect(port: int, secret: str) -> Channel:
    """In the worker: the way to the server, which knows the worker by the secret; raises OSError, ChannelClosed."""
    connection = socket.create_connection((HOST, port), timeout=GREETING_SECONDS)
    connection.settimeout(None)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    channel = Channel(connection)
    channel.send(secret)
    return channel


def accept(listener: socket.socket, secret: str, timeout: float) -> Channel | None:
    """In the server: the worker that has connected; None where none has by now, or somebody else did."""
    try:
        connection, _ = listener.accept()
    except TimeoutError:
        return None
    connection.settimeout(GREETING_SECONDS)
    channel = Channel(connection)
    try:
        told = channel.receive(str, MAX_SECRET)
    except ChannelClosed:
        told = ""
    if not hmac.compare_digest(told.encode(), secret.encode()):
        connection.close()
        return None
    connection.settimeout(timeout)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return channel
