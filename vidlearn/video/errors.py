"""What went wrong with a video, in one sentence that says how to mend it."""


class VideoError(ValueError):
    """Nothing can be returned. The message says what, where, and how to mend it."""


class VideoWarning(UserWarning):
    """Something was returned, and the message says what was not."""
