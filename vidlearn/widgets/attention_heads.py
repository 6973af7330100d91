"""Attention over the frames and patches of a clip, head by head."""

import numpy as np
from traitlets import Bytes, Int, List, Tuple, Unicode, validate

from .base import Interactive
from .media import as_bytes, opened, pressed
from .traits import Number

MOST_FRAMES, MOST_MOMENTS, MOST_PATCHES = 64, 16, 400
MOST_WEIGHTS, MOST_PICTURES = 190_000, 60_000  # bytes, before base64
AXES = ("both", "time", "space")
GLOW = (255, 200, 0)


class AttentionHeads(Interactive):
    """Choose a patch of a frame and see which patches of all frames it attends to, head by head.

    The weights glow over the pictures on one scale for all heads; every head stands beside the
    others in small, with its entropy; below each frame stands what it gets in all.

    Parameters
    ----------
    clip : ndarray, (T, H, W, 3) or (T, H, W), uint8
        The clip that the weights are of, at most 64 frames.
    weights : array_like or dict of str to array_like
        (L, heads, Q, Q) of L layers, or (heads, Q, Q), or (Q, Q); each row sums to 1. The Q tokens
        go moment by moment, within it row by row. Or what `vidlearn.models.attention_maps` gives
        for one clip: a dict of "both", "time" and "space".
    grid : (int, int, int), optional
        Moments T', rows and columns of the tokens; T a multiple of T'. Where it is left out, an
        array has a token for each frame or for every 2, 4, ... frames, and the patches of a dict
        have the shape of the frames.
    over : {"both", "time", "space"}, optional
        Which attention of a dict is shown first.
    layer, head, query : int, default 0, 0 and the token in the middle
        What is shown first, counted from 0.
    speed : float, default 3
        Queries a second while it plays.
    max_width : int, default 96
        Wider frames are stored at this width.

    Attributes
    ----------
    over, layer, head, query
        What the reader chose last.

    Raises
    ------
    ValueError
        If shapes do not belong together, rows do not sum to 1, an option is out of range, or it is
        more than a notebook should hold.

    Notes
    -----
    The browser gets the root of each weight, as a share of its row's root of the largest, in 8
    bits: before each row is brought to the sum 1 again, a weight is less than 0.4 % of the
    largest in its row off.

    Examples
    --------
    >>> clip = np.zeros((8, 24, 36, 3), np.uint8)
    >>> AttentionHeads(clip, np.full((2, 24, 24), 1 / 24), grid=(4, 2, 3))
    AttentionHeads(4 moments of 2×3 patches, 1 layer, 2 heads)

    Lesson 20 uses it.
    """

    over = Unicode().tag(sync=True)
    layer = Int(0).tag(sync=True)
    head = Int(0).tag(sync=True)
    query = Int(0).tag(sync=True)
    speed = Number(above=0).tag(sync=True)
    _grid = Tuple(help="Moments, rows, columns").tag(sync=True)
    _span = Int(help="Frames in a moment").tag(sync=True)
    _maps = List(help="Name and shape of each attention").tag(sync=True)
    _weights = Bytes(help="Roots of the weights, uint8").tag(sync=True)
    _frames = List(help="WebP pictures, one for each moment").tag(sync=True)
    _size = Tuple(help="Width and height stored").tag(sync=True)

    def __init__(
        self,
        clip,
        weights,
        *,
        grid=None,
        over=None,
        layer=0,
        head=0,
        query=None,
        speed=3,
        max_width=96,
    ):
        maps, clip = _maps_of(weights), np.asarray(clip)
        if clip.ndim not in (3, 4) or not 1 <= len(clip) <= MOST_FRAMES:
            raise ValueError(
                f"clip must be (T, H, W, 3) or (T, H, W) with 1 to {MOST_FRAMES} frames. Received "
                f"shape {clip.shape}."
            )
        grid = _grid_of(maps, clip.shape, grid)
        span = len(clip) // grid[0]
        frames, sizes = pressed(list(clip[(span - 1) // 2 :: span]), max_width, most=MOST_PICTURES)
        packed = [_packed(array) for array in maps.values()]
        if sum(map(len, packed)) > MOST_WEIGHTS:
            raise ValueError(
                f"weights are too many for a notebook: {sum(map(len, packed))} numbers, where "
                f"{MOST_WEIGHTS} are allowed. Show fewer layers, such as the first and the last: "
                "weights[[0, -1]], or {axes: found[[0, -1]] for axes, found in maps.items()}."
            )
        super().__init__(
            speed=speed,
            _grid=grid,
            _span=span,
            _maps=[[name, list(array.shape)] for name, array in maps.items()],
            _weights=b"".join(packed),
            _frames=frames,
            _size=sizes[0][0],
        )
        middle = np.ravel_multi_index([n // 2 for n in grid], grid)
        self.over = next(iter(maps)) if over is None else over
        self.layer, self.head = layer, head
        self.query = int(middle) if query is None else query

    @validate("over", "layer", "head", "query")
    def _there(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        shapes = dict(self._maps)
        if name == "over":
            if value not in shapes:
                raise ValueError(f"over must be one of {', '.join(shapes)}. Received: {value!r}")
            layers, heads = shapes[value][:2]
            self.layer, self.head = min(self.layer, layers - 1), min(self.head, heads - 1)
            return value
        layers, heads = shapes.get(self.over, (1, 1))[:2]  # before one is chosen, only the first
        most = {"layer": layers, "head": heads, "query": int(np.prod(self._grid))}[name]
        if not 0 <= value < most:
            raise ValueError(f"{name} must be from 0 to {most - 1}. Received: {value}")
        return value

    def stored(self):
        """Return the weights as the browser has them, by name, in the shapes that were given.

        Returns
        -------
        maps : dict of str to ndarray, float64
        """
        sizes = [int(np.prod(shape)) for _, shape in self._maps]
        parts = np.split(np.frombuffer(self._weights, "u1"), np.cumsum(sizes)[:-1])
        found = {}
        for (name, shape), part in zip(self._maps, parts, strict=True):
            squares = part.astype(float).reshape(shape) ** 2
            found[name] = squares / squares.sum(axis=-1, keepdims=True)
        return found

    def describe(self):
        moments, rows, columns = self._grid
        kinds = []
        for name, (layers, heads, *_) in self._maps:
            over = "" if name == "both" else f"over {name} "
            counted = f"{layers} layer{'s' * (layers > 1)}, {heads} head{'s' * (heads > 1)}"
            kinds.append(over + counted)
        patches = f" of {rows}×{columns} patches" if rows * columns > 1 else ""
        return f"{moments} moments{patches}, {'; '.join(kinds)}"

    def poster(self):
        """Return the frames with what the query attends to, as JPEG."""
        from PIL import Image, ImageDraw

        moments, rows, columns = self._grid
        place = np.unravel_index(self.query, self._grid)
        glow = self._glow()
        wide, most = 120, glow.max() or 1
        tall = max(20, round(wide * self._size[1] / self._size[0]))
        down = -(-moments // 6)
        across = -(-moments // down)
        sheet = Image.new("RGB", (across * (wide + 6) - 6, down * (tall + 6) - 6), "white")
        for t, frame in enumerate(self._frames):
            picture = opened(frame).convert("L").convert("RGB").resize((wide, tall))
            share = np.array(
                Image.fromarray((255 * glow[t] / most).round().astype(np.uint8)).resize(
                    (wide, tall), Image.Resampling.NEAREST
                )
            )
            alpha = 0.75 * share[..., None] / 255
            mixed = np.array(picture) * 0.6 * (1 - alpha) + np.array(GLOW) * alpha
            picture = Image.fromarray(mixed.round().astype(np.uint8))
            if t == place[0]:
                height, width = tall / rows, wide / columns
                box = [place[2] * width, place[1] * height]
                box += [box[0] + width - 1, box[1] + height - 1]
                ImageDraw.Draw(picture).rectangle(box, outline="#56b4e9", width=3)
            sheet.paste(picture, (t % across * (wide + 6), t // across * (tall + 6)))
        return "image/jpeg", as_bytes(sheet, "JPEG", quality=75, optimize=True)

    def _glow(self):
        """Return what each patch gets from the query, (T', rows, columns)."""
        moments, rows, columns = self._grid
        found = self.stored()[self.over][self.layer, self.head]
        if self.over == "both":
            return found[self.query].reshape(self._grid)
        moment, place = divmod(self.query, rows * columns)
        glow = np.zeros((moments, rows * columns))
        if self.over == "space":
            glow[moment] = found[moment, place]
        elif len(found) == 1:
            glow[:] = found[0, moment][:, None]
        else:
            glow[:, place] = found[place, moment]
        return glow.reshape(self._grid)


def _maps_of(weights):
    """Return weights as a dict of (L, heads, ...) arrays, or say what is wrong with them."""
    if not isinstance(weights, dict):
        weights = np.asarray(weights, float)
        if weights.ndim not in (2, 3, 4):
            raise ValueError(
                "weights must be (L, heads, Q, Q), (heads, Q, Q) or (Q, Q). Received shape "
                f"{weights.shape}."
            )
        weights = {"both": weights[(None,) * (4 - weights.ndim)]}
    maps = {name: np.asarray(found, float) for name, found in weights.items() if name in AXES}
    if not maps or len(maps) < len(weights):
        raise ValueError(
            f"weights must be of {', '.join(AXES)}, as attention_maps names them. Received: "
            f"{', '.join(map(str, weights)) or 'none'}"
        )
    for name, found in maps.items():
        axes = 4 if name == "both" else 5
        if found.ndim != axes or found.shape[-1] != found.shape[-2] or not found.size:
            wanted = "(L, heads, Q, Q)" if axes == 4 else "(L, heads, N, Q, Q)"
            raise ValueError(
                f"weights over {name} must be {wanted}, those of one clip: "
                f"attention_maps(model, clip). Received shape {found.shape}."
            )
        sums = found.sum(axis=-1)
        if not (np.isfinite(sums).all() and found.min() >= 0 and np.abs(sums - 1).max() < 1e-3):
            raise ValueError(
                f"weights over {name} must not be negative, and each row (the last axis) must sum "
                f"to 1. Received sums from {sums.min():.3g} to {sums.max():.3g}, the least weight "
                f"{found.min():.3g}. A softmax over another axis than the last gives such rows."
            )
    return maps


def _grid_of(maps, shape, grid):
    """Return moments, rows and columns of the tokens, if the weights and the clip have them."""
    frames, height, width = shape[:3]
    if grid is None:
        if "both" in maps:
            moments, places = maps["both"].shape[-1], 1
            if frames % moments:
                raise ValueError(
                    f"grid must be given where there are patches: (moments, rows, columns) of the "
                    f"{moments} tokens, for {frames} frames. Received: None"
                )
        else:
            time, space = (np.shape(maps.get(name)) for name in ("time", "space"))
            moments = time[-1] if time else space[2]
            places = space[-1] if space else time[2]
        rows = max(1, round(np.sqrt(places * height / width)))
        grid = moments, rows, places // rows
    grid = tuple(int(n) for n in grid)
    good = len(grid) == 3 and min(grid) > 0 and frames % grid[0] == 0
    fits = good and all(_fits(name, found.shape, grid) for name, found in maps.items())
    if not fits or grid[0] > MOST_MOMENTS or grid[1] * grid[2] > MOST_PATCHES:
        shapes = ", ".join(f"{name} {found.shape}" for name, found in maps.items())
        raise ValueError(
            "grid must be (moments, rows, columns) of the tokens: at most "
            f"{MOST_MOMENTS} moments that divide the {frames} frames, and {MOST_PATCHES} patches "
            f"in each. Received {grid} for weights of {shapes}."
        )
    return grid


def _fits(name, shape, grid):
    moments, places = grid[0], grid[1] * grid[2]
    if name == "both":
        return shape[-1] == moments * places
    if name == "space":
        return shape[2] == moments and shape[-1] == places
    return shape[2] in (1, places) and shape[-1] == moments


def _packed(found):
    """Return the root of each weight as bytes, 255 for the largest of its row."""
    return (255 * np.sqrt(found / found.max(axis=-1, keepdims=True))).round().astype("u1").tobytes()
