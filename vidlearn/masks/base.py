"""The network that comes with the library: it mends rough masks of things it never saw."""

from importlib import resources

FILE = "unet.keras"


def load_base():
    """Load the U-Net that comes with the library; `weights/README.md` tells what it is.

    It has learned what things look like, and to mend a rough mask. `adapt` teaches a copy of it
    the one thing that is to be followed.

    Returns
    -------
    keras.Model
        A new one at each call, ``build_unet((None, None, 4), filters=(8, 16, 32, 64))``.

    Examples
    --------
    >>> load_base().input_shape
    (None, None, None, 4)

    Lesson 23 uses it.
    """
    import keras

    with resources.as_file(resources.files(__package__) / "weights" / FILE) as path:
        return keras.saving.load_model(path, compile=False)
