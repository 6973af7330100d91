"""The one door to the decoder and the encoder.

============================  ==============================================================
``probe(path)``               what a file really holds, and what is odd about it
``read_frames(path)``         one frame after another; a two-hour file does not fill memory
``read_video(path)``          a range as one array (T, H, W, 3), guarded against huge arrays
``frame_at(path)``            the frame with a number, or the frame on screen at a second
``frame_times(path)``         the time stamp of every frame, in seconds
``read_packets(path)``        what lies in the file: size and kind of each packet, in its order
``motion_vectors(path)``      where the blocks of each frame come from, as the file tells it
``sample_clip(path)``         some frames of a video as one clip; ``sample_clips`` takes several
``write_video(path, x)``      H.264 in mp4: plays in every browser
``show_video(x)``             a player in the notebook
============================  ==============================================================

A frame is uint8 RGB (H, W, 3), a clip (T, H, W, 3). A path names a video file, or a folder of
pictures that is read in natural order. Frames count from 0; frame i is the i-th picture that
comes out when the file is decoded from its start, whatever its header says.
"""

from .errors import VideoError, VideoWarning
from .info import VideoInfo, probe
from .packets import Packets, read_packets
from .read import frame_at, frame_times, read_frames, read_video
from .sample import sample_clip, sample_clips, sample_indices
from .show import VideoDisplay, show_video
from .vectors import MotionVectors, motion_vectors
from .write import write_video

__all__ = [
    "MotionVectors",
    "Packets",
    "VideoDisplay",
    "VideoError",
    "VideoInfo",
    "VideoWarning",
    "frame_at",
    "frame_times",
    "motion_vectors",
    "probe",
    "read_frames",
    "read_packets",
    "read_video",
    "sample_clip",
    "sample_clips",
    "sample_indices",
    "show_video",
    "write_video",
]
