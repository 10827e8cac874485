"""What the server says, as values of JSON: of itself, and of images that it is given."""

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_compare.data.image_source import ImageBytes
from mnist_compare.records.spec import DataSpec
from mnist_compare.report.images import data_name
from mnist_compare.runner.seen import NO_DIGIT, NO_INK, is_searched, see_image
from mnist_compare.serve.known_images import KnownImage, KnownImages
from mnist_compare.serve.messages import Answer, Describe, Fault, Features, Layers, Predict, Predicted, ShowLayers
from mnist_compare.serve.network_worker import State, WorkerGone
from mnist_compare.serve.networks import ServedNetwork
from mnist_compare.serve.refusal import Refusal

MOST_PIXELS = 16_000_000
PREPARING_THREADS = 2
NOTES = {NO_INK: "no ink in the image", NO_DIGIT: "there is ink, but no strokes of a digit"}
SEVERAL = "{count} digits: one at a time is read"

Json = dict[str, Any]
Pixels = NDArray[np.uint8]


class Seen:
    """What the networks see in an image: pixels uint8 [C, H, W], or None; and a note on that."""

    def __init__(self, pixels: Pixels | None, note: str | None) -> None:
        self.pixels, self.note = pixels, note

    def as_json(self) -> Json:
        """`seen` and `note`."""
        return {"seen": None if self.pixels is None else picture_json(self.pixels), "note": self.note}


class Service:
    """The networks of a server, and what they say to images."""

    def __init__(self, networks: Sequence[ServedNetwork], known: KnownImages) -> None:
        self.networks, self.known = networks, known
        self._pool = ThreadPoolExecutor(PREPARING_THREADS, thread_name_prefix="prepare")

    @property
    def data(self) -> DataSpec:
        """What the networks were trained on."""
        return self.networks[0].record.spec.data

    def start(self) -> None:
        """Let workers begin, and import what reads images; this returns at once."""
        for network in self.networks:
            if network.worker.state is not State.FAILED:
                network.worker.start()
        self._pool.submit(_import_preparation)
        self.known.start()

    def close(self) -> None:
        """End the workers."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for network in self.networks:
            network.worker.close()

    def info(self) -> Json:
        """What is served, and how far it is."""
        data = self.data
        channels, height, width = data.image_shape
        architectures = dict.fromkeys(network.record.architecture for network in self.networks)
        return {
            "title": f"{', '.join(architectures)}, trained on {data_name(data)}",
            "data": data_name(data),
            "classes": list(data.classes) or [str(label) for label in range(data.class_count)],
            "image": [height, width, channels],
            "digits": is_searched(data),
            "networks": [_network_json(network) for network in self.networks],
        }

    async def see(self, image: ImageBytes) -> Seen:
        """What the networks see in an image: just as `predict` prepares it. Raises DataError for what is none."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, _see, image, self.data)

    async def predict(self, seen: Seen, asked: Sequence[ServedNetwork], epoch: int | None) -> Json:
        """What the networks say to an image, and how far they agree."""
        pixels = seen.pixels
        answers = [] if pixels is None else await asyncio.gather(*(_answer(one, pixels, epoch) for one in asked))
        classes = {answer["class"] for answer in answers if "class" in answer}
        chances = [answer["probabilities"] for answer in answers if answer.get("probabilities")]
        answered = sum("class" in answer for answer in answers)
        return seen.as_json() | {
            "answers": answers,
            "agree": len(classes) == 1 if answered > 1 else None,
            "difference": _difference(chances),
        }

    async def layers(self, seen: Seen, network: ServedNetwork, epoch: int | None) -> Json:
        """What the first layers make of an image."""
        if seen.pixels is None:
            return {"layers": [], "note": seen.note}
        found = await _asked(network, ShowLayers(_epoch(network, epoch), seen.pixels.tobytes()))
        assert isinstance(found, Layers)
        layers = [
            {"name": one.name, "height": one.height, "width": one.width, "maps": [list(each) for each in one.maps]}
            for one in found.layers
        ]
        return {"layers": layers, "note": seen.note}

    async def nearest(self, seen: Seen, network: ServedNetwork) -> Json:
        """The training images that are nearest to an image by the last hidden layer."""
        if self.known.missing:
            raise Refusal(404, f"The training images cannot be shown: {self.known.missing}")
        if not self.known.are_ready(network):
            raise Refusal(503, "The training images are being prepared. Ask again in some seconds.")
        if seen.pixels is None:
            return {"images": [], "note": seen.note}
        found = await _asked(network, Describe(network.last_epoch, 1, seen.pixels.tobytes()))
        assert isinstance(found, Features)
        loop = asyncio.get_running_loop()
        nearest = await loop.run_in_executor(self._pool, self.known.nearest, network, found)
        images = [_known_json(image) | {"distance": distance} for distance, image in nearest]
        return {"images": images, "note": seen.note}

    def examples(self) -> Json:
        """Some test images."""
        if self.known.examples is None:
            raise Refusal(503, "The test images are being read. Ask again in some seconds.")
        return {"images": [_known_json(image) | {"disputed": image.disputed} for image in self.known.examples]}


def picture_json(pixels: Pixels) -> Json:
    """An image [C, H, W] as values, its channels last."""
    channels, height, width = pixels.shape
    flat = np.moveaxis(pixels, 0, -1).ravel().tolist()
    return {"height": height, "width": width, "channels": channels, "pixels": flat}


def _known_json(image: KnownImage) -> Json:
    return {"label": image.label, "index": image.index} | picture_json(image.pixels)


def _network_json(network: ServedNetwork) -> Json:
    record, worker = network.record, network.worker
    return {
        "id": network.number,
        "backend": record.backend,
        "label": network.label,
        "architecture": record.architecture,
        "seed": record.seed,
        "mode": record.mode,
        "state": worker.state.value,
        "reason": worker.reason or None,
        "epochs": sorted(network.checkpoints),
        "accuracy": {str(epoch): accuracy for epoch, accuracy in network.accuracies.items()},
    }


def _see(image: ImageBytes, data: DataSpec) -> Seen:
    from mnist_compare.data.preparation import has_several  # which needs SciPy and scikit-image

    found = see_image(image, raw=False, every=True, data=data)
    if len(found) > 1:
        return Seen(None, SEVERAL.format(count=len(found)))
    digit, reason = found[0].digit, found[0].reason
    if digit is None:
        return Seen(None, NOTES.get(reason, reason))
    note = "of several images in the file the first was read" if has_several(image) else None
    return Seen(digit.reshape(data.image_shape), note)


def _import_preparation() -> None:
    import mnist_compare.data.preparation  # noqa: F401


async def _answer(network: ServedNetwork, pixels: Pixels, epoch: int | None) -> Json:
    if epoch is not None and epoch not in network.checkpoints:
        reason = f"there is no checkpoint of epoch {epoch}"
        return {"network": network.number, "state": State.FAILED.value, "reason": reason}
    try:
        found = await _reply(network, Predict(_epoch(network, epoch), 1, pixels.tobytes()))
    except WorkerGone:
        # It may be ready again by now: what was asked of it before is lost all the same.
        state = network.worker.state
        state = State.RESTARTING if state is State.READY else state
        return {"network": network.number, "state": state.value, "reason": network.worker.reason or None}
    if isinstance(found, Fault):
        return {"network": network.number, "state": State.FAILED.value, "reason": found.reason}
    assert isinstance(found, Predicted)
    return {
        "network": network.number,
        "probabilities": found.probabilities[0] if found.probabilities else None,
        "class": found.classes[0],
        "milliseconds": 1000 * found.seconds,
    }


async def _asked(network: ServedNetwork, question: ShowLayers | Describe) -> Answer:
    """The answer; raises Refusal where there is none."""
    try:
        found = await _reply(network, question)
    except WorkerGone:
        raise Refusal(503, f"{network.label} is {network.worker.state}. Ask again in some seconds.") from None
    if isinstance(found, Fault):
        raise Refusal(404, f"{network.label} cannot say that: {found.reason}")
    return found


async def _reply(network: ServedNetwork, question: Predict | ShowLayers | Describe) -> Answer:
    return await asyncio.wrap_future(network.worker.ask(question))


def _epoch(network: ServedNetwork, epoch: int | None) -> int:
    if epoch is None:
        return network.last_epoch
    if epoch not in network.checkpoints:
        raise Refusal(400, f"{network.label} has no checkpoint of epoch {epoch}. Valid: {_told(network.checkpoints)}.")
    return epoch


def _told(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))


def _difference(chances: list[list[float]]) -> float | None:
    """The largest difference of a probability between two networks."""
    if len(chances) < 2 or len({len(one) for one in chances}) > 1:
        return None
    return float(np.ptp(np.array(chances), axis=0).max())
