"""Image files are changed one by one as they are read: so they may be of several sizes, and large."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mnist_compare.data.changes import ImageChanges, Shape
from mnist_compare.data.readers.pictures import Picture
from mnist_compare.data.readers.reader import Images


@dataclass
class Changer:
    """Makes `changes`, where there are any, in the images of a set, and remembers the shapes that they had."""

    changes: ImageChanges | None
    shapes: set[Shape] = field(default_factory=set)

    def pictures(self, pictures: Iterable[Picture]) -> Iterator[Picture]:
        """The pictures in turn, changed."""
        for picture in pictures:
            yield Picture(picture.where, self.images(picture.pixels[None], picture.where)[0])

    def images(self, images: Images, where: str) -> Images:
        """Images of one shape, [N, H, W] or [N, C, H, W], changed."""
        if self.changes is None:
            return images
        images = images[:, None] if images.ndim == 3 else images
        channels, height, width = images.shape[1:]
        self.shapes.add((channels, height, width))
        changed = self.changes.of(images, where)
        return changed[:, 0] if changed.shape[1] == 1 else changed

    @property
    def made(self) -> ImageChanges | None:
        """The changes that have made a difference; None where none has. Gray images beside others count as these."""
        if self.changes is None:
            return None
        channels = max(shape[0] for shape in self.shapes)
        sizes = {shape[1:] for shape in self.shapes}
        return self.changes.needed((channels, *sizes.pop())) if len(sizes) == 1 else self.changes.of_sizes(channels)
