"""Networks in Keras, one paper in one file: a builder, and what its lesson needs around it.

They are written with `keras.ops` alone, so they run on each of Keras's backends. A model takes
frames of 0 to 255 and scales them itself; it gives logits in float32, also where it works in half
precision. Keras is loaded when a model is built, not before.

======================  =======================================================================
`build_cnn_rnn`         the same CNN for every frame, then a recurrent layer over time
`predict_clips`         probabilities for clips
`frame_vectors`         what the CNN makes of each frame
======================  =======================================================================
"""

from vidlearn.models.cnn_rnn import build_cnn_rnn, frame_vectors, predict_clips

__all__ = ["build_cnn_rnn", "frame_vectors", "predict_clips"]
