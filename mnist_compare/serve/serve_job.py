"""The job of a worker that answers for one network as long as the server lives."""

from types import UnionType
from typing import ClassVar

from mnist_compare.lowering import TUNED
from mnist_compare.serve.loaded_network import LoadedNetwork
from mnist_compare.serve.messages import ChannelClosed, Predict, Question, connect
from mnist_compare.worker.events import Event
from mnist_compare.worker.job import Framework, Job, Send


class Loaded(Event, frozen=True, tag="loaded"):
    """The network is there, and answers from now on."""

    device: str

    @property
    def place(self) -> str:
        """How far the job has come."""
        return "while it served"


class Served(Event, frozen=True, tag="served"):
    """The server asks no more."""

    is_last: ClassVar[bool] = True


class ServeJob(Job, frozen=True):
    """Load the network of `checkpoints`, files by the epoch, and answer what comes through a socket of this machine:
    the server listens on `port`, and knows the worker by the `secret`.
    """

    events: ClassVar[type[Event] | UnionType] = Loaded | Served
    backend: str
    checkpoints: dict[int, str]
    image_size: int
    port: int
    secret: str
    device: str = "auto"
    tuning: str = TUNED

    def run(self, framework: Framework, send: Send) -> None:
        """Answer until the server closes the socket."""
        network = LoadedNetwork(framework.experiment_class(), self.checkpoints, self.device, self.tuning)
        network.answer(Predict(max(self.checkpoints), 1, bytes(self.image_size)))  # frameworks compile in the first one
        with connect(self.port, self.secret) as channel:
            send(Loaded(network.device))
            try:
                while True:
                    question: Question = channel.receive(Question)  # type: ignore[arg-type]
                    channel.send(network.answer(question))
            except ChannelClosed:
                pass
        send(Served())
