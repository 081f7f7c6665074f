import keras
import numpy as np
import pytest

from tf3d.models import MultiView
from tf3d.models.multiview import DECODER, DEEP_DECODER, DEEP_ENCODER, ENCODER

SETTINGS = [
    {},
    {"mask_output": True, "depth_range": (-0.7, 0.7), "relative_depth": True},
    {"deep": True},
    {"image_size": 64},
    {"decoder_widths": (8, 7, 6, 5)},
    {"image_size": 64, "decoder_widths": (8, 7, 6, 5)},
    {"image_size": 64, "deep": True, "mask_output": True},
]


def numpy(outputs):
    return {key: keras.ops.convert_to_numpy(value) for key, value in outputs.items()}


def make_inputs(size=128, count=2):
    rng = np.random.default_rng(1)
    return {
        "image": rng.random((count, size, size, 3), np.float32),
        "viewpoint": np.array([[30, 20, 2], [200, -5, 1.8]], np.float32)[:count],
    }


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    model = MultiView(code_width=16)
    model.build()
    return model


@pytest.mark.parametrize("settings", SETTINGS)
def test_shapes_and_ranges(settings):
    model = MultiView(code_width=16, **settings)
    size = model.image_size
    outputs = numpy(model(make_inputs(size)))
    assert set(outputs) == {"rgb", "depth", "alpha"}
    assert outputs["rgb"].shape == (2, size, size, 3)
    assert outputs["depth"].shape == outputs["alpha"].shape == (2, size, size)
    for name in ("rgb", "alpha"):
        assert outputs[name].dtype == np.float32
        # tanh reaches a sixth beyond the colours that ±0.75 stand for.
        assert outputs[name].min() >= -0.17 and outputs[name].max() <= 1.17
    assert 0 <= outputs["alpha"].min() and outputs["alpha"].max() <= 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"image_size": 32}, "image_size 64 or 128. Received: image_size=32"),
        ({"code_width": 0}, "code_width >= 1. Received: code_width=0"),
        ({"depth_range": (5, 0.1)}, r"near < far. Received: depth_range=\(5, 0.1\)"),
        ({"decoder_widths": (8, 8, 8)}, r"4 decoder_widths >= 1.*\(8, 8, 8\)"),
        ({"decoder_widths": (8, 8, 8, 0)}, "4 decoder_widths >= 1"),
        ({"decoder_widths": (8,) * 4, "deep": True}, "deep=False"),
    ],
)
def test_bad_arguments(settings, message):
    with pytest.raises(ValueError, match=message):
        MultiView(**settings)


@pytest.mark.parametrize(
    "shape", [(128, 128, 3), (1, 64, 64, 3), (1, 128, 128, 4), (1, 128, 128)]
)
def test_bad_images(model, shape):
    with pytest.raises(ValueError, match=r"images of shape \[batch, 128, 128, 3\]"):
        model.encode(np.zeros(shape, np.float32))


@pytest.mark.parametrize(
    ("codes", "viewpoints", "message"),
    [
        ((1, 15), (1, 3), r"codes of shape \[batch, 16\]. Received: shape=\(1, 15\)"),
        ((16,), (1, 3), r"codes of shape \[batch, 16\]. Received: shape=\(16,\)"),
        ((1, 16), (1, 2), r"viewpoints of shape \[batch, 3\].*\(1, 2\)"),
        ((1, 16), (3,), r"viewpoints of shape \[batch, 3\].*\(3,\)"),
        ((1, 16), (6, 3), "as many viewpoints as codes. Received: 1 codes, 6 viewp"),
    ],
)
def test_bad_codes_and_viewpoints(model, codes, viewpoints, message):
    with pytest.raises(ValueError, match=message):
        model.decode(np.zeros(codes, np.float32), np.zeros(viewpoints, np.float32))


def test_encode_once_decode_many(model):
    image = make_inputs(count=1)["image"]
    viewpoints = np.array([[a, 20, 2] for a in (0, 60, 120)], np.float32)
    codes = np.repeat(keras.ops.convert_to_numpy(model.encode(image)), 3, axis=0)
    assert codes.shape == (3, 16)
    views = numpy(model.decode(codes, viewpoints))
    for index, viewpoint in enumerate(viewpoints):
        alone = numpy(model({"image": image, "viewpoint": viewpoint[None]}))
        for name, value in views.items():
            np.testing.assert_allclose(value[index], alone[name][0], atol=1e-5)
    assert np.abs(views["rgb"][0] - views["rgb"][1]).max() > 1e-4


def test_azimuth_is_periodic(model):
    codes = np.ones((1, 16), np.float32)
    views = [
        numpy(model.decode(codes, np.array([[azimuth, 20, 2]], np.float32)))["rgb"]
        for azimuth in (0, 360, -720, 180)
    ]
    np.testing.assert_allclose(views[0], views[1], atol=1e-5)
    np.testing.assert_allclose(views[0], views[2], atol=1e-5)
    assert np.abs(views[0] - views[3]).max() > 1e-4


@pytest.mark.parametrize("changed", [(31, 20, 2), (30, 25, 2), (30, 20, 2.1)])
def test_every_number_of_the_viewpoint_counts(model, changed):
    codes = np.ones((1, 16), np.float32)
    first, second = (
        numpy(model.decode(codes, np.array([viewpoint], np.float32)))["rgb"]
        for viewpoint in ((30, 20, 2), changed)
    )
    assert (first != second).any()


def test_pictures_are_not_turned():
    # The decoder works on turned pictures within: what its grid holds at the top left
    # must come out there.
    model = MultiView(code_width=16)
    model.build()
    for layer in model.decoder + [model.output_layer]:
        kernel, bias = layer.get_weights()
        layer.set_weights([np.abs(kernel), bias * 0])
    grid = np.zeros((4, 4, 256), np.float32)
    grid[3, 3] = 1  # bottom right of the turned picture
    bias = grid.reshape(-1)
    model.joint[-1].set_weights([np.zeros((16, 4096), np.float32), bias])
    raw = keras.ops.convert_to_numpy(
        model.decode_raw(np.zeros((1, 16), np.float32), np.ones((1, 3), np.float32))
    )
    strength = np.abs(raw[0]).sum(axis=-1)
    assert strength[:64, :64].sum() > 0.9 * strength.sum()


# --- METHODS §1, the table of layers ---


def sizes(layers):
    return [(layer.kernel_size, layer.filters) for layer in layers]


def square(*stages):
    return [((k, k), c) for k, c in stages]


def test_paper_presets_layers(model):
    assert sizes(model.encoder) == square((5, 32), (5, 32), (5, 64), (3, 128), (3, 256))
    assert {layer.strides for layer in model.encoder} == {(2, 2)}
    assert [layer.units for layer in model.viewpoint_layers] == [64, 64, 64]
    assert [layer.units for layer in model.joint] == [16, 16, 4 * 4 * 256]
    assert model.to_grid is None
    assert sizes(model.decoder) == [(3, 128), (3, 64), (5, 32), (5, 32)]
    assert sizes([model.output_layer]) == [(5, 4)]
    assert all(layer.use_bias for layer in [*model.decoder, model.output_layer])


def test_deep_presets_layers():
    model = MultiView(code_width=4096, deep=True)
    assert sizes(model.encoder) == square(
        *((5, 32), (5, 32), (5, 32), (5, 32), (5, 64), (5, 64)),
        *((3, 128), (3, 128), (3, 256), (3, 256)),
    )
    strides = [layer.strides[0] for layer in model.encoder]
    assert strides == [2, 1] * 5
    assert model.code.units == 4096
    assert [layer.units for layer in model.joint] == [4096] * 3
    assert model.to_grid is None
    up, refine = model.decoder[::2], model.decoder[1::2]
    assert sizes(up) == [(3, 128), (3, 64), (5, 32), (5, 32)]
    assert sizes(refine) == square((3, 128), (5, 64), (5, 64), (5, 32))
    assert not any(layer.use_bias for layer in [*up, model.output_layer])
    assert all(layer.strides == (1, 1) for layer in refine)


def test_inner_stages_of_small_pictures():
    assert len(ENCODER) == 5 and len(DEEP_ENCODER) == 10
    assert len(DECODER) == len(DEEP_DECODER) == 4
    large, small = MultiView(), MultiView(image_size=64)
    assert sizes(small.encoder) == sizes(large.encoder)[1:]
    assert sizes(small.decoder) == sizes(large.decoder)[:-1]
    names = {layer.name for layer in large.encoder + large.decoder}
    shared = {layer.name for layer in small.encoder + small.decoder}
    assert shared < names


def test_number_of_parameters_of_the_paper():
    model = MultiView()
    model.build()
    encoder = 5 * 5 * 3 * 32 + 32
    encoder += 5 * 5 * 32 * 32 + 32
    encoder += 5 * 5 * 32 * 64 + 64
    encoder += 3 * 3 * 64 * 128 + 128
    encoder += 3 * 3 * 128 * 256 + 256
    code = 4096 * 1024 + 1024
    viewpoint = 5 * 64 + 64 + 2 * (64 * 64 + 64)
    joint = (1024 + 64) * 1024 + 1024 + 1024 * 1024 + 1024 + 1024 * 4096 + 4096
    decoder = 3 * 3 * 256 * 128 + 128
    decoder += 3 * 3 * 128 * 64 + 64
    decoder += 5 * 5 * 64 * 32 + 32
    decoder += 5 * 5 * 32 * 32 + 32
    decoder += 5 * 5 * 32 * 4 + 4
    assert model.count_params() == encoder + code + viewpoint + joint + decoder


def test_initial_spread_of_the_layers():
    # Sec. 3.1: a Gaussian of std √(2 / fan_in).
    keras.utils.set_random_seed(0)
    model = MultiView(code_width=256)
    model.build()
    fan_in = {
        model.encoder[1]: 5 * 5 * 32,
        model.encoder[4]: 3 * 3 * 128,
        model.code: 4096,
        model.joint[0]: 256 + 64,
        model.joint[2]: 256,
        model.decoder[0]: 3 * 3 * 256 / 4,
    }
    for layer, inputs in fan_in.items():
        kernel, bias = layer.get_weights()
        assert kernel.std() == pytest.approx(np.sqrt(2 / inputs), rel=0.02), layer.name
        np.testing.assert_array_equal(bias, 0)


# --- units ---


def units(raw, distance=2.0, **settings):
    model = MultiView(code_width=16, **settings)
    raw = np.asarray(raw, np.float32).reshape(1, 1, 1, -1)
    viewpoints = np.array([[0, 0, distance]], np.float32)
    return {
        key: value.squeeze()
        for key, value in numpy(model.to_units(raw, viewpoints)).items()
    }


def at(value):
    """What the last layer must say for tanh to give `value`."""
    return np.arctanh(value)


def test_units_of_the_paper():
    black_near = units([at(-0.75)] * 3 + [at(-0.75)])
    np.testing.assert_allclose(black_near["rgb"], 0, atol=1e-6)
    assert black_near["depth"] == pytest.approx(0.1, abs=1e-5)
    white_far = units([at(0.75)] * 3 + [at(0.75)])
    np.testing.assert_allclose(white_far["rgb"], 1, atol=1e-6)
    assert white_far["depth"] == pytest.approx(5, abs=1e-5)
    middle = units([0, 0, 0, 0])
    np.testing.assert_allclose(middle["rgb"], 0.5)
    assert middle["depth"] == pytest.approx(2.55)


def test_coverage_follows_from_the_papers_depth():
    def coverage(depth):
        value = ((depth - 0.1) / 4.9 * 2 - 1) * 0.75
        return units([0, 0, 0, at(value)])["alpha"]

    # Far is background, what is at the object's distance or nearer is object.
    assert coverage(5) == pytest.approx(0, abs=1e-6)
    assert coverage(2) == pytest.approx(1, abs=1e-6)
    assert coverage(1.6) == 1
    assert coverage(3.5) == pytest.approx(0.5, abs=1e-5)
    # Beyond far there is nothing either.
    assert units([0, 0, 0, 9])["alpha"] == 0


@pytest.mark.parametrize("distance", [1.7, 2.3])
def test_relative_depth_counts_from_the_distance(distance):
    settings = {"depth_range": (-0.7, 0.7), "relative_depth": True}
    for raw, expected in ((0, 0), (at(-0.75), -0.7), (at(0.75), 0.7)):
        depth = units([0, 0, 0, raw], distance, **settings)["depth"]
        assert depth == pytest.approx(distance + expected, abs=1e-5)
    far = units([0, 0, 0, at(0.75)], distance, **settings)
    assert far["alpha"] == pytest.approx(0, abs=1e-5)


def test_mask_output_lays_the_object_over_grey():
    white = [at(0.75)] * 3
    assert units([*white, 0, 20], mask_output=True)["alpha"] == pytest.approx(1)
    half = units([*white, 0, 0], mask_output=True)
    assert half["alpha"] == pytest.approx(0.5)
    np.testing.assert_allclose(half["rgb"], 0.75, atol=1e-6)
    none = units([*white, 0, -20], mask_output=True)
    np.testing.assert_allclose(none["rgb"], 0.5, atol=1e-6)


def test_mixed_precision_gives_float32():
    model = MultiView(code_width=16, image_size=64, dtype="mixed_bfloat16")
    outputs = numpy(model(make_inputs(64)))
    assert {value.dtype for value in outputs.values()} == {np.dtype(np.float32)}
    assert model.encoder[0].compute_dtype == "bfloat16"


def test_config_is_the_constructors_arguments():
    settings = {
        "image_size": 64,
        "code_width": 24,
        "deep": True,
        "mask_output": True,
        "depth_range": [-0.5, 0.5],
        "relative_depth": True,
    }
    config = MultiView(**settings).get_config()
    assert settings.items() <= config.items()
    assert MultiView.from_config(config).get_config() == config
