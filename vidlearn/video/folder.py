"""Pictures read as if they were a video: a folder of them, or a single one."""

from __future__ import annotations

import re
import warnings

import numpy as np

from .errors import VideoError, warn

STILLS = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".jp2", ".tga", ".avif"}
STILLS |= {".pbm", ".pgm", ".ppm", ".pnm"}
ENDINGS = STILLS | {".gif"}  # alone it is a film
PICTURES_FPS = 25.0  # pictures have no clock
SURE = 2**25  # pixels of a folder that are decoded to see whether they can be; then see `trouble`


def natural_key(name):
    """Sort key that puts frame2 before frame10.

    >>> sorted(["frame10.png", "frame2.png"], key=natural_key)
    ['frame2.png', 'frame10.png']
    """
    parts = re.split(r"(\d+)", name.casefold())
    return [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts if p], name


def stamp(path):
    """Return what tells a file from a later one of the same name; None where it is gone."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return str(path), stat.st_mtime_ns, stat.st_size


class Pictures:
    """The pictures of a folder in natural order, or one picture, and what is known about them.

    Parameters
    ----------
    path : Path
        A folder, or the file of one picture.

    Notes
    -----
    Frame i is the i-th picture that can be read. Which can is judged before the first number is
    given, so that it does not depend on what was called before: by decoding, up to 2**25 pixels
    in all; beyond that by the headers, the checksums of PNG and the end mark of JPEG.

    Raises
    ------
    VideoError
        If the folder holds no picture.
    """

    def __init__(self, path):
        self.path = path
        self.judged = {}  # stamp: what is wrong with the picture, or None

    @property
    def files(self):
        """The pictures that can be read, in order, and what is wrong with the others."""
        names, others = [self.path], []
        if self.path.is_dir():
            names, others = self._listed()
        good, bad, left = [], {}, SURE
        for file in names:
            mark = stamp(file)
            if mark not in self.judged or mark is None:
                self.judged[mark], pixels = judge(file, thorough=left > 0)
                left -= pixels
            if self.judged[mark] is None:
                good.append(file)
            else:
                bad[file.name] = self.judged[mark]
        return good, bad, others

    def _listed(self):
        try:
            inside = [p for p in self.path.iterdir() if p.name[0] != "." and not p.is_dir()]
        except OSError as error:
            raise VideoError(
                f"{self.path} cannot be opened ({error.strerror or error})."
            ) from error
        names = [p for p in inside if p.suffix.lower() in ENDINGS]
        if not names:
            raise VideoError(
                f"{self.path} is a folder without pictures. Name a video file, or a folder that "
                f"holds {', '.join(sorted(ENDINGS))}."
            )
        others = [p.name for p in inside if p.suffix.lower() in _other_endings()]
        return sorted(names, key=lambda p: natural_key(p.name)), sorted(others)

    @property
    def count(self):
        """How many pictures can be read."""
        return len(self.files[0])

    @property
    def pixels(self):
        """How many pixels the first picture has."""
        good = self.files[0]
        return opened_picture(good[0])[0][..., 0].size if good else 1

    bound = count
    tick = 0.0

    def times(self):
        """Return (T,) seconds, 25 pictures a second."""
        return np.arange(self.count) / PICTURES_FPS

    def pick(self, wanted, *, size, colour):
        """Yield (number, array) for rising frame numbers; those past the end yield nothing."""
        files, bad, _ = self.files
        if bad:
            warn(f"{self.path}: {left_out(bad)}.")
        for number in wanted:
            while number < len(files):
                try:
                    yield number, load(files[number], size, colour)
                    break
                except VideoError as error:  # judged by its header only, or gone meanwhile
                    self.judged[stamp(files[number])] = str(error)
                    warn(f"{self.path}: {left_out({files.pop(number).name: error})}.")
            else:
                return

    def facts(self, decode):
        """Return what `VideoInfo` holds, without the path."""
        files, bad, others = self.files
        if not files:
            raise VideoError(f"Not one picture of {self.path} can be read: {left_out(bad)}.")
        seen, shapes = [], []
        for file in files if decode else files[:1]:
            picture, oddities = opened_picture(file)
            shapes.append(picture.shape)
            seen += [note for note in oddities if note not in seen]
        what = "a folder of pictures" if self.path.is_dir() else "a picture"
        notes = [f"{what} has no clock; {PICTURES_FPS:g} a second assumed"]
        if len({shape[:2] for shape in shapes}) > 1:
            notes.append("the pictures have several sizes; pass size=(height, width) to read them")
        if bad:
            notes.append(left_out(bad))
        if others:
            notes.append(f"pictures of kinds that are not read: {', '.join(others)}")
        return {
            "width": shapes[0][1],
            "height": shapes[0][0],
            "fps": PICTURES_FPS,
            "frames": len(files),
            "header_frames": None,
            "seconds": len(files) / PICTURES_FPS,
            "codec": "pictures",
            "pixel_format": "rgb24",
            "rotation": 0,
            "pixel_ratio": 1.0,
            "variable_frame_rate": False,
            "has_audio": False,
            "notes": tuple(notes + seen),
        }


def left_out(bad):
    """Say which pictures are left out and why."""
    return "; ".join(f"{name} cannot be read; left out ({why})" for name, why in bad.items())


def _other_endings():
    from PIL import Image

    known = {end for end, kind in Image.registered_extensions().items() if kind in Image.OPEN}
    return known - ENDINGS - {".pdf", ".mpg", ".mpeg", ".eps", ".ps"}


def is_still(path):
    """Whether a file is one picture rather than a film: by its ending, and by what it holds."""
    if path.suffix.lower() not in STILLS:
        return False
    try:
        with _image(path) as image:
            return getattr(image, "n_frames", 1) == 1 or image.format == "TIFF"
    except VideoError:
        return False


def judge(file, *, thorough):
    """Return what is wrong with a picture (None: nothing), and how many pixels it has."""
    try:
        with _image(file) as image:
            pixels = image.width * image.height
            if not thorough:
                _call(file, image.verify)
                if image.format == "JPEG" and b"\xff\xd9" not in _tail(file):
                    return "it is cut off", pixels
        if thorough:
            opened_picture(file)
    except VideoError as error:
        return str(error), 0
    return None, pixels


def _tail(file):
    with file.open("rb") as data:
        data.seek(0, 2)
        data.seek(max(data.tell() - 4096, 0))
        return data.read()


def _call(file, what, *arguments):
    """Call Pillow; its plug-ins raise all kinds of errors for damaged files."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return what(*arguments)
    except Exception as error:
        raise VideoError(str(error).removeprefix(f"{file}: ") or type(error).__name__) from error


def _image(file):
    from PIL import Image

    return _call(file, Image.open, file)


def opened_picture(file):
    """Return a picture as (H, W, 3) or (H, W) uint8, upright, and notes on what it lost."""
    from PIL import ImageOps

    notes = []
    with _image(file) as image:
        pages = getattr(image, "n_frames", 1)
        if pages > 1:
            notes.append(f"{file.name} holds {pages} pictures; only the first is read")
        if _call(file, image.getbands)[-1] in "Aa" or "transparency" in image.info:
            notes.append("there is an alpha channel; frames come out without it")
        kind = image.format
        image = _call(file, ImageOps.exif_transpose, image)
        if image.mode == "F" or image.mode.startswith("I"):
            picture, how = _call(file, _eight_bits, np.asarray(image), kind)
            notes += [how] if how else []
        else:
            grey = image.mode in ("1", "L", "LA")
            picture = np.array(_call(file, image.convert, "L" if grey else "RGB"))
    return picture, notes


def _eight_bits(values, kind):
    """Bring 16 or 32 bits, whole or not, to 0 to 255; return how, too."""
    if values.dtype == np.uint16 or (values.dtype.kind in "iu" and kind == "PPM"):
        return (values >> 8).astype(np.uint8), "16 bits per value; frames come out with 8"
    top = next((top for top in (1, 255, 65535) if np.nanmax(values) <= top), np.nanmax(values))
    if values.dtype.kind in "iu" and top == 1:
        top = 255
    scaled = np.nan_to_num(values.astype(np.float64)).clip(0, top) * (255 / top)
    return scaled.round().astype(np.uint8), f"{values.dtype} values, taken as 0 to {top:g}"


def load(file, size, colour):
    """Read one picture as uint8: upright, alpha dropped, in 8 bits."""
    from PIL import Image

    picture, _ = opened_picture(file)
    wanted = "L" if colour in ("gray", "luma") else "RGB"
    image = Image.fromarray(picture).convert(wanted)
    if size is not None and size != image.size[::-1]:
        image = image.resize(size[::-1], Image.Resampling.BICUBIC)
    frame = np.array(image)
    return np.ascontiguousarray(frame[..., ::-1]) if colour == "bgr" else frame
