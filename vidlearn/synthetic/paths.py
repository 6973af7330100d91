"""Where the objects and the camera go."""

import numpy as np

CAMERAS = ("still", "pan", "shake", "zoom")
PERIOD = 120  # frames in which the camera goes there and back


def camera_path(camera, frames, size, rng):
    """Plan what the camera sees.

    Parameters
    ----------
    camera : str
        One of `CAMERAS`.
    frames : int
        Number of frames, T.
    size : (int, int)
        Height and width of the frame in pixels.
    rng : numpy.random.Generator
        Draws the phases.

    Returns
    -------
    views : ndarray
        (T, 3) float64: left and top edge of the view in the world, in pixels, and its zoom.
    world : (int, int)
        Height and width of the world.
    """
    height, width = size
    views = np.tile([0.0, 0.0, 1.0], (frames, 1))
    if camera == "still":
        return views, size
    there_and_back = (1 - np.cos(2 * np.pi * (np.arange(frames) / PERIOD + rng.random()))) / 2
    if camera == "pan":
        views[:, 0] = 0.5 * width * there_and_back
        return views, (height, round(1.5 * width))
    if camera == "zoom":
        views[:, 2] = 1 + 0.35 * there_and_back
        views[:, 0] = width / 2 * (1 - 1 / views[:, 2])
        views[:, 1] = height / 2 * (1 - 1 / views[:, 2])
        return views, size
    reach = 0.04 * np.array([width, height])
    waves = np.sin(
        2 * np.pi * (np.arange(frames)[:, None, None] / [40, 17, 7] + rng.random((2, 3)))
    )  # (T, 2, 3): slow, middle, fast
    views[:, :2] = reach * (1 + waves @ [0.5, 0.3, 0.2])
    return views, (height + 2 * round(reach[1] + 0.5), width + 2 * round(reach[0] + 0.5))


def object_paths(frames, world, radii, spins, *, speed, apart, rng):
    """Let objects move straight on and bounce.

    Parameters
    ----------
    frames : int
        Number of frames, T.
    world : (int, int)
        Height and width of the world in pixels.
    radii : sequence of float
        Radius of each of K objects, in pixels.
    spins : sequence of bool
        Whether each turns round and round; the others sway a little.
    speed : float
        Mean speed in pixels per frame.
    apart : bool
        Whether they bounce off each other, too.
    rng : numpy.random.Generator
        Draws places, directions and speeds.

    Returns
    -------
    places : ndarray
        (T, K, 2) float64 centres x, y.
    angles : ndarray
        (T, K) float64 radians.

    Raises
    ------
    ValueError
        If the objects do not fit, or cannot keep apart.
    """
    count = len(radii)
    radii = np.array(radii, np.float64).reshape(count, 1)
    low, high = radii, np.array(world[::-1], np.float64) - radii
    if (low > high).any():
        raise ValueError(
            f"scale must let each object fit into the world of {world[0]} x {world[1]} pixels. "
            f"Received: an object {2 * radii.max():.0f} pixels across; give a smaller scale"
        )
    for _ in range(200):
        start = _start(low, high, radii, apart, rng)
        heading = rng.uniform(0, 2 * np.pi, count)
        pace = speed * rng.uniform(0.6, 1.4, count)
        velocity = np.stack([np.cos(heading), np.sin(heading)], axis=-1) * pace[:, None]
        places = _bounced(frames, start, velocity, low, high, radii if apart else None)
        if places is not None:
            break
    else:
        raise ValueError(
            f"objects must find room to keep apart when occlusion is 'none'. Received: {count} "
            f"objects up to {2 * radii.max():.0f} pixels across in {world[0]} x {world[1]} pixels; "
            "give fewer objects, a smaller scale, or occlusion='objects'"
        )
    time = np.arange(frames)[:, None]
    turn = rng.uniform(0.02, 0.06, count) * rng.choice([-1, 1], count)
    phase = rng.uniform(0, 2 * np.pi, count)
    sway = 0.14 * np.sin(2 * turn * time + phase)
    return places, np.where(np.array(spins, bool), turn * time + phase, sway)


def _start(low, high, radii, apart, rng):
    """Draw (K, 2) centres; with `apart`, draw each again, up to 100 times, while it overlaps."""
    places = rng.uniform(low, high)
    for k in range(1, len(places) if apart else 0):
        for _ in range(100):
            away = np.linalg.norm(places[:k] - places[k], axis=-1) - radii[:k, 0]
            if (away > radii[k]).all():
                break
            places[k] = rng.uniform(low[k], high[k])
    return places


def _bounced(frames, place, velocity, low, high, radii):
    """Return (T, K, 2) centres, or None where two objects of these radii came to overlap."""
    places = np.empty((frames, *place.shape))
    for t in range(frames):
        if radii is not None and _gaps(place, radii).min(initial=1.0) < 0:
            return None
        places[t] = place
        if radii is not None:
            velocity = _collided(place, velocity, radii)
        place = place + velocity
        over, under = place > high, place < low
        place = np.where(over, 2 * high - place, np.where(under, 2 * low - place, place))
        velocity = np.where(over | under, -velocity, velocity)
        place = np.clip(place, low, high)
    return places


def _gaps(place, radii):
    """Return the free distance between the objects of each pair (K, K), infinite to oneself."""
    apart = np.linalg.norm(place[:, None] - place[None], axis=-1) - (radii + radii.T)
    np.fill_diagonal(apart, np.inf)
    return apart


def _collided(place, velocity, radii):
    """Let each pair that would touch in the next frame exchange its speeds along the line."""
    velocity = velocity.copy()
    for i, j in np.argwhere(np.triu(_gaps(place, radii) < 2 * np.abs(velocity).max())):
        line = (place[i] - place[j]) / np.linalg.norm(place[i] - place[j])
        closing = (velocity[j] - velocity[i]) @ line
        if closing > 0:
            velocity[i] += closing * line
            velocity[j] -= closing * line
    return velocity
