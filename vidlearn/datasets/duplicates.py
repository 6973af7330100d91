"""The same picture twice, to the byte, to the pixel or nearly: leakage where splits differ.

Two pictures are nearly the same where at most 24 of the 128 bits of their difference hashes differ
and their thumbnails correlate at 0.7 or more. Measured on the 364 blood cell pictures of BCCD,
66,066 pairs that look much alike: two pairs are named, and both show the same cells (one lies in
train and val, one in val and test). No other pair is below 31 bits. A copy saved again, at half the
size, darker, brighter, or cut by 1 % on each side differs in at most 12 bits; cut by 3 %, in 21.

References
----------
N. Krawetz, "Kind of like that", 2013 (the difference hash, here in rows and in columns).
"""

from __future__ import annotations

import numpy as np

from vidlearn.video.folder import load

BITS = 24
CORRELATION = 0.7
SURELY, SURELY_ALIKE = 4, 0.999  # bits and correlation from which on pixels are compared
AT_ONCE = 2**22  # pairs in memory


def find_duplicates(labels, headers, looks):
    """Note every picture that was seen before, in another split or in the same."""
    once = {entry.picture: entry for entry in reversed(labels.entries)}
    entries = [e for path, e in once.items() if path in looks and not looks[path].trouble][::-1]
    earlier = _same_bytes(labels, entries, looks)
    entries = [e for e in entries if looks[e.picture].bits and e.picture not in earlier]
    for entry, other, bits, alike in _near(entries, looks):
        sizes = {headers[e.picture].size for e in (entry, other)}
        close = bits <= SURELY and alike > SURELY_ALIKE and len(sizes) == 1
        if close and _same_pixels(entry, other):
            _tell(labels, "same-picture", entry, other, how="the same pixels")
        else:
            _tell(labels, "near-duplicate", entry, other, bits=bits)


def _tell(labels, kind, entry, other, **details):
    across = entry.split != other.split
    kind += "-across" * across
    splits = f"{other.split or 'no split'} and {entry.split or 'no split'}"
    told = labels.relative(other.picture)
    labels.found(kind, entry.picture, other=told, splits=splits, **details)


def _same_bytes(labels, entries, looks):
    first, again = {}, set()
    for entry in entries:
        others = first.setdefault(looks[entry.picture].digest, {})
        if others:
            across = [other for split, other in others.items() if split != entry.split]
            other = (across or list(others.values()))[0]
            _tell(labels, "same-picture", entry, other, how="the same bytes")
            again.add(entry.picture)
        others.setdefault(entry.split, entry)
    return again


def _same_pixels(entry, other):
    return np.array_equal(load(entry.picture, None, "rgb"), load(other.picture, None, "rgb"))


def _near(entries, looks):
    """Yield (entry, the nearest earlier one, bits, correlation); other splits go before."""
    count = len(entries)
    codes = np.array([looks[e.picture].bits for e in entries], np.uint64).reshape(-1, 2)
    thumbs = np.array([looks[e.picture].thumb.ravel() for e in entries], np.float32)
    splits = np.unique([e.split for e in entries], return_inverse=True)[1]
    step = max(1, AT_ONCE // max(count, 1))
    for start in range(0, count, step):
        rows = np.arange(start, min(start + step, count))
        bits = np.bitwise_count(codes[rows, None, 0] ^ codes[None, :, 0]).astype(np.int16)
        bits += np.bitwise_count(codes[rows, None, 1] ^ codes[None, :, 1])  # (rows, count)
        bits[rows[:, None] <= np.arange(count)] = 999
        for k in rows[(bits <= BITS).any(1)]:
            near = np.flatnonzero(bits[k - start] <= BITS)
            alike = thumbs[near] @ thumbs[k] / thumbs.shape[1]
            near, alike = near[alike >= CORRELATION], alike[alike >= CORRELATION]
            if len(near):
                same_split = splits[near] == splits[k]
                best = np.lexsort((near, bits[k - start, near], same_split))[0]
                other = near[best]
                yield entries[k], entries[other], int(bits[k - start, other]), alike[best]
