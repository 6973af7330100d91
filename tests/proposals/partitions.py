"""Partitions of small pictures for property tests, and real pictures."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage import data
from skimage.transform import resize


def picture(name, size):
    """Return a photograph of skimage as uint8 of that height and width."""
    large = getattr(data, name)()
    return resize(large, size, preserve_range=True, anti_aliasing=True).astype(np.uint8)


@st.composite
def partitions(draw, most=(7, 9)):
    """Draw segments (H, W) numbered 0..K-1 in any order; not all are connected."""
    shape = tuple(draw(st.integers(1, side)) for side in most)
    labels = draw(arrays(np.int64, shape, elements=st.integers(0, 6)))
    return np.unique(labels, return_inverse=True)[1].reshape(shape)


@st.composite
def frames_with_segments(draw):
    """Draw a frame (H, W, 3) uint8 and segments of its size."""
    segments = draw(partitions())
    levels = st.sampled_from([0, 9, 60, 61, 130, 200, 255])
    return draw(arrays(np.uint8, (*segments.shape, 3), elements=levels)), segments
