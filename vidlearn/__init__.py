"""Deep learning for video analysis, taught end to end.

The map, from the pixels up:

======================  =====================================================================
``vidlearn.scratch``    networks in NumPy, forward and backward, each in a naive form that
                        reads like its formula and in a fast form
``vidlearn.video``      the one door to the decoder and the encoder
``vidlearn.synthetic``  worlds with exact truth, made from real pixels
``vidlearn.models``     networks in Keras, one file each
``vidlearn.plots``      pictures with Matplotlib
``vidlearn.widgets``    interactives that live in JupyterLab and on the website
``vidlearn.course``     presets, exercises and their checks, progress, the doctor
``vidlearn.cli``        the command ``vidlearn``
======================  =====================================================================

Conventions, everywhere the same:

- Channels last: image (H, W, C), batch (N, H, W, C), clip (T, H, W, C); kernels
  (KH, KW, C, F) and (KT, KH, KW, C, F), as in Keras.
- Frames are uint8 RGB, 0 to 255; models see float32, 0 to 1.
- Boxes are (N, 4) float32 ``x1, y1, x2, y2`` in pixels, x right, y down, without a "+ 1".
- Frame indices count from 0; a cut at t separates t - 1 from t; ranges are half-open.
- ``x_forward(...) -> (out, cache)`` and ``x_backward(dout, cache) -> gradients``.

``import vidlearn`` is cheap: it loads no Keras, no cv2 and no widgets.
"""

__version__ = "0.1.0"
