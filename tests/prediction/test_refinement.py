"""Codes are fitted to pictures: on a network small enough to know the answer."""

import keras
import numpy as np
import pytest
from keras import ops

from tf3d.prediction.refinement import (
    COLOUR,
    FAR,
    GLARE,
    NEAR,
    SCALE,
    Refinement,
    Target,
    likely_azimuths,
    of_both_sides,
)

SIZE = 128
PIXEL = (np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE * 2 - 1


class Bars:
    """Draws a bar whose half height and grey are the code, turned by the azimuth.

    The encoder always answers with the same code.
    """

    image_size, code_width, half_width = SIZE, 4, 0.8

    def __init__(self, first):
        self.first = np.asarray(first, np.float32)

    def encode(self, images):
        return ops.zeros((ops.shape(images)[0], 1)) + self.first

    def decode_raw(self, codes, viewpoints):
        angle = viewpoints[:, :1, None] * (np.pi / 180)
        x, y = PIXEL[None, None, :], PIXEL[None, :, None]
        across = ops.cos(angle) * x + ops.sin(angle) * y
        along = ops.cos(angle) * y - ops.sin(angle) * x
        wide = ops.sigmoid(20 * (self.half_width - ops.abs(across)))
        high = ops.sigmoid(20 * (codes[:, :1, None] - ops.abs(along)))
        return wide * high, codes[:, 1]

    def to_units(self, raw, viewpoints):
        alpha, grey = raw
        colour = alpha * grey[:, None, None] + 0.5 * (1 - alpha)
        return {"alpha": alpha, "rgb": ops.stack([colour] * 3, axis=-1)}


def drawn(model, code, azimuth):
    viewpoint = np.array([[azimuth, 0, 2]], np.float32)
    raw = model.decode_raw(np.asarray([code], np.float32), viewpoint)
    return {
        key: ops.convert_to_numpy(value)
        for key, value in model.to_units(raw, viewpoint).items()
    }


def halved(pictures):
    """Each 2×2 block's mean, of `[b, SIZE, SIZE]` or `[b, SIZE, SIZE, 3]`."""
    count, *_, rest = pictures.shape + (1,) if pictures.ndim == 3 else pictures.shape
    blocks = pictures.reshape(count, SIZE // 2, 2, SIZE // 2, 2, rest)
    means = blocks.mean((2, 4)).astype(np.float32)
    return means[..., 0] if pictures.ndim == 3 else means


class Estimator:
    """Knows the mask, and the azimuth about, of pictures and their mirror images."""

    def __init__(self, alpha, azimuth):
        clipped = np.clip(halved(alpha), 1e-6, 1 - 1e-6)
        self.logits = np.log(clipped / (1 - clipped)).astype(np.float32)
        apart = (azimuth - np.arange(24) * 15 + 180) % 360 - 180
        self.azimuth = np.tile(-((apart / 10) ** 2), (len(alpha), 1)).astype("f")

    def __call__(self, images):
        count = 2 * len(self.logits)
        opposite = np.roll(self.azimuth[:, ::-1], 1, axis=1)
        return {
            "alpha": np.concatenate([self.logits, self.logits[:, :, ::-1]]),
            "azimuth": np.concatenate([self.azimuth, opposite]),
            "elevation": ops.zeros((count,)),
            "distance": 2 * ops.ones((count,)),
        }


TRUTH = (0.5, 0.9, 0.0, 0.0)


@pytest.fixture
def model():
    return Bars((0.4, 0.8, 0.0, 0.0))


def test_finds_proportions_colour_and_azimuth(model):
    picture = drawn(model, TRUTH, azimuth=24)
    # In many steps: the rates are for codes of hundreds of numbers.
    refinement = Refinement(model, Estimator(picture["alpha"], azimuth=30), steps=60)
    codes, viewpoints = refinement(picture["rgb"])
    codes, viewpoints = map(ops.convert_to_numpy, (codes, viewpoints))
    assert abs(codes[0, 0] - TRUTH[0]) < 0.02
    # Colours count less: the light may be another.
    assert 0.84 < codes[0, 1] < 0.92
    assert abs(viewpoints[0, 0] - 24) < 1.5
    # What the picture says nothing of stays as it is.
    np.testing.assert_allclose(codes[0, 2:], 0, atol=1e-6)


def test_takes_the_azimuth_that_looks_right(model):
    # The estimator favours a wrong azimuth, and holds the right one for likely, too.
    picture = drawn(model, TRUTH, azimuth=24)
    estimator = Estimator(picture["alpha"], azimuth=120)
    near = ((24 - np.arange(24) * 15 + 180) % 360 - 180) / 10
    estimator.azimuth = np.logaddexp(estimator.azimuth, -(near**2) - 1).astype("f")
    found = likely_azimuths(ops.convert_to_tensor(estimator.azimuth))
    (first, _), (second, _) = found
    assert abs(float(first[0]) - 120) < 5 and abs(float(second[0]) - 24) < 5
    _, viewpoints = Refinement(model, estimator)(picture["rgb"])
    assert abs(float(viewpoints[0, 0]) - 24) < 2


def test_pictures_are_fitted_one_by_one(model):
    pictures = [drawn(model, TRUTH, 24), drawn(model, (0.3, 0.7, 0, 0), 33)]
    both = {key: np.concatenate([p[key] for p in pictures]) for key in pictures[0]}
    together, _ = Refinement(model, Estimator(both["alpha"], 30))(both["rgb"])
    for index, picture in enumerate(pictures):
        alone, _ = Refinement(model, Estimator(picture["alpha"], 30))(picture["rgb"])
        np.testing.assert_allclose(
            ops.convert_to_numpy(together)[index],
            ops.convert_to_numpy(alone)[0],
            atol=1e-4,
        )


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="tf.function")
def test_in_a_graph_it_is_the_same(model):
    import tensorflow as tf

    picture = drawn(model, TRUTH, azimuth=24)
    refinement = Refinement(model, Estimator(picture["alpha"], azimuth=30))
    eager, _ = refinement(picture["rgb"])
    graph = tf.function(refinement.in_graph)(tf.constant(picture["rgb"]))
    np.testing.assert_allclose(graph.numpy(), eager.numpy(), atol=1e-4)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="tf.function")
def test_batches_of_any_size_are_traced_once(model):
    picture = drawn(model, TRUTH, azimuth=24)
    traces = 0

    class Counted(Refinement):
        def targets(self, images):
            nonlocal traces
            traces += 1
            return super().targets(images)

        def misfit(self, *parts):
            nonlocal traces
            traces += 1
            return super().misfit(*parts)

    def estimator(images):
        said = Estimator(picture["alpha"], 30)(images)
        return {
            key: ops.repeat(value, ops.shape(images)[0] // 2, axis=0)
            for key, value in said.items()
        }

    refinement = Counted(model, estimator, turns=2, steps=2)
    for count in (1, 3):
        codes, _ = refinement(np.repeat(picture["rgb"], count, axis=0))
        assert codes.shape == (count, 4)
    assert traces == 3  # what the pictures show, the steps' misfit and its own


def test_pictures_of_something_else_are_not_fitted(model):
    picture = drawn(model, TRUTH, azimuth=24)
    everything = np.ones_like(picture["alpha"])
    codes, _ = Refinement(model, Estimator(everything, azimuth=30))(picture["rgb"])
    np.testing.assert_array_equal(ops.convert_to_numpy(codes)[0], model.first)


@pytest.mark.parametrize(
    ("misfit", "trust"), [(0, 1), (NEAR, 1), ((NEAR + FAR) / 2, 0.5), (FAR, 0), (1, 0)]
)
def test_a_fit_is_believed_by_its_misfit(model, misfit, trust):
    picture = drawn(model, TRUTH, azimuth=24)
    refinement = Refinement(model, Estimator(picture["alpha"], azimuth=24))
    both, _ = refinement.targets(picture["rgb"])
    target = Target(*(part[:1] for part in both))
    # A mask that is off by as much everywhere.
    mask, cut_out = (
        ops.convert_to_tensor(halved(picture[key])) for key in ("alpha", "rgb")
    )
    target = target._replace(mask=mask + misfit**0.5, cut_out=cut_out)
    fit = refinement.start(target)._replace(
        codes=np.asarray([TRUTH], np.float32),
        turned=([[24, 0, 2]] - ops.convert_to_numpy(target.viewpoints)) / SCALE,
    )
    codes = ops.convert_to_numpy(refinement.end(target, fit)[0])[0]
    expected = model.first + trust * (TRUTH - model.first)
    np.testing.assert_allclose(codes, expected, atol=1e-4)


def test_the_viewpoint_is_turned_before_the_code_is_moved(model):
    picture = drawn(model, TRUTH, azimuth=24)
    refinement = Refinement(model, Estimator(picture["alpha"], 30), turns=5, steps=0)
    codes, viewpoints = refinement(picture["rgb"])
    np.testing.assert_array_equal(ops.convert_to_numpy(codes)[0], model.first)
    assert abs(float(viewpoints[0, 0]) - 24) < abs(30 - 24)


def test_no_steps_leave_the_encoders_code(model):
    picture = drawn(model, TRUTH, azimuth=24)
    refinement = Refinement(model, Estimator(picture["alpha"], 30), turns=0, steps=0)
    codes, _ = refinement(picture["rgb"])
    np.testing.assert_array_equal(ops.convert_to_numpy(codes)[0], model.first)


def test_both_networks_are_asked_of_the_mirror_image_too(model):
    picture = drawn(model, TRUTH, azimuth=24)
    asked = []

    class Sided(Bars):
        """Sees in the picture's corner from which side it is."""

        def encode(self, images):
            return super().encode(images) + images[:, 0, 0, :1]

    def estimator(images):
        asked.append(ops.convert_to_numpy(images))
        return Estimator(picture["alpha"], azimuth=30)(images)

    rgb = picture["rgb"].copy()
    rgb[:, 0, 0], rgb[:, 0, -1] = 0.2, 0.6
    target, _ = Refinement(Sided(model.first), estimator).targets(rgb)
    np.testing.assert_array_equal(asked[0], np.concatenate([rgb, rgb[:, :, ::-1]]))
    for codes in ops.convert_to_numpy(target.codes):
        np.testing.assert_allclose(codes, model.first + np.float32(0.4), atol=1e-6)


def test_of_both_sides_turns_the_mirror_images_back():
    rng = np.random.default_rng(0)
    alpha = rng.normal(size=(2, 4, 4)).astype("f")
    # Four bins, at 0°, 90°, 180° and 270°: of the mirror image the second is the last.
    azimuth = rng.normal(size=(2, 4)).astype("f")
    wrong = rng.normal(size=2).astype("f")
    found = of_both_sides(
        {
            "alpha": np.concatenate([alpha + 1, (alpha - 1)[:, :, ::-1]]),
            "azimuth": np.concatenate([azimuth + 2, (azimuth - 2)[:, [0, 3, 2, 1]]]),
            "elevation": np.concatenate([20 + wrong, 20 - wrong]),
            "distance": np.concatenate([2 - wrong, 2 + wrong]),
        }
    )
    expected = {"alpha": alpha, "azimuth": azimuth, "elevation": [20] * 2}
    for name, value in {**expected, "distance": [2] * 2}.items():
        np.testing.assert_allclose(found[name], value, atol=1e-5)


@pytest.mark.parametrize("azimuth", [0, 7, 352, 180, 261.5])
def test_likely_azimuths_wrap_around(azimuth):
    apart = (azimuth - np.arange(24) * 15 + 180) % 360 - 180
    logits = ops.convert_to_tensor(-0.5 * (apart[None] / 10).astype("f") ** 2)
    first, second = (float(found[0]) for found, _ in likely_azimuths(logits))
    assert abs((first - azimuth + 180) % 360 - 180) < 2
    assert abs((second - first + 180) % 360 - 180) > 45


def test_likely_azimuths_say_how_likely():
    # 0.6 around 30°, 0.3 around 180°, the rest far from both.
    probability = np.full((1, 24), 1e-6, np.float32)
    probability[0, [1, 2, 3]] = 0.1, 0.4, 0.1
    probability[0, [11, 12, 13]] = 0.05, 0.2, 0.05
    probability[0, 18] = 0.1
    (first, most), (second, less) = likely_azimuths(
        ops.convert_to_tensor(np.log(probability))
    )
    assert abs(float(first[0]) - 30) < 0.1 and abs(abs(float(second[0])) - 180) < 0.1
    np.testing.assert_allclose([np.exp(most[0]), np.exp(less[0])], [0.6, 0.3], 1e-3)


def test_a_surer_estimator_is_believed(model):
    # Turned by 180° a bar looks the same: the probability decides.
    picture = drawn(model, TRUTH, azimuth=24)
    estimator = Estimator(picture["alpha"], azimuth=204)
    near = ((24 - np.arange(24) * 15 + 180) % 360 - 180) / 10
    for other, expected in ((-1, 204), (1, 24)):
        logits = np.logaddexp(estimator.azimuth, -(near**2) + other).astype("f")
        sure = Estimator(picture["alpha"], azimuth=204)
        sure.azimuth = logits
        _, viewpoints = Refinement(model, sure)(picture["rgb"])
        apart = (float(viewpoints[0, 0]) - expected + 180) % 360 - 180
        assert abs(apart) < 4


# --- photos ---


class Seeing(Estimator):
    """Sees in pictures over grey what is brighter, wherever it is."""

    def __call__(self, images):
        # As sure of it as a fit makes of what it is told.
        bright = (ops.mean(images, axis=-1) - 0.5) / 0.4
        alpha = ops.clip(ops.average_pool(bright[..., None], 2, 2)[..., 0], 1e-3, 0.999)
        count = ops.shape(images)[0] // 2
        apart = np.concatenate([self.azimuth[0], np.roll(self.azimuth[0, ::-1], 1)])
        azimuth = ops.repeat(apart.reshape(2, 24), count, axis=0)
        return {
            "alpha": ops.log(alpha / (1 - alpha)),
            "azimuth": azimuth,
            "elevation": ops.zeros((2 * count,)),
            "distance": 2 * ops.ones((2 * count,)),
        }


def moved(picture, right, down):
    """A picture whose object is farther right and down, by pixels."""
    return np.roll(picture["rgb"], (down, right), axis=(1, 2))


# A bar that the frame does not cut, nor does it when it is moved.
SMALL = (0.4, 0.9, 0.0, 0.0)


@pytest.fixture
def short():
    bars = Bars((0.3, 0.8, 0.0, 0.0))
    bars.half_width = 0.6
    return bars


def test_of_a_photo_the_framing_is_found(short):
    picture = drawn(short, SMALL, azimuth=24)
    photo = moved(picture, right=9, down=-6)
    estimator = Seeing(picture["alpha"], azimuth=30)
    codes, viewpoints = Refinement(short, estimator, steps=60, photo=True)(photo)
    codes, viewpoints = map(ops.convert_to_numpy, (codes, viewpoints))
    assert viewpoints.shape == (1, 3)
    assert abs(codes[0, 0] - SMALL[0]) < 0.03
    assert abs(viewpoints[0, 0] - 24) < 2
    # Taken for a rendering, what is not in the middle is not believed, or wrong.
    codes, _ = Refinement(short, estimator, steps=60)(photo)
    assert abs(float(codes[0, 0]) - SMALL[0]) > 0.03


def test_a_framing_moves_where_that_fits_much_better(short, monkeypatch):
    picture = drawn(short, SMALL, azimuth=24)
    both = np.concatenate([picture["rgb"], moved(picture, right=9, down=-6)])

    def found():
        estimator = Seeing(picture["alpha"], azimuth=30)
        codes, _ = Refinement(short, estimator, steps=60, photo=True)(both)
        return ops.convert_to_numpy(codes)[:, 0]

    chosen = found()
    np.testing.assert_allclose(chosen, SMALL[0], atol=0.03)
    monkeypatch.setattr("tf3d.prediction.refinement.FRAMED", np.inf)
    held = found()
    monkeypatch.setattr("tf3d.prediction.refinement.FRAMED", -np.inf)
    free = found()
    assert abs(held[1] - SMALL[0]) > 0.03
    np.testing.assert_allclose(chosen, [held[0], free[1]], atol=1e-5)


def test_a_photo_is_read_again_in_its_framing(short):
    picture = drawn(short, SMALL, azimuth=24)
    photo = moved(picture, right=8, down=-6)
    refinement = Refinement(short, Seeing(picture["alpha"], 24), photo=True)
    poses = np.float32([[24, 0, 2, 8 / SIZE, -6 / SIZE, 0]])
    target = refinement.reading(ops.convert_to_tensor(photo), poses)
    middle = poses * [1, 1, 1, 0, 0, 0]
    expected = refinement.reading(picture["rgb"], middle.astype("f"))
    # But where the photo ends, and goes on as at its edge.
    inside = (slice(None), slice(4, -4), slice(5, -5))
    for part in ("mask", "cut_out"):
        found, wanted = (
            ops.convert_to_numpy(getattr(one, part))[inside]
            for one in (target, expected)
        )
        np.testing.assert_allclose(found, wanted, atol=1e-3)
    viewpoints = ops.convert_to_numpy(target.viewpoints)
    np.testing.assert_allclose(viewpoints[:, :3], poses[:, :3])
    np.testing.assert_allclose(viewpoints[:, 3:], 0, atol=1e-3)


def test_a_photos_glare_counts_up_to_a_limit(model):
    picture = drawn(model, TRUTH, azimuth=24)
    mask = ops.convert_to_tensor(halved(picture["alpha"]))
    code, viewpoint = np.float32([TRUTH]), np.float32([[24, 0, 2]])
    framed = np.concatenate([viewpoint, np.zeros((1, 3), np.float32)], axis=1)
    known = Refinement(model, None)
    photo = Refinement(model, None, photo=True)
    for error, share in ((0.001, 1), (GLARE, 1 / 2), (10 * GLARE, 1 / 101)):
        cut_out = ops.convert_to_tensor(halved(picture["rgb"]) + np.float32(error))
        one = float(known.misfit(code, viewpoint, mask, cut_out)[0])
        assert one == pytest.approx(COLOUR * error**2, rel=1e-2, abs=1e-8)
        two = float(photo.misfit(code, framed, mask, cut_out)[0])
        assert two == pytest.approx(share * one, rel=1e-2, abs=1e-8)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="tf.function")
def test_photos_in_a_graph_are_the_same(short):
    import tensorflow as tf

    picture = drawn(short, SMALL, azimuth=24)
    photo = moved(picture, right=9, down=-6)
    refinement = Refinement(short, Seeing(picture["alpha"], azimuth=30), photo=True)
    eager, _ = refinement(photo)
    graph = tf.function(refinement.in_graph)(tf.constant(photo))
    np.testing.assert_allclose(graph.numpy(), eager.numpy(), atol=1e-3)
