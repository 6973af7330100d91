import numpy as np
import pytest

from vidlearn.synthetic.moving import seen_boxes
from vidlearn.synthetic.render import Sprite, paste, placed, view_of


def square(side, colour):
    rgba = np.zeros((40, 40, 4), np.uint8)
    rgba[..., :3], rgba[..., 3] = colour, 255
    return Sprite.made_of(rgba, side)


def pasted(canvas, ids, sprite, centre, number, angle=0.0, zoom=1.0):
    return paste(canvas, ids, *placed(sprite, np.array(centre), angle, zoom), number)


def test_paste_of_a_square_by_hand():
    canvas, ids = np.zeros((30, 40, 3), np.float32), np.zeros((30, 40), np.uint8)
    box, area = pasted(canvas, ids, square(8, (200, 100, 50)), (20.0, 10.0), 7)
    assert box.tolist() == [16, 6, 24, 14]
    assert area == 64
    assert (ids == 7).sum() == 64
    assert (ids[6:14, 16:24] == 7).all()
    np.testing.assert_allclose(canvas[10, 20], [200, 100, 50], atol=0.01)
    assert canvas[20, 35].tolist() == [0, 0, 0]


def test_later_objects_hide_earlier_ones_by_hand():
    canvas, ids = np.zeros((30, 40, 3), np.float32), np.zeros((30, 40), np.uint8)
    pasted(canvas, ids, square(8, (255, 0, 0)), (20.0, 10.0), 1)
    pasted(canvas, ids, square(8, (0, 255, 0)), (26.0, 12.0), 2)  # columns 22-30, rows 8-16
    boxes, areas = seen_boxes(ids[None], 3)
    assert boxes[0].tolist() == [[16, 6, 24, 14], [22, 8, 30, 16], [0, 0, 0, 0]]
    assert areas[0].tolist() == [64 - 2 * 6, 64, 0]
    np.testing.assert_allclose(canvas[10, 23], [0, 255, 0], atol=0.01)


@pytest.mark.parametrize(
    ("centre", "seen"),
    [((0.0, 10.0), 32), ((40.0, 10.0), 32), ((39.0, 29.0), 25), ((-30.0, 10.0), 0), ((20, 90), 0)],
    ids=["left", "right", "corner", "far-left", "far-below"],
)
def test_what_leaves_the_frame_is_cut_off_by_hand(centre, seen):
    canvas, ids = np.zeros((30, 40, 3), np.float32), np.zeros((30, 40), np.uint8)
    box, area = pasted(canvas, ids, square(8, (9, 9, 9)), centre, 1)
    assert area == 64
    assert (ids == 1).sum() == seen
    x, y = centre
    assert box.tolist() == [x - 4, y - 4, x + 4, y + 4]


@pytest.mark.parametrize("shift", [(0.25, 0.0), (0.5, 0.75), (-0.3, 0.1)])
def test_motion_between_the_pixels(shift):
    sprite = square(9, (255, 255, 255))

    def middle(centre):
        canvas = np.zeros((30, 40, 3), np.float32)
        pasted(canvas, np.zeros((30, 40), np.uint8), sprite, centre, 1)
        light = canvas[..., 0]
        rows, columns = np.indices(light.shape)
        return np.array([(light * columns).sum(), (light * rows).sum()]) / light.sum()

    moved = middle((20 + shift[0], 15 + shift[1])) - middle((20.0, 15.0))
    np.testing.assert_allclose(moved, shift, atol=0.02)


def test_a_quarter_turn_and_a_zoom_by_hand():
    rgba = np.full((20, 60, 4), 255, np.uint8)  # three times as wide as high
    sprite = Sprite.made_of(rgba, 12)
    ids = np.zeros((60, 60), np.uint8)
    box, _ = pasted(np.zeros((60, 60, 3), np.float32), ids, sprite, (30.0, 30.0), 1, np.pi / 2, 2.0)
    assert box.tolist() == [26, 18, 34, 42]  # 4 x 12 became 12 x 4, doubled


def test_turns_clockwise_on_the_screen():
    rgba = np.zeros((40, 40, 4), np.uint8)
    rgba[:20] = 255  # a half disc would do: opaque above, transparent below
    canvas, ids = np.zeros((40, 40, 3), np.float32), np.zeros((40, 40), np.uint8)
    box, _ = pasted(canvas, ids, Sprite.made_of(rgba, 16), (20.0, 20.0), 1, np.pi / 2)
    assert box.tolist() == [20, 12, 28, 28]  # what was above is now right


def test_shadow_darkens_below_and_right():
    canvas, ids = np.full((60, 60, 3), 200, np.float32), np.zeros((60, 60), np.uint8)
    pasted(canvas, ids, square(20, (0, 0, 0)), (30.0, 30.0), 1)
    assert canvas[41, 31, 0] < 180
    assert canvas[18, 29, 0] > canvas[41, 31, 0] + 10
    assert canvas[5, 5, 0] == 200


def test_view_samples_pixel_centres_by_hand():
    ramp = np.arange(50, dtype=np.float32) + 0.5  # says its place in the world
    photo = np.repeat(np.tile(ramp, (40, 1))[..., None], 3, axis=-1)
    seen = view_of(photo, (3.0, 2.0, 2.0), (8, 10))
    assert seen.shape == (8, 10, 3)
    np.testing.assert_allclose(seen[0, :, 0], 3 + (np.arange(10) + 0.5) / 2, rtol=1e-5)
