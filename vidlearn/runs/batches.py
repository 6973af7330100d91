"""Pictures and their truths, batch by batch, changed anew in every epoch."""

import keras
import numpy as np

from vidlearn.models import letterbox, pad_truths


class Batches(keras.utils.PyDataset):
    """What `fit` of a detector takes.

    Picture k of epoch e is changed by the same random numbers whatever came before, so that a
    training that goes on sees what it would have seen.

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
    ):
        super().__init__()
        self.frames, self.truths, self.size = frames, truths, tuple(size)
        self.batch_size, self.augment, self.seed, self.shuffle = batch_size, augment, seed, shuffle
        self.steps = steps or -(-len(frames) // batch_size)
        self.most = max([1, *map(len, truths)])
        self.epoch = epoch - 1
        self.on_epoch_begin()

    def __len__(self):
        return self.steps

    def on_epoch_begin(self):
        self.epoch += 1
        self.order = self._order(self.epoch)

    def _order(self, epoch):
        if not self.shuffle:
            return np.arange(len(self.frames))
        rounds = -(-self.steps * self.batch_size // len(self.frames))
        rng = np.random.default_rng([self.seed, epoch])
        return np.concatenate([rng.permutation(len(self.frames)) for _ in range(rounds)])

    def __getitem__(self, index):
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
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
            from vidlearn.boxes import Truth

            truth = Truth(truth.boxes * factor, truth.labels, truth.difficult, truth.crowd)
        return picture, truth
