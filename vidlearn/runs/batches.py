"""Pictures and their truths, or clips, batch by batch, changed anew in every epoch."""

import keras
import numpy as np

from vidlearn.boxes import Truth
from vidlearn.models import letterbox, pad_truths


class Batches(keras.utils.PyDataset):
    """What `fit` of a detector takes.

    The order and the changes of an epoch depend on its number alone, so that a training that goes
    on sees what it would have seen.

    Parameters
    ----------
    frames : sequence of ndarray
        (H, W, 3) uint8 each; loaded when its turn comes, where the sequence does so.
    truths : sequence of Truth
        One for each frame.
    size : (int, int)
        Height and width of the network's pictures.
    batch_size : int
        Pictures at a time.
    steps : int, optional
        Batches in an epoch; default: every picture once. More than that begins anew.
    augment : vidlearn.datasets.Augment, optional
        Changes a picture and its truth.
    seed : int
        Of the order.
    shuffle : bool
        Whether each epoch has an order of its own.
    epoch : int
        The first epoch's number, where a training goes on.
    first : int
        Batches to leave out at the beginning of an epoch: they were seen before.
    """

    def __init__(
        self,
        frames,
        truths,
        *,
        size,
        batch_size=16,
        steps=None,
        augment=None,
        seed=0,
        shuffle=True,
        epoch=0,
        first=0,
    ):
        super().__init__()
        if len(frames) != len(truths) or not len(frames):
            raise ValueError(
                "frames and truths must be as many, at least one. "
                f"Received: {len(frames)} frames, {len(truths)} truths"
            )
        self.frames, self.truths, self.size = frames, truths, tuple(size)
        self.batch_size, self.augment, self.seed, self.shuffle = batch_size, augment, seed, shuffle
        self.whole = steps is None  # every picture once: the last batch may be smaller
        self.steps = steps or -(-len(frames) // batch_size)
        self.most = max([1, *map(len, truths)])
        self.first = first
        self.epoch = epoch

    def __len__(self):
        return self.steps - self.first

    def on_epoch_end(self):
        self.epoch += 1

    def order(self):
        """Return the numbers of the pictures of this epoch, one after another.

        Returns
        -------
        ndarray
            int64; every picture once before any comes again.
        """
        most = self.steps * self.batch_size
        if not self.shuffle:
            return np.resize(np.arange(len(self.frames)), most)
        return order_of(len(self.frames), most, self.seed, self.epoch)

    def __getitem__(self, index):
        index += self.first
        last = len(self.frames) if self.whole else self.steps * self.batch_size
        start, end = index * self.batch_size, min((index + 1) * self.batch_size, last)
        chosen = self.order()[start:end]
        pairs = [self._one(int(k), index, place) for place, k in enumerate(chosen)]
        pictures, truths = zip(*pairs, strict=True)
        return np.stack(pictures), pad_truths(truths, self.most)

    def _one(self, k, index, place):
        frame, truth = self.frames[k], self.truths[k]
        if self.augment:
            draw = (self.epoch, index * self.batch_size + place)
            frame, truth = self.augment(frame, truth, draw=draw)
        picture, factor = letterbox(frame, self.size)
        if factor != 1:
            truth = Truth(truth.boxes * factor, truth.labels, truth.difficult, truth.crowd)
        return picture, truth


def order_of(count, most, seed, epoch):
    """Return so many numbers below `count`: every one once before any comes again."""
    rng = np.random.default_rng([seed, epoch])
    rounds = -(-most // count)
    return np.concatenate([rng.permutation(count) for _ in range(rounds)])[:most]


class Streamed(keras.utils.PyDataset):
    """Batches as they come, for `fit`, which looks at the first ones twice.

    Parameters
    ----------
    source : iterator
        Of batches.
    steps : int
        How many there are.
    """

    def __init__(self, source, steps):
        super().__init__()
        self.source, self.steps = source, steps
        self.kept, self.read = {}, 0

    def __len__(self):
        return self.steps

    def __getitem__(self, index):
        while self.read <= index:
            self.kept[self.read] = next(self.source)
            self.kept.pop(self.read - 4, None)
            self.read += 1
        return self.kept[index]
