import contextlib

import numpy as np
import PIL.Image
import pytest

import tf3d
from tf3d.errors import InputError
from tf3d.geometry import FAINT, SHOWN, orbit, unproject
from tf3d.prediction.photos import Photo
from tf3d.prediction.reconstructor import BATCH, load
from tf3d.prediction.refinement import Refinement

GREEN = np.array([0.2, 0.7, 0.3])


@pytest.fixture(scope="module")
def model(ball_model):
    return load(ball_model)


@pytest.fixture
def green():
    return np.full((40, 60, 3), GREEN)


def test_views(model, green):
    views = model.views(green, orbit(4))
    assert len(views) == 4 and views.size == model.image_size == 128
    assert views.rgb.dtype == views.depth.dtype == np.float32
    np.testing.assert_allclose(views.rgb[0, 64, 64], GREEN, atol=0.01)
    np.testing.assert_allclose(views.depth[0, 64, 64], 1.75, atol=1e-3)
    np.testing.assert_array_equal(views.depth[views.alpha < FAINT], 0)
    np.testing.assert_array_equal(views.mask, views.alpha >= SHOWN)
    points = unproject(views.depth[1], views.viewpoints[1])[views.mask[1]]
    np.testing.assert_allclose(np.linalg.norm(points, axis=-1), 0.25, atol=1e-3)


def test_default_viewpoints_are_the_papers(model, green):
    np.testing.assert_array_equal(model.views(green).viewpoints, orbit(6))


def test_a_single_viewpoint_and_more_than_a_batch(model, green):
    assert len(model.views(green, [30, 20, 2])) == 1
    viewpoints = np.stack([[0, 0, 1.7 + 0.6 * i / BATCH] for i in range(BATCH + 3)])
    depth = model.views(green, viewpoints).depth[:, 64, 64]
    np.testing.assert_allclose(depth, viewpoints[:, 2] - 0.25, atol=1e-3)


def test_every_kind_of_image(model, green, tmp_path):
    image = PIL.Image.fromarray(np.uint8(np.round(green * 255)))
    image.save(tmp_path / "a.png")
    expected = model.views(green, [0, 0, 2]).rgb
    for kind in (image, tmp_path / "a.png", str(tmp_path / "a.png"), Photo(green)):
        rgb = model.views(kind, [0, 0, 2]).rgb
        np.testing.assert_allclose(rgb, expected, atol=0.005)


def test_masks(model, green, tmp_path):
    mask = np.zeros((40, 60), np.uint8)
    mask[10:30, 20:40] = 255
    PIL.Image.fromarray(mask).save(tmp_path / "mask.png")
    from_array = model.prepare(green, mask=mask / 255.0)
    from_file = model.prepare(green, mask=tmp_path / "mask.png")
    np.testing.assert_array_equal(from_array, from_file)
    np.testing.assert_allclose(from_array[2, 2], 0.5, atol=1e-3)
    np.testing.assert_allclose(from_array[64, 64], GREEN, atol=1e-3)


def test_bad_shapes(model):
    with pytest.raises(ValueError, match=r"Expected images of shape \[b, 128, 128, 3"):
        model.encode(np.zeros((1, 64, 64, 3)))
    with pytest.raises(ValueError, match="Expected viewpoints of shape"):
        model.decode(np.zeros(3), [0, 0])


def test_reconstruct(model, green):
    surface = model.reconstruct(green)
    radius = np.linalg.norm(surface.vertices, axis=-1)
    assert len(surface.faces) > 100
    np.testing.assert_allclose(radius.mean(), 0.25, atol=0.01)
    np.testing.assert_allclose(surface.colors.mean(axis=0), GREEN, atol=0.03)


def test_one_call(ball_model, green):
    surface = tf3d.reconstruct(green, ball_model)
    assert len(surface.vertices) > 100


def test_no_foreground(model):
    black = np.zeros((40, 60, 3))
    assert not model.views(black).mask.any()
    with pytest.raises(InputError, match="sees no object"):
        model.reconstruct(black)


def test_multi_view_network_loads(tmp_path, green):
    from tf3d.models import MultiView

    network = MultiView(code_width=8, mask_output=True)
    network.build()
    network.save(tmp_path / "model.keras")
    model = load(tmp_path)
    assert model.name == tmp_path.name
    views = model.views(green, orbit(3))
    assert views.rgb.shape == (3, 128, 128, 3)
    outputs = network({"image": model.prepare(green)[None], "viewpoint": orbit(1)})
    expected = np.clip(outputs["rgb"][0], 0, 1)
    np.testing.assert_allclose(views.rgb[0], expected, atol=1e-4)


def test_other_keras_models_are_refused(tmp_path):
    import keras

    keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]).save(
        tmp_path / "a.keras"
    )
    with pytest.raises(InputError, match="no multi-view model"):
        load(tmp_path / "a.keras")


def test_damaged_models_are_refused(tmp_path, ball_model):
    import zipfile

    path = tmp_path / "a.keras"
    with (
        zipfile.ZipFile(ball_model / "model.keras") as whole,
        zipfile.ZipFile(path, "w") as part,
    ):
        part.writestr("metadata.json", whole.read("metadata.json"))
    with pytest.raises(InputError, match="cannot be loaded"):
        load(path)


def test_code_in_a_model_does_not_run(tmp_path):
    import keras

    layers = [keras.Input((3,)), keras.layers.Lambda(lambda x: x + 1)]
    keras.Sequential(layers).save(tmp_path / "a.keras")
    with pytest.raises(InputError, match="cannot be loaded"):
        load(tmp_path / "a.keras")


# --- fitted codes ---


@pytest.fixture(scope="module")
def run_with_estimator(tmp_path_factory):
    """A run's folder with a small network and a view estimator, both untrained."""
    import keras

    from tf3d.models import ViewEstimator, build_multiview

    keras.utils.set_random_seed(0)
    folder = tmp_path_factory.mktemp("refined")
    network = build_multiview("multiview-mask", code_width=16)
    network.build()
    network.save(folder / "model.keras")
    estimator = ViewEstimator()
    estimator.build()
    estimator.save(folder / "view.keras")
    return folder


def test_codes_are_fitted_where_there_is_an_estimator(run_with_estimator, green):
    network = load(run_with_estimator)
    picture = network.prepare(green)[None]
    assert network.refines
    expected, _ = network.refinement(picture)
    np.testing.assert_allclose(network.encode(picture), expected, atol=1e-5)
    plain = load(run_with_estimator, refine=False)
    assert not plain.refines and not network.plain().refines
    at_once = np.asarray(network.model.encode(picture))
    np.testing.assert_allclose(plain.encode(picture), at_once, atol=1e-6)
    np.testing.assert_allclose(network.plain().encode(picture), at_once, atol=1e-6)
    assert np.abs(network.encode(picture) - at_once).max() > 1e-3


def test_pictures_that_are_given_are_fitted_as_photos(
    run_with_estimator, green, monkeypatch
):
    network = load(run_with_estimator)
    asked = []

    def fit(images):
        asked.append(len(images))
        return np.zeros((len(images), 16), np.float32)

    monkeypatch.setattr(network, "_refine_photo", fit)
    network.views(green)
    network.codes([green, green])
    with contextlib.suppress(InputError):  # an untrained network sees no object
        network.reconstruct(green)
    assert asked == [1, 2, 1]
    picture = network.prepare(green)[None]
    assert network.photo_refinement.photo and not network.refinement.photo
    np.testing.assert_array_equal(network.encode(picture, photo=True), 0)
    assert np.abs(network.encode(picture)).max() > 0.01 and len(asked) == 4


def test_many_pictures_are_fitted_in_batches(run_with_estimator, green, monkeypatch):
    network = load(run_with_estimator)
    # A few steps: more would carry the rounding of batches of another size further.
    model, estimator = network.model, network.refinement.estimator
    few = Refinement(model, estimator, turns=2, steps=8)
    monkeypatch.setattr(network, "_refine", lambda images: few(images)[0])
    pictures = np.stack([network.prepare(green * s) for s in (0.3, 0.6, 0.9)])
    together = network.encode(pictures)
    monkeypatch.setattr("tf3d.prediction.reconstructor.FITTED", 2)
    np.testing.assert_allclose(network.encode(pictures), together, atol=1e-3)
    with pytest.raises(ValueError, match=r"images of shape \[b, 128, 128, 3\]"):
        network.encode(pictures[0])


def test_without_an_estimator_codes_are_the_encoders(model):
    assert not model.refines and model.plain().refines is False


def test_view_file_that_is_no_estimator(run_with_estimator, tmp_path):
    for name in ("model.keras", "view.keras"):
        (tmp_path / name).write_bytes((run_with_estimator / "model.keras").read_bytes())
    with pytest.raises(InputError, match="view.keras is no view estimator"):
        load(tmp_path)
    (tmp_path / "view.keras").write_bytes(b"damaged")
    with pytest.raises(InputError, match="view.keras cannot be loaded"):
        load(tmp_path)
    load(tmp_path, refine=False)


def test_estimator_for_pictures_of_another_size(run_with_estimator, tmp_path):
    from tf3d.models import build_multiview

    small = build_multiview("multiview-mask", code_width=16, image_size=64)
    small.build()
    small.save(tmp_path / "model.keras")
    estimator = (run_with_estimator / "view.keras").read_bytes()
    (tmp_path / "view.keras").write_bytes(estimator)
    with pytest.raises(InputError, match="pictures of 128 px, and .* of 64"):
        load(tmp_path)
