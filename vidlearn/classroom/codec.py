"""Numbers, texts and arrays as bytes and back, without pickle, for a reader that trusts nobody."""

import json
import struct

import numpy as np

__all__ = ["MOST", "Opaque", "pack", "read", "unpack", "write"]

MOST = 256 * 2**20  # bytes of one message
WORDS = 12 * 2**20  # bytes of it that are no array: as objects they need fifty times the room
DEEPEST = 24
KINDS = "biufcU"


class Opaque:
    """What could not cross: a model, a generator, an object of the student's own.

    Parameters
    ----------
    kind : str
        Name of its type.
    """

    def __init__(self, kind):
        self.kind = kind

    def __repr__(self):
        return f"<{self.kind}>"


def pack(value):
    """Turn a value into bytes.

    Parameters
    ----------
    value : object
        None, truth values, numbers, texts, arrays, and lists, tuples and dicts of them. Tensors
        become arrays; anything else becomes `Opaque`.

    Returns
    -------
    bytes
    """
    blobs = []
    text = json.dumps(_plain(value, blobs, 0)).encode()
    if len(text) > WORDS:
        blobs, text = (
            [],
            json.dumps({"opaque": f"{type(value).__name__} without end"[:60]}).encode(),
        )
    return struct.pack("<Q", len(text)) + text + b"".join(blobs)


def unpack(data):
    """Turn bytes into a value.

    Parameters
    ----------
    data : bytes
        What `pack` made, or what somebody made up.

    Returns
    -------
    object

    Raises
    ------
    ValueError
        If the bytes are not such a value.

    Examples
    --------
    >>> unpack(pack({"boxes": np.zeros((2, 4)), "names": ("cat", None)}))["names"]
    ('cat', None)
    """
    try:
        (size,) = struct.unpack_from("<Q", data)
        if size > min(len(data) - 8, WORDS):
            raise ValueError
        rest = memoryview(data)[8 + size :]
        return _value(json.loads(bytes(data[8 : 8 + size])), rest, 0)
    except Exception as error:  # what NumPy makes of a dtype that was made up, too
        raise ValueError("what came is not a value that was packed") from error


def write(stream, value):
    """Write one message.

    Parameters
    ----------
    stream : file
        Open for bytes.
    value : object
        As for `pack`.
    """
    data = pack(value)
    stream.write(struct.pack("<Q", len(data)) + data)
    stream.flush()


def read(stream):
    """Read one message.

    Parameters
    ----------
    stream : file
        Open for bytes.

    Returns
    -------
    object

    Raises
    ------
    EOFError
        At the end of the stream.
    ValueError
        If what comes is no message, or a message longer than `MOST`.
    """
    head = _exactly(stream, 8)
    (size,) = struct.unpack("<Q", head)
    if size > MOST:
        raise ValueError(f"a message of {size} bytes came; {MOST} is the most")
    return unpack(_exactly(stream, size))


def _exactly(stream, size):
    parts, left = [], size
    while left:
        part = stream.read(min(left, 2**20))
        if not part:
            raise EOFError
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _plain(value, blobs, depth):
    """Return what JSON can say of a value; the numbers of arrays go to the blobs."""
    if depth > DEEPEST:
        return {"opaque": type(value).__name__[:60]}
    if value is None or type(value) in (bool, str):
        return value
    if isinstance(value, Opaque):
        return {"opaque": value.kind}
    if isinstance(value, np.bool_):
        return bool(value)
    if type(value) is int:
        return {"int": str(value) if abs(value) < 10**1000 else "0"}
    if type(value) is float:
        return {"float": value.hex()}
    if isinstance(value, list | tuple):
        inside = [_plain(part, blobs, depth + 1) for part in value]
        return {"tuple" if isinstance(value, tuple) else "list": inside}
    if isinstance(value, dict):
        pairs = [[str(key)[:200], _plain(part, blobs, depth + 1)] for key, part in value.items()]
        return {"dict": pairs}
    array = _array(value)
    if array is None:
        return {"opaque": type(value).__name__[:60]}
    blobs.append(array.tobytes())
    return {"array": [array.dtype.str, list(array.shape), isinstance(value, np.generic)]}


def _array(value):
    """Return numbers as an array, or None."""
    if not hasattr(value, "__array__"):
        return None
    try:
        array = np.asarray(value)
    except Exception:  # a tensor that is not there yet
        return None
    return array if array.dtype.kind in KINDS else None


def _value(plain, rest, depth):
    value, left = _next(plain, rest, depth)
    if len(left):
        raise ValueError("bytes are left over")
    return value


def _next(plain, rest, depth):
    """Return a value and the blobs that are left after it."""
    if depth > DEEPEST + 1:
        raise ValueError("too deep")
    if plain is None or isinstance(plain, bool):
        return plain, rest
    if isinstance(plain, str):
        return _whole(plain), rest
    if not isinstance(plain, dict):
        raise ValueError("no such value")
    ((name, inside),) = plain.items()
    if name == "int":
        return int(inside[:1100]), rest
    if name == "float":
        return float.fromhex(inside), rest
    if name == "opaque":
        return Opaque(_whole(str(inside)[:60])), rest
    if name == "array":
        return _read_array(inside, rest)
    parts = []
    for part in inside:
        key, part = part if name == "dict" else (None, part)
        value, rest = _next(part, rest, depth + 1)
        parts.append((_whole(str(key)), value) if name == "dict" else value)
    return {"dict": dict, "list": list, "tuple": tuple}[name](parts), rest


def _whole(text):
    """Return a text without halves of signs, which no file can hold."""
    return text.encode("utf-8", "replace").decode()


def _read_array(inside, rest):
    kind, shape, single = inside
    dtype = np.dtype(str(kind))
    if dtype.kind not in KINDS or len(shape) > 16 or not all(type(n) is int for n in shape):
        raise ValueError("no such array")
    count = 1
    for n in shape:
        if n < 0:
            raise ValueError("a negative size")
        count *= n
    size = count * dtype.itemsize
    if size > len(rest):
        raise ValueError("too few numbers")
    array = np.frombuffer(rest[:size], dtype, count).reshape(shape).copy()
    if dtype.kind == "U":
        codes = np.frombuffer(rest[:size], dtype.str[0] + "u4")
        if ((codes > 0x10FFFF) | ((codes >= 0xD800) & (codes < 0xE000))).any():
            raise ValueError("no such letters")
    return (array[()] if single else array), rest[size:]
