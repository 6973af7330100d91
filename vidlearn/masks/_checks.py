"""What every function here asks of frames and masks."""

import numpy as np


def check_frames(frames, *, least=1):
    """Refuse frames that are not (T, H, W, 3) uint8, T at least `least`."""
    kind, shape = getattr(frames, "dtype", type(frames).__name__), np.shape(frames)
    if kind != np.uint8 or len(shape) != 4 or shape[-1] != 3 or shape[0] < least:
        raise ValueError(
            f"frames must be (T, H, W, 3) uint8 RGB, T at least {least}. Received: {kind} of shape "
            f"{shape}. From floats 0 to 1: (frames * 255).round().astype(np.uint8)"
        )


def check_frame(name, frame):
    """Refuse a frame that is not (H, W, 3) uint8."""
    kind, shape = getattr(frame, "dtype", type(frame).__name__), np.shape(frame)
    if kind != np.uint8 or len(shape) != 3 or shape[-1] != 3:
        raise ValueError(f"{name} must be (H, W, 3) uint8 RGB. Received: {kind} of shape {shape}")


def checked_flow(name, flow):
    """Return a flow (H, W, 2) as float32, or refuse it, or one of which something is not finite."""
    flow = np.asarray(flow, np.float32)
    if flow.ndim != 3 or flow.shape[-1] != 2 or not flow.size:
        raise ValueError(
            f"{name} must be (H, W, 2), as backward_flow gives it. Received: shape {flow.shape}"
        )
    if not np.isfinite(flow).all():
        raise ValueError(f"{name} must be finite, and in places it is not")
    return flow


def checked_mask(name, mask, size, *, empty=False):
    """Return a mask of this height and width as bool, or refuse it, or one of no pixel."""
    mask = np.asarray(mask)
    if mask.shape != tuple(size) or mask.dtype.kind not in "bui":
        raise ValueError(
            f"{name} must be {tuple(size)} bool, as high and wide as the frames, True where the "
            f"thing is. Received: {mask.dtype} of shape {mask.shape}"
        )
    if mask.dtype != bool and np.setdiff1d(mask, (0, 1)).size:
        raise ValueError(
            f"{name} must be of one thing, True or 1 where it is. Received the numbers "
            f"{np.unique(mask)[:6].tolist()}; of many things, take one after the other: ids == 3"
        )
    if not (empty or mask.any()):
        raise ValueError(f"{name} must hold at least one pixel. Received: none")
    return mask.astype(bool)
