"""SSD: what each default box learns, hard negatives by picture, the loss by hand, a training."""

import numpy as np
import pytest

from vidlearn import boxes as bx
from vidlearn.boxes import Truth
from vidlearn.metrics import evaluate_detections
from vidlearn.models import build_ssd, hard_negatives, pad_truths

SHAPE, CLASSES = (48, 64, 3), ("coin", "cup", "horse")
SIZES = ((8, 13), (20, 31))


@pytest.fixture(scope="module")
def model():
    return build_ssd(SHAPE, CLASSES, sizes=SIZES, ratios=(0.5, 1.6), width=4, depth=1)


def numbers(*tensors):
    from keras import ops

    found = [ops.convert_to_numpy(x) for x in tensors]
    return found[0] if len(found) == 1 else found


def padded(*truths):
    y = pad_truths([Truth(*truth) for truth in truths])
    return y["boxes"], y["labels"]


def test_default_boxes_are_those_of_every_map_in_turn_by_hand(model):
    assert model.map_shapes == ((6, 8), (3, 4))
    assert len(model.anchors) == (6 * 8 + 3 * 4) * 4
    fine = bx.anchors((6, 8), 8, sizes=SIZES[0], ratios=(0.5, 1.6))
    np.testing.assert_allclose(model.anchors[: len(fine)], fine, rtol=1e-6)
    first = model.anchors[len(fine)]  # of the coarse map: centre (8, 8), side 20, ratio 0.5
    np.testing.assert_allclose(first[2:] - first[:2], [20 / 0.5**0.5, 20 * 0.5**0.5], rtol=1e-6)
    np.testing.assert_allclose((first[2:] + first[:2]) / 2, [8, 8], rtol=1e-6)


def test_outputs_stand_in_the_order_of_the_default_boxes(model):
    """What the head of the coarse map puts out at row 1, column 2 belongs to those boxes."""
    import keras

    frame = np.random.default_rng(2).uniform(0, 255, (1, *SHAPE))
    logits, corrections = numbers(*model(frame))
    heads = [x for x in model.network.layers if isinstance(x, keras.layers.Conv2D)][-2:]
    probe = keras.Model(model.network.inputs, [head.output for head in heads])
    maps = numbers(*probe(frame))
    sizes = sorted(maps, key=lambda x: -x.shape[1])
    cell = sizes[1][0, 1, 2].reshape(4, 8)
    place = 6 * 8 * 4 + (1 * 4 + 2) * 4
    np.testing.assert_allclose(logits[0, place : place + 4], cell[:, :4], rtol=1e-5)
    np.testing.assert_allclose(corrections[0, place : place + 4], cell[:, 4:], rtol=1e-5)


def test_targets_match_those_of_numpy(model):
    truths = [
        ([[3.2, 4.1, 17, 12.7], [30, 10, 55, 41]], [2, 0]),
        ([], []),
        ([[40.3, 20, 46, 43]], [1]),
    ]
    kinds, corrections = numbers(*model.targets(*padded(*truths)))
    ignored = 0
    for k, (found, labels) in enumerate(truths):
        if not found:
            assert not kinds[k].any()
            continue
        overlaps = bx.iou(model.anchors.astype(float), found)
        assigned = bx.match(overlaps, high=0.5, low=0.4)
        wanted = np.array(labels)[np.maximum(assigned, 0)] + 1
        wanted = np.select([assigned == -1, assigned == -2], [0, -1], wanted)
        np.testing.assert_array_equal(kinds[k], wanted)
        ignored += (wanted == -1).sum()
        own = assigned >= 0
        assert own.sum() >= len(found)
        coded = bx.encode(np.array(found, float)[assigned[own]], model.anchors[own].astype(float))
        np.testing.assert_allclose(corrections[k, own], coded, rtol=1e-4, atol=1e-4)
    assert ignored


def test_the_targets_decoded_are_the_truths(model):
    from keras import ops

    truth = [[3.2, 4.1, 17, 12.7], [30, 10, 55, 41]], [2, 0]
    kinds, corrections = model.targets(*padded(truth))
    logits = 30 * ops.one_hot(ops.maximum(kinds, 0), 4)
    found, scores = numbers(*model.decode((logits, corrections)))
    for label, box in zip(truth[1], truth[0], strict=True):
        own = scores[0, :, label] > 0.99
        assert own.any()
        np.testing.assert_allclose(found[0, own], np.tile(box, (own.sum(), 1)), atol=1e-3)
    assert scores.shape[2] == 3  # without background


def test_hard_negatives_are_counted_in_each_picture_by_hand():
    losses = [[5, 1, 2, 3, 9.0, 4], [8, 7, 6, 5, 4.0, 3]]
    kinds = [[1, 0, 0, 0, -1, 0], [0, 0, 0, 0, 0, 0]]
    found = numbers(hard_negatives(losses, kinds, ratio=2, least=1))
    assert found.tolist() == [[0, 0, 0, 1, 0, 1], [1, 0, 0, 0, 0, 0]]
    found = numbers(hard_negatives(losses, kinds, ratio=9, least=0))
    assert found.tolist() == [[0, 1, 1, 1, 0, 1], [0, 0, 0, 0, 0, 0]]


def test_hard_negatives_count_exactly_also_among_equals():
    kinds = np.zeros((3, 50), int)
    kinds[0, :4], kinds[1, :1], kinds[2, 20:] = 2, 1, -1
    found = numbers(hard_negatives(np.ones((3, 50)), kinds, ratio=3, least=10))
    assert found.sum(axis=1).tolist() == [12, 10, 10]
    assert not found[kinds != 0].any()


def test_no_gradient_flows_through_the_choice():
    tf = pytest.importorskip("tensorflow")
    losses = tf.Variable([[0.5, 2.0, 1.0]])
    with tf.GradientTape() as tape:
        chosen = hard_negatives(losses, [[0, 0, 0]], ratio=3, least=1)
        total = tf.reduce_sum(chosen * losses)
    assert tape.gradient(total, losses).numpy().tolist() == [[0, 1, 0]]


def test_loss_terms_by_hand(model):
    """Softmax with background, smooth L1 below and above 1, all by the number of matched boxes."""
    rng = np.random.default_rng(5)
    count = len(model.anchors)
    logits = rng.normal(size=(2, count, 4)).astype(np.float32)
    corrections = (2 * rng.normal(size=(2, count, 4))).astype(np.float32)
    y = padded(([[3.2, 4.1, 17, 12.7], [30, 10, 55, 41]], [2, 0]), ([[40.3, 20, 46, 43]], [1]))
    kinds, goals = numbers(*model.targets(*y))
    logs = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
    entropy = -np.take_along_axis(logs, np.maximum(kinds, 0)[..., None], axis=2)[..., 0]
    wanted = entropy[kinds > 0].sum()
    for k in range(2):  # of each picture for itself
        hard = np.sort(entropy[k, kinds[k] == 0])[::-1]
        wanted += hard[: max(3 * (kinds[k] > 0).sum(), 10)].sum()
    away = np.abs(corrections - goals)[kinds > 0]
    smooth = np.where(away < 1, away**2 / 2, away - 0.5).sum()
    assert (away < 1).any()
    assert (away > 1).any()
    found = model.loss_terms((logits, corrections), *y, training=True)
    assert set(found) == {"class", "box"}
    matched = (kinds > 0).sum()
    np.testing.assert_allclose(float(found["class"]), wanted / matched, rtol=1e-5)
    np.testing.assert_allclose(float(found["box"]), smooth / matched, rtol=1e-5)


def test_the_loss_of_a_batch_without_a_truth_is_finite(model):
    import keras

    model.compile(keras.optimizers.SGD(0.0))
    x = np.zeros((2, *SHAPE), np.uint8)
    logs = model.evaluate(x, pad_truths([Truth([]), Truth([])]), verbose=0, return_dict=True)
    assert logs["box"] == 0
    assert 0 < logs["class"] < 100
    assert logs["loss"] == pytest.approx(logs["class"])


def test_it_learns_a_few_pictures_by_heart():
    """Coloured squares on grey: after a minute of steps each is found, and named."""
    import keras

    keras.utils.set_random_seed(3)
    rng = np.random.default_rng(3)
    frames = rng.integers(90, 120, (8, *SHAPE), dtype=np.uint8)
    truths = []
    for k, frame in enumerate(frames):
        x, y, side = rng.integers(2, 34), rng.integers(2, 20), rng.integers(12, 24)
        label = k % 3
        frame[y : y + side, x : x + side] = np.eye(3, dtype=int)[label] * 220
        truths.append(Truth([[x, y, x + side, y + side]], [label]))
    model = build_ssd(SHAPE, CLASSES, sizes=((10, 14), (18, 24)), width=8, depth=1)
    model.compile(keras.optimizers.AdamW(5e-3, clipnorm=10.0))
    history = model.fit(frames, pad_truths(truths), epochs=60, batch_size=8, verbose=0).history
    assert set(history) == {"loss", "class", "box"}
    assert history["loss"][-1] < 0.2 * history["loss"][0]
    np.testing.assert_allclose(history["loss"][-1], history["class"][-1] + history["box"][-1], 1e-4)
    assert evaluate_detections(model.predict(frames), truths, classes=CLASSES).AP50 > 0.9


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"sizes": ()}, "sizes must hold"),
        ({"sizes": ((20,), ())}, "sizes must hold"),
        ({"sizes": ((20, -1),)}, "sizes must hold"),
        ({"sizes": (20, 30)}, r"sizes must hold for every map.*Received: \(20, 30\)"),
        ({"ratios": (0,)}, "ratios"),
        ({"width": 2.5}, "width must be a whole number above 0. Received: 2.5"),
        ({"depth": 0}, "depth must be a whole number above 0. Received: 0"),
        ({"backbone": "vgg"}, "backbone must be one of small, resnet50, mobilenet"),
        ({"weights": "imagenet"}, "small backbone has no ImageNet weights"),
        ({"backbone": "mobilenet"}, r"divisible by 32.*\(64, 64\)"),
    ],
    ids=str,
)
def test_build_ssd_rejects(options, told):
    shape = (72, 56, 3) if options.get("backbone") == "mobilenet" else SHAPE
    sizes = {"sizes": ((8,), (16,), (32,))} if options.get("backbone") == "mobilenet" else {}
    with pytest.raises(ValueError, match=told):
        build_ssd(shape, CLASSES, **{"width": 4, **sizes, **options})


def test_an_untrained_network_takes_nearly_all_for_background():
    import keras

    keras.utils.set_random_seed(2)
    fresh = build_ssd(SHAPE, CLASSES, sizes=SIZES, width=4, depth=1)
    _, scores = numbers(*fresh.decode(fresh(np.random.default_rng(0).uniform(0, 255, (2, *SHAPE)))))
    # e^3 against three classes: 3 / (e^3 + 3)
    assert scores.sum(axis=2).mean() == pytest.approx(3 / (np.exp(3) + 3), abs=0.03)
