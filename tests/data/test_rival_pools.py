"""What the comparison networks' pools draw."""

import numpy as np
import pytest

from tf3d.data.factors import FactorPool, FactorRendering
from tf3d.data.identities import IdentityPool
from tf3d.data.pipeline import LiveRendering
from tf3d.data.pool import PoolSettings
from tf3d.data.turns import TurnPool, over_grey
from tf3d.geometry import ring_of_viewpoints
from tf3d.models.rivals import FACTORS
from tf3d.rendering import render_views
from tf3d.shapes.sources import GeneratedShapes

SETTINGS = PoolSettings(batch_size=6, shapes=3, views=8, reuse=4, workers=0)
SOURCE = GeneratedShapes("chairs", 4)


def live(**settings):
    return LiveRendering([SOURCE], [1], [0], views=8, size=32, **settings)


def assert_same(first, second):
    for left, right in zip(first, second, strict=True):
        assert left.keys() == right.keys()
        for name in left:
            np.testing.assert_array_equal(left[name], right[name])


def test_identity_is_the_shape_shown():
    inputs, targets = IdentityPool(live(), SETTINGS, SOURCE.names).draw()
    assert inputs["identity"].dtype == np.int32
    assert len(set(inputs["identity"].tolist())) > 1
    for number, viewpoint, rgb in zip(
        inputs["identity"], inputs["viewpoint"], targets["rgb"]
    ):
        views = render_views(SOURCE.mesh(int(number)), viewpoint[None], size=32)
        np.testing.assert_allclose(rgb / 255, views.rgb[0], atol=0.51 / 255)


def test_turns_go_around_one_way():
    inputs, targets = TurnPool(live(ring=True), SETTINGS, 3).draw()
    assert inputs["image"].shape == (6, 32, 32, 3)
    assert targets["rgb"].shape == (6, 3, 32, 32, 3)
    assert targets["alpha"].shape == (6, 3, 32, 32)
    turns = inputs["turns"]
    assert (turns == turns[:, :1]).all() and set(turns[:, 0]) <= {-1, 0, 1}


def test_targets_of_turns_are_the_next_views():
    pool = TurnPool(live(ring=True), SETTINGS, 2)
    inputs, targets = pool.draw()
    for image, turn, rgb in zip(inputs["image"], inputs["turns"][:, 0], targets["rgb"]):
        found = [
            (bundle, start)
            for bundle in pool._slots
            for start in range(8)
            if np.array_equal(over_grey(bundle.front[start]), image)
        ]
        ((bundle, start),) = found
        apart = np.diff(bundle.viewpoints[:, 0])
        np.testing.assert_allclose(apart % 360, 45, atol=1e-3)
        for step in (1, 2):
            wanted = bundle.rgb[(start + turn * step) % 8]
            np.testing.assert_array_equal(rgb[step - 1], wanted)


def test_one_factor_varies():
    render = FactorRendering(live(), 4)
    seen = {}
    for k in range(60):
        views, _ = render(k)
        seen.setdefault(FACTORS[views.factor], views)
    assert set(seen) == set(FACTORS)
    assert len(seen["light"]) == 4 and seen["light"].rgb.shape == (4, 32, 32, 3)
    for views in seen.values():
        assert any((views.rgb[0] != other).any() for other in views.rgb[1:])
    # Under another light the outline stays: what is plain grey in all, or in none.
    empty = (np.abs(seen["light"].rgb.astype(int) - 128) <= 1).all(axis=-1)
    assert (empty.all(axis=0) == empty.any(axis=0)).mean() > 0.98


def test_batches_of_factors():
    settings = PoolSettings(batch_size=4, shapes=3, views=4, reuse=2, workers=0)
    pool = FactorPool(FactorRendering(live(), 4), settings)
    inputs, targets = pool.draw()
    np.testing.assert_array_equal(inputs["image"], targets["rgb"])
    assert inputs["factor"].shape == () and 0 <= inputs["factor"] < 4


@pytest.mark.parametrize(
    "make",
    [
        lambda first: IdentityPool(live(), SETTINGS, SOURCE.names, first),
        lambda first: TurnPool(live(ring=True), SETTINGS, 2, first),
        lambda first: FactorPool(FactorRendering(live(), 6), SETTINGS, first),
    ],
    ids=["identities", "turns", "factors"],
)
def test_the_same_batch_after_an_interruption(make):
    pool = make(0)
    batches = [pool.draw() for _ in range(4)]
    assert_same(make(3).draw(), batches[3])


def test_ring():
    ring = ring_of_viewpoints(24, np.random.default_rng(0))
    assert ring.shape == (24, 3) and np.ptp(ring[:, 1]) == 0
    np.testing.assert_allclose(np.diff(ring[:, 0]) % 360, 15)
    assert (ring[:, 2] == 2).all() and -10 <= ring[0, 1] <= 40
