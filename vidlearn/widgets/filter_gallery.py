"""Kernels on a real frame: before, after, and one pixel by hand."""

import numpy as np
from traitlets import Bytes, List

from vidlearn import messages
from vidlearn.plots import signed_map
from vidlearn.scratch import filter2d

from .base import Interactive
from .media import as_bytes, opened, shrink
from .traits import Numbers

KERNELS = {
    "sobel_x": ([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], 1),
    "sobel_y": ([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], 1),
    "laplacian": ([[0, 1, 0], [1, -4, 1], [0, 1, 0]], 1),
    "emboss": ([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]], 1),
    "sharpen": ([[0, -1, 0], [-1, 5, -1], [0, -1, 0]], 1),
    "box_blur": ([[1, 1, 1], [1, 1, 1], [1, 1, 1]], 9),
    "gaussian": ([[1, 2, 1], [2, 4, 2], [1, 2, 1]], 16),
    "identity": ([[0, 0, 0], [0, 1, 0], [0, 0, 0]], 1),
}


class FilterGallery(Interactive):
    """Filter a frame with a kernel of a choice, or with nine numbers of one's own.

    The kernel slides without being turned, over zeros around the frame, as in
    `vidlearn.scratch.filter2d`. The frame is shown in grey, so that each pixel is one number.

    Parameters
    ----------
    frame : ndarray, (H, W, 3) or (H, W), uint8
        The frame, RGB or grey.
    kernels : dict of str to array_like (3, 3), optional
        Names and kernels, the first chosen at the start; by default Sobel x and y, Laplacian,
        emboss, sharpen, box blur, Gaussian and identity.
    max_width : int, default 320
        A wider frame is shrunk to this width.

    Attributes
    ----------
    picture : ndarray, (H', W'), uint8
        The grey picture that the filters work on.
    kernel : list of lists, (3, 3)
        The kernel that is shown, divided already; a new one is shown at once.

    Raises
    ------
    ValueError
        If the frame is no uint8 picture, or a kernel is not 3×3.

    Examples
    --------
    >>> import numpy as np
    >>> frame = np.zeros((90, 160, 3), np.uint8)
    >>> FilterGallery(frame, {"mean of two": [[0, 0, 0], [0, 0.5, 0.5], [0, 0, 0]]})
    FilterGallery(frame 160×90, 1 kernel)

    Lesson 03 uses it.
    """

    _picture = Bytes(help="Grey, PNG").tag(sync=True)
    kernel = Numbers((3, 3)).tag(sync=True)
    _kernels = List(help="Name, rows and divisor of each kernel").tag(sync=True)

    def __init__(self, frame, kernels=None, *, max_width=320):
        if kernels is None:
            names = messages.text("filter_gallery")["kernels"]
            listed = [[names[key], *kernel] for key, kernel in KERNELS.items()]
        else:
            listed = [[str(name), checked(name, kernel), 1] for name, kernel in kernels.items()]
        if not listed:
            raise ValueError("kernels must hold at least one kernel. Received none.")
        grey = shrink(frame, max_width).convert("L")
        self.picture = np.array(grey)
        self._given = f"{np.shape(frame)[1]}×{np.shape(frame)[0]}"
        _, rows, divide = listed[0]
        super().__init__(
            _picture=as_bytes(grey, "PNG", optimize=True),
            _kernels=listed,
            kernel=np.array(rows) / divide,
        )

    def describe(self):
        total = len(self._kernels)
        return f"frame {self._given}, {total} kernel{'s' if total > 1 else ''}"

    def poster(self):
        """Return the frame and the filtered frame side by side, as JPEG."""
        from PIL import Image

        before = opened(self._picture).convert("RGB")
        kernel = np.array(self.kernel)
        after = filter2d(np.array(before.convert("L"), float), kernel)
        if abs(kernel.sum()) < 1e-9:
            after = signed_map()((after / 255 + 1) / 2)[..., :3] * 255
        filtered = Image.fromarray(after.clip(0, 255).round().astype(np.uint8)).convert("RGB")
        both = Image.new("RGB", (2 * before.width + 8, before.height), "white")
        both.paste(before, (0, 0))
        both.paste(filtered, (before.width + 8, 0))
        return "image/jpeg", as_bytes(both, "JPEG", quality=75, optimize=True)


def checked(name, kernel):
    """Return a kernel as nested lists, if it is 3×3 and finite."""
    kernel = np.asarray(kernel, float)
    if kernel.shape != (3, 3) or not np.isfinite(kernel).all():
        raise ValueError(
            f"kernels[{name!r}] must hold 3×3 finite numbers. Received shape {kernel.shape}. "
            "vidlearn.scratch.filter2d takes kernels of any size."
        )
    return kernel.tolist()
