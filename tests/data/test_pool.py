import collections
import os

import numpy as np
import pytest

from tf3d.data.bundles import Bundle
from tf3d.data.pool import ASTRAY, BEHIND, PoolSettings, ViewPool

SIZE = 16
PLAIN = {"clutter": 0.0, "mirror": False, "shift": 0, "tone": 0.0}


def fake_render(k: int) -> tuple[Bundle, np.ndarray]:
    """Views that say which they are: the azimuth counts them through all shapes."""
    rng = np.random.default_rng(k)
    views = 3
    number = k * views + np.arange(views)
    viewpoints = np.stack(
        [number, np.full(views, 10), np.full(views, 2)], axis=-1
    ).astype(np.float32)
    alpha = rng.integers(0, 256, (views, SIZE, SIZE), np.uint8)
    color = rng.random((views, SIZE, SIZE, 3))
    front = np.concatenate([color * alpha[..., None], alpha[..., None]], axis=-1)
    rgb = rng.integers(0, 256, (views, SIZE, SIZE, 3), np.uint8)
    depth = rng.uniform(1, 3, (views, SIZE, SIZE)).astype(np.float16)
    background = rng.integers(0, 256, (2, 20, 20, 3), np.uint8)
    bundle = Bundle(viewpoints, front.astype(np.uint8), rgb, alpha, depth)
    return bundle, background


def make_pool(first_batch=0, render=fake_render, **settings):
    defaults = {"batch_size": 4, "shapes": 5, "views": 3, "reuse": 4.0, "workers": 0}
    return ViewPool(render, PoolSettings(**{**defaults, **settings}), first_batch)


def assert_same(first, second):
    for left, right in zip(first, second, strict=True):
        assert left.keys() == right.keys()
        for name in left:
            assert left[name].dtype == right[name].dtype
            np.testing.assert_array_equal(left[name], right[name])


def view_of(number):
    bundle, _ = fake_render(number // 3)
    return {name: getattr(bundle, name)[number % 3] for name in Bundle.FIELDS}


def test_shapes_and_types():
    inputs, targets = make_pool().draw()
    found = {
        name: (array.shape, array.dtype.name)
        for name, array in {**inputs, **targets}.items()
    }
    assert found == {
        "image": ((4, SIZE, SIZE, 3), "uint8"),
        "viewpoint": ((4, 3), "float32"),
        "rgb": ((4, SIZE, SIZE, 3), "uint8"),
        "depth": ((4, SIZE, SIZE), "float16"),
        "alpha": ((4, SIZE, SIZE), "uint8"),
    }


def test_targets_belong_to_their_viewpoint():
    inputs, targets = make_pool(**PLAIN).draw()
    for i, viewpoint in enumerate(inputs["viewpoint"]):
        view = view_of(int(viewpoint[0]))
        np.testing.assert_array_equal(viewpoint, view["viewpoints"])
        for name in ("rgb", "depth", "alpha"):
            np.testing.assert_array_equal(targets[name][i], view[name])


def test_input_is_a_view_of_the_same_shape_over_grey():
    inputs, _ = make_pool(**PLAIN).draw()
    for image, viewpoint in zip(inputs["image"], inputs["viewpoint"], strict=True):
        front = fake_render(int(viewpoint[0]) // 3)[0].front.astype(int)
        grey = 128 * (255 - front[..., 3:]) / 255
        error = np.abs(front[..., :3] + grey - image).max(axis=(1, 2, 3))
        assert error.min() <= 1


def test_mirror_turns_pictures_and_azimuth():
    plain = make_pool(**PLAIN, batch_size=64)
    mirrored = make_pool(**{**PLAIN, "mirror": True}, batch_size=64)
    inputs, targets = mirrored.draw()
    turned = 0
    for i, viewpoint in enumerate(inputs["viewpoint"]):
        number = int(abs(viewpoint[0]))
        view = view_of(number)
        step = -1 if np.signbit(viewpoint[0]) else 1
        turned += step < 0
        np.testing.assert_array_equal(viewpoint[1:], view["viewpoints"][1:])
        for name in ("rgb", "depth", "alpha"):
            np.testing.assert_array_equal(targets[name][i], view[name][:, ::step])
        front = fake_render(number // 3)[0].front[:, :, ::step].astype(int)
        grey = 128 * (255 - front[..., 3:]) / 255
        error = np.abs(front[..., :3] + grey - inputs["image"][i]).max(axis=(1, 2, 3))
        assert error.min() <= 1
    assert 15 <= turned <= 49
    assert (plain.draw()[0]["viewpoint"] >= 0).all()


def test_inputs_may_come_with_where_they_are_seen_from():
    settings = {**PLAIN, "mirror": True, "batch_size": 256}
    inputs, _ = make_pool(**settings, seen=True).draw()
    usual, _ = make_pool(**settings).draw()
    # Nothing else changes.
    assert set(inputs) - set(usual) == {"seen"}
    for name, array in usual.items():
        np.testing.assert_array_equal(inputs[name], array)
    seen = inputs["seen"]
    assert seen.shape == (256, 3) and seen.dtype == np.float32
    off = []
    for image, target, found in zip(inputs["image"], inputs["viewpoint"], seen):
        step = -1 if np.signbit(target[0]) else 1
        bundle, _ = fake_render(int(abs(target[0])) // 3)
        front = bundle.front[:, :, ::step].astype(int)
        grey = 128 * (255 - front[..., 3:]) / 255
        error = np.abs(front[..., :3] + grey - image).max(axis=(1, 2, 3))
        off.append(found - bundle.viewpoints[error.argmin()] * [step, 1, 1])
    np.testing.assert_allclose(np.std(off, axis=0), ASTRAY, rtol=0.2)
    assert (np.abs(np.mean(off, axis=0)) < 0.3 * ASTRAY).all()


def test_same_seed_same_batches():
    first, same, other = make_pool(), make_pool(), make_pool(seed=1)
    for _ in range(3):
        batch = first.draw()
        assert_same(batch, same.draw())
        assert (other.draw()[0]["image"] != batch[0]["image"]).any()


@pytest.mark.parametrize("first_batch", [1, 7, 20])
@pytest.mark.parametrize("reuse", [1.0, 4.0, 30.0])
def test_resumed_pool_goes_on_alike(first_batch, reuse):
    whole = make_pool(reuse=reuse)
    for _ in range(first_batch):
        whole.draw()
    resumed = make_pool(first_batch, reuse=reuse)
    for _ in range(3):
        assert_same(whole.draw(), resumed.draw())


def shapes_in(pool):
    """The shapes of the next batch's targets."""
    return {int(number) // 3 for number in pool.draw()[0]["viewpoint"][:, 0]}


def test_pool_grows_from_its_first_shapes():
    pool = make_pool(first_shapes=1, shapes=4, batch_size=12, reuse=4.0, **PLAIN)
    # A batch of 12 pairs brings two shapes.
    assert shapes_in(pool) == {0}
    assert shapes_in(pool) == {0, 1, 2}
    assert shapes_in(pool) == {1, 2, 3, 4}  # full: the first has left


@pytest.mark.parametrize("first_batch", [1, 2, 5, 20])
def test_growing_pool_is_resumed(first_batch):
    whole = make_pool(first_shapes=1)
    for _ in range(first_batch):
        whole.draw()
    resumed = make_pool(first_batch, first_shapes=1)
    for _ in range(3):
        assert_same(whole.draw(), resumed.draw())


def test_no_more_first_shapes_than_shapes():
    assert_same(make_pool(first_shapes=9).draw(), make_pool().draw())


def test_resumed_pool_renders_what_it_needs_alone():
    asked = []

    def render(k):
        asked.append(k)
        return fake_render(k)

    pool = make_pool(30, render)
    pool.fill()
    # 30 batches of 4 pairs with reuse 4 of 3 views: 20 more shapes than the first 5.
    assert asked == [20, 21, 22, 23, 24]
    assert pool.rendered_views == 15


@pytest.mark.parametrize("reuse", [2.0, 6.0])
def test_views_are_reused_as_often_as_set(reuse):
    pool = make_pool(reuse=reuse, batch_size=8, **PLAIN)
    drawn, batches = collections.Counter(), 200
    for _ in range(batches):
        numbers = pool.draw()[0]["viewpoint"][:, 0]
        drawn.update(int(number) // 3 for number in numbers)
    # Each pair draws an input, too: so a view is a target half as often.
    shapes = range(10, max(drawn) - 10)
    mean = np.mean([drawn[k] for k in shapes]) / 3
    assert mean == pytest.approx(reuse / 2, rel=0.1)
    entered = 5 + batches * 2 * 8 / (3 * reuse)
    assert pool.rendered_views / 3 == pytest.approx(entered, abs=6)


def test_shapes_per_batch():
    settings = PoolSettings(batch_size=64, views=16, reuse=8)
    assert settings.shapes_per_batch == 1


def test_clutter_is_the_share_over_backgrounds():
    def grey_pictures(clutter):
        # An empty cut-out shows the ground alone.
        def render(k):
            bundle, backgrounds = fake_render(k)
            bundle.front[:] = 0
            return bundle, backgrounds

        pool = make_pool(render=render, batch_size=200, **{**PLAIN, "clutter": clutter})
        return (pool.draw()[0]["image"] == 128).all(axis=(1, 2, 3)).mean()

    assert grey_pictures(0.0) == 1
    assert grey_pictures(1.0) == 0
    assert 0.2 < grey_pictures(0.7) < 0.4


def test_shift_stays_within_its_reach():
    def render(k):
        bundle, backgrounds = fake_render(k)
        bundle.front[:] = 0
        bundle.front[:, 8, 8] = 255
        return bundle, backgrounds

    # 32 px at a picture of 128 are 4 px at 16.
    settings = {**PLAIN, "shift": 32}
    images = make_pool(render=render, batch_size=300, **settings).draw()[0]["image"]
    _, rows, columns, _ = np.nonzero(images == 255)
    for places in (rows, columns):
        assert set(places) == set(range(4, 13))


def test_tone_changes_the_input_alone():
    plain = make_pool(**PLAIN).draw()
    inputs, targets = make_pool(**{**PLAIN, "tone": 0.1}).draw()
    np.testing.assert_array_equal(inputs["viewpoint"][0], plain[0]["viewpoint"][0])
    np.testing.assert_array_equal(targets["rgb"][0], plain[1]["rgb"][0])
    change = np.abs(inputs["image"][0].astype(int) - plain[0]["image"][0])
    # Gains of 1 ± 0.133 and gammas of 1 ± 0.1.
    assert 0 < change.max() < 60


def test_progress_of_the_first_fill():
    seen = []
    make_pool().fill(lambda done, total: seen.append((done, total)))
    assert seen == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_iteration_draws():
    batches = iter(make_pool())
    other = make_pool()
    for _ in range(2):
        assert_same(next(batches), other.draw())


def test_a_worker_gives_the_same_batches():
    # Workers import the function by name: one that lies in the package.
    from tf3d.data.pipeline import LiveRendering
    from tf3d.shapes.sources import open_source

    def make(workers, first_batch=0):
        source = open_source("cars", count=4)
        render = LiveRendering([source], [1.0], [0.5], views=2, size=SIZE)
        settings = PoolSettings(
            batch_size=2, shapes=2, views=2, reuse=4, workers=workers
        )
        return ViewPool(render, settings, first_batch)

    alone, helped = make(0), make(1)
    try:
        for _ in range(3):
            assert_same(alone.draw(), helped.draw())
    finally:
        helped.close()
    # What was rendered ahead is dropped; drawing on starts workers anew.
    assert helped._executor is None


def test_workers_stand_behind_training():
    # Called for shape 0, it adds nothing and says how nice its process is.
    pool = make_pool(render=os.nice, workers=1)
    try:
        pool._submit(1)
        assert pool._pending[0].result() == min(os.nice(0) + BEHIND, 19)
    finally:
        pool.close()
