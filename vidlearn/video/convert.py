"""From the decoder's frame to the array: turned upright, sized, in the wanted colours."""

import numpy as np

from .errors import VideoError, warn

FORMATS = {"rgb": "rgb24", "bgr": "bgr24", "gray": "gray", "luma": "gray"}
LUMA_FIRST = {"yuv420p", "yuv422p", "yuv444p", "nv12", "nv21"}  # plane 0 is 8-bit luma, 16 to 235
# Matrices, by their number in ITU-T H.273, that the scaler refuses, and the one taken instead.
MATRICES = {
    3: ("a reserved matrix", 2),
    8: ("YCgCo", 2),
    10: ("BT.2020 with constant luminance", 9),
    11: ("SMPTE 2085", 2),
    12: ("a matrix derived from the primaries", 9),
    13: ("a matrix derived from the primaries", 9),
    14: ("ICtCp", 9),
    15: ("IPT-C2", 2),
    16: ("YCgCo-R", 2),
    17: ("YCgCo-R", 2),
}
TURNS = {90: (0, -1, 1, 0), -90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), -180: (-1, 0, 0, -1)}


class Converter:
    """Turn decoded frames into uint8 arrays, one conversion context for a whole file.

    Parameters
    ----------
    size : (int, int) or None
        Height and width of the result, after the turn; None keeps the frame's own.
    colour : {"rgb", "bgr", "gray", "luma"}
        "luma" is the luminance as the file stores it, "gray" the same stretched to 0-255.
    path : Path
        Named in errors.
    turn : tuple of int or None
        What `display_matrix` says of the first frame of the film.
    """

    def __init__(self, size, colour, path, turn):
        from av.video.reformatter import VideoReformatter

        self.reformat = VideoReformatter().reformat
        self.size, self.colour, self.path, self.turn = size, colour, path, turn
        self.told = False
        # The C library hands memory back after each frame, and the system zeroes it again, until
        # it has seen a larger block come and go. That costs half as much as decoding.
        np.empty(31 * 2**20, np.uint8)

    def __call__(self, frame):
        """Convert one frame to (H, W, 3), or to (H, W) for gray and luma."""
        if frame.format.name in LUMA_FIRST and (
            self.colour == "luma" or (self.colour == "gray" and self.size is None)
        ):
            picture = luminance(frame, stretch=self.colour == "gray")
            return sized(upright(picture, self.turn), self.size)
        return upright(self._coloured(frame), self.turn)

    def _coloured(self, frame):
        import av

        width, height = frame.width, frame.height
        if self.size is not None:
            stands = self.turn is None or self.turn[0]
            height, width = self.size if stands else self.size[::-1]
        smaller = height * width < frame.height * frame.width
        if frame.colorspace in MATRICES:
            name, instead = MATRICES[frame.colorspace]
            frame.colorspace = instead
            if self.colour in ("rgb", "bgr") and not self.told:
                self.told = True
                warn(f"{self.path} stores colours by way of {name}: they come out false.")
        try:
            picture = self.reformat(
                frame,
                width=width,
                height=height,
                format=FORMATS[self.colour],
                interpolation="AREA" if smaller else "BICUBIC",
            )
            return picture.to_ndarray()
        except (av.error.FFmpegError, MemoryError, ValueError) as error:
            raise VideoError(
                f"Frames of {self.path} ({frame.format.name}, {frame.width} x {frame.height}) "
                f"cannot be brought to {width} x {height} {self.colour}: {error}."
            ) from error


def luminance(frame, *, stretch):
    """Return the luminance plane of a frame, (H, W) uint8, as it is or stretched to 0-255."""
    import cv2

    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    stored = rows[: frame.height, : frame.width]
    if not stretch or frame.color_range == 2:  # the file uses the full range
        return stored.copy()
    return cv2.addWeighted(stored, 255 / 219, stored, 0, -16 * 255 / 219)  # saturates


def sized(picture, size):
    """Scale a picture to (height, width)."""
    import cv2

    if size is None or size == picture.shape[:2]:
        return picture
    smaller = size[0] * size[1] < picture.size
    way = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return cv2.resize(picture, size[::-1], interpolation=way)


def display_matrix(frame):
    """Return the signs (a, b, c, d) of a frame's display matrix, or None where it is upright.

    A stored point (x, y) is shown at (a x + c y, b x + d y), up to a shift.
    """
    try:
        data = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:  # PyAV 18.1 knows no EXIF and fails at all that comes with it
        return TURNS.get(frame.rotation)
    if data is None:
        return None
    matrix = np.frombuffer(data, np.int32)
    signs = tuple(int(s) for s in np.sign(matrix[[0, 1, 3, 4]]))
    square = signs[0] * signs[3] and not signs[1] * signs[2]
    turned = signs[1] * signs[2] and not signs[0] * signs[3]
    return signs if (square or turned) and signs != (1, 0, 0, 1) else None


def upright(picture, turn):
    """Turn or mirror a stored picture the way its display matrix says."""
    if turn is None:
        return picture
    a, b, c, d = turn
    if a == 0:  # x and y change places
        picture = np.swapaxes(picture, 0, 1)
    across, down = (a or c), (d or b)
    return np.ascontiguousarray(picture[::down, ::across])
