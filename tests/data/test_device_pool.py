"""Pairs composed on the accelerator are those that the processor would compose."""

import importlib.util

import keras
import numpy as np
import pytest

from tf3d.data.bundles import Bundle
from tf3d.data.device_pool import (
    INTEGERS,
    DeviceInputPool,
    DevicePool,
    _shared,
    compose,
    compose_inputs,
)
from tf3d.data.input_views import _halved, _shifted
from tf3d.data.pool import ASTRAY, PoolSettings
from tf3d.errors import InputError
from tf3d.rendering.compositing import composite_into

SIZE, EXTENT, SHAPES, VIEWS = 32, 40, 5, 3

needs_jax = pytest.mark.skipif(
    importlib.util.find_spec("jax") is None, reason="JAX is not installed"
)


def fake_render(k: int) -> tuple[Bundle, np.ndarray]:
    rng = np.random.default_rng(k)
    front = rng.integers(0, 256, (VIEWS, SIZE, SIZE, 4), np.uint8)
    front[..., :3] = np.minimum(front[..., :3], front[..., 3:])
    front[:, :5] = 0
    viewpoints = np.stack([np.full(VIEWS, k), np.arange(VIEWS), np.full(VIEWS, 2)], -1)
    bundle = Bundle(
        viewpoints.astype(np.float32),
        front,
        rng.integers(0, 256, (VIEWS, SIZE, SIZE, 3), np.uint8),
        rng.integers(0, 256, (VIEWS, SIZE, SIZE), np.uint8),
        rng.uniform(1, 3, (VIEWS, SIZE, SIZE)).astype(np.float16),
    )
    return bundle, rng.integers(0, 256, (2, EXTENT, EXTENT, 3), np.uint8)


def pool_of(monkeypatch, first_batch=0, **settings):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    defaults = {"batch_size": 32, "shapes": SHAPES, "views": VIEWS, "workers": 0}
    settings = PoolSettings(**{**defaults, **settings})
    return DevicePool(fake_render, settings, first_batch)


def arrays_of(batch):
    return [{name: np.asarray(a) for name, a in part.items()} for part in batch]


def test_other_backends_are_refused(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "tensorflow")
    with pytest.raises(InputError, match="data.on_device needs JAX"):
        DevicePool(fake_render, PoolSettings())


@needs_jax
def test_pairs_equal_those_of_the_processor(monkeypatch):
    pool = pool_of(monkeypatch, shift=24, clutter=0.7)
    pool.fill()
    integers, floats = pool._draws(np.random.default_rng(5), SIZE, EXTENT)
    inputs, targets = arrays_of(compose(pool._arrays, integers, floats))
    drawn = [dict(zip(INTEGERS, row, strict=True)) for row in integers]
    # All that can be drawn is.
    assert {d["mirror"] for d in drawn} == {d["cluttered"] for d in drawn} == {0, 1}
    assert {d["slot"] for d in drawn} == set(range(SHAPES))
    assert len({(d["down"], d["right"]) for d in drawn}) > 20
    for index, draw in enumerate(drawn):
        bundle = fake_render(draw["slot"])[0]
        background = fake_render(draw["place"])[1][draw["picture"]]
        background = background[:, ::-1] if draw["flip"] else background
        if not draw["cluttered"]:
            background = np.full_like(background, 128)
        levels = np.linspace(0, 1, 256, dtype=np.float32) ** floats[index, 3]
        tone = np.minimum(levels * floats[index, :3, None] * 255 + 0.5, 255)
        expected = np.empty((SIZE, SIZE, 3), np.uint8)
        composite_into(
            bundle.front[draw["first"]],
            background,
            draw["row"],
            draw["column"],
            bool(draw["mirror"]),
            np.array([draw["down"], draw["right"]]),
            tone.astype(np.uint8),
            expected,
        )
        difference = inputs["image"][index].astype(int) - expected
        # A power may be rounded another way.
        assert np.abs(difference).max() <= 1
        assert (difference != 0).mean() < 0.01
        step = -1 if draw["mirror"] else 1
        for name in ("rgb", "depth", "alpha"):
            target = getattr(bundle, name)[draw["second"]][:, ::step]
            np.testing.assert_array_equal(targets[name][index], target)
        viewpoint = bundle.viewpoints[draw["second"]] * [step, 1, 1]
        np.testing.assert_allclose(inputs["viewpoint"][index], viewpoint)
        seen = bundle.viewpoints[draw["first"]] * [step, 1, 1]
        np.testing.assert_allclose(inputs["seen"][index], seen)


@needs_jax
def test_where_inputs_are_seen_from_is_told_where_asked(monkeypatch):
    usual, inputs = (
        arrays_of(pool_of(monkeypatch, mirror=False, seen=seen, batch_size=256).draw())
        for seen in (False, True)
    )
    assert set(usual[0]) == {"image", "viewpoint"}
    assert set(inputs[0]) == {"image", "viewpoint", "seen"}
    np.testing.assert_array_equal(usual[0]["image"], inputs[0]["image"])
    # The shape's number is the azimuth, and all distances are 2.
    off = inputs[0]["seen"] - inputs[0]["viewpoint"]
    np.testing.assert_allclose(off[:, [0, 2]].std(axis=0), ASTRAY[[0, 2]], rtol=0.2)


@needs_jax
def test_a_batch_depends_on_seed_and_number_alone(monkeypatch):
    pool = pool_of(monkeypatch, reuse=4.0, batch_size=16)
    batches = [arrays_of(pool.draw()) for _ in range(5)]
    assert pool.rendered_views > SHAPES * VIEWS
    again = arrays_of(pool_of(monkeypatch, 4, reuse=4.0, batch_size=16).draw())
    for part, expected in zip(again, batches[4], strict=True):
        for name, array in part.items():
            np.testing.assert_array_equal(array, expected[name])
    assert not np.array_equal(batches[3][0]["image"], batches[4][0]["image"])


@needs_jax
def test_growing_pool_draws_what_is_there(monkeypatch):
    pool = pool_of(monkeypatch, first_shapes=2)
    pool.fill()
    integers, _ = pool._draws(np.random.default_rng(0), SIZE, EXTENT)
    for name in ("slot", "place"):
        assert set(integers[:, INTEGERS.index(name)]) == {0, 1}
    assert pool._arrays["rgb"].shape[0] == SHAPES


@needs_jax
def test_views_are_drawn_from_as_many_as_there_are(monkeypatch):
    pool = pool_of(monkeypatch, views=16)
    pool.fill()
    integers, _ = pool._draws(np.random.default_rng(0), SIZE, EXTENT)
    for name in ("first", "second"):
        assert set(integers[:, INTEGERS.index(name)]) == set(range(VIEWS))


@needs_jax
def test_shapes_of_other_counts_are_refused(monkeypatch):
    pool = pool_of(monkeypatch)
    bundle, backgrounds = fake_render(0)
    pool._keep(0, bundle, backgrounds)
    with pytest.raises(InputError, match="as many views and backgrounds"):
        pool._keep(1, bundle, backgrounds[:1])


def test_little_shared_memory_is_left_alone(monkeypatch, tmp_path):
    monkeypatch.setattr("tf3d.data.device_pool.SHARED_MEMORY", tmp_path)
    monkeypatch.setattr("tf3d.data.device_pool.ROOM", 0)
    assert _shared() == tmp_path
    monkeypatch.setattr("tf3d.data.device_pool.ROOM", 2**60)
    assert _shared() is None


@needs_jax
@pytest.mark.slow
def test_workers_give_the_same(monkeypatch):
    alone = arrays_of(pool_of(monkeypatch).draw())
    pool = pool_of(monkeypatch, workers=1)
    folder = pool._folder
    try:
        found = arrays_of(pool.draw())
    finally:
        pool.close()
    for part, expected in zip(found, alone, strict=True):
        for name, array in part.items():
            np.testing.assert_array_equal(array, expected[name])
    assert not folder.exists()


@pytest.mark.parametrize("name", ["livery", "letterbox", "streets"])
def test_liveries_letterboxes_and_streets_are_refused(name):
    with pytest.raises(InputError, match=f"{name} needs data.on_device=false"):
        DeviceInputPool(fake_render, PoolSettings(**{name: 0.5}))


@needs_jax
def test_inputs_equal_those_of_the_processor(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    settings = PoolSettings(32, SHAPES, VIEWS, workers=0, shift=24, clutter=0.7)
    pool = DeviceInputPool(fake_render, settings)
    pool.fill()
    integers, floats = pool._draws(np.random.default_rng(5), SIZE, EXTENT)
    pairs, _ = arrays_of(compose(pool._arrays, integers, floats))
    inputs, targets = arrays_of(compose_inputs(pool._arrays, integers, floats))
    np.testing.assert_array_equal(inputs["image"], pairs["image"])
    for index, row in enumerate(integers):
        draw = dict(zip(INTEGERS, row, strict=True))
        bundle = fake_render(draw["slot"])[0]
        step = -1 if draw["mirror"] else 1
        covered = bundle.front[draw["first"]][:, ::step, 3]
        expected = _halved(_shifted(covered, draw["down"], draw["right"]))
        np.testing.assert_array_equal(targets["alpha"][index], expected)
        viewpoint = bundle.viewpoints[draw["first"]] * [step, 1, 1]
        np.testing.assert_allclose(targets["viewpoint"][index], viewpoint)
