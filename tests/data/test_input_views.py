import numpy as np
import pytest

from tf3d.data import input_views
from tf3d.data.bundles import Bundle
from tf3d.data.input_views import MARGIN, MOST_PAINT, InputPool
from tf3d.data.pool import PoolSettings
from tf3d.rendering import render_views
from tf3d.shapes.primitives import box

SIZE = 16


def render(k):
    """One view of a light square, left of the middle, seen from 30°."""
    front = np.zeros((1, SIZE, SIZE, 4), np.uint8)
    front[0, 4:8, 2:6] = 255
    bundle = Bundle(
        np.array([[30.0, 10.0, 2.0]], np.float32),
        front,
        front[..., :3],
        front[..., 3],
        np.zeros((1, SIZE, SIZE), np.float16),
    )
    return bundle, np.zeros((1, SIZE, SIZE, 3), np.uint8)


def draw(**settings):
    pool = InputPool(
        render, PoolSettings(batch_size=32, shapes=1, views=1, workers=0, **settings)
    )
    return pool.draw()


def test_mask_is_that_of_the_picture():
    inputs, targets = draw(clutter=1.0, tone=0.0, shift=32)
    assert inputs["image"].shape == (32, SIZE, SIZE, 3)
    assert targets["alpha"].shape == (32, SIZE // 2, SIZE // 2)
    # The background is black and the object white: the picture is its own mask.
    halved = inputs["image"][..., 0].reshape(32, 8, 2, 8, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(targets["alpha"], halved, atol=0.51)
    moved = {tuple(np.argwhere(alpha > 0)[0]) for alpha in targets["alpha"]}
    assert len(moved) > 4  # shifted, and mirrored


def test_mirrored_pictures_are_seen_from_the_other_side():
    inputs, targets = draw(clutter=1.0, tone=0.0, shift=0)
    left = targets["alpha"][:, :, :4].sum(axis=(1, 2)) > 0
    azimuths = targets["viewpoint"][:, 0]
    assert set(azimuths[left]) == {30.0} and set(azimuths[~left]) == {-30.0}
    np.testing.assert_array_equal(targets["viewpoint"][:, 1:], [[10, 2]] * 32)


def test_same_seed_same_batch():
    first, again = draw(seed=3), draw(seed=3)
    for one, other in zip(first, again, strict=True):
        for key, value in one.items():
            np.testing.assert_array_equal(other[key], value)


@pytest.mark.parametrize("shift", [0, 3])
def test_unmirrored(shift):
    _, targets = draw(mirror=False, shift=shift)
    assert set(targets["viewpoint"][:, 0]) == {30.0}


def test_liveries_change_the_colours_and_nothing_else():
    settings = {"clutter": 0.0, "tone": 0.0, "shift": 0, "mirror": False}
    plain, painted = draw(**settings), draw(livery=1.0, **settings)
    for key, value in plain[1].items():
        np.testing.assert_array_equal(painted[1][key], value)
    square = np.zeros((SIZE, SIZE), bool)
    square[4:8, 2:6] = True
    images = painted[0]["image"]
    # The background, which it is painted with, is black here.
    assert (images[:, square] < 255).all()
    np.testing.assert_array_equal(images[:, ~square], plain[0]["image"][:, ~square])
    amounts = 1 - images[:, square][:, 0, 0] / 255
    assert amounts.min() < 0.2 and 0.7 < amounts.max() <= MOST_PAINT


def test_no_livery_draws_what_it_drew_before():
    first, again = draw(seed=3), draw(seed=3, livery=0.0)
    np.testing.assert_array_equal(first[0]["image"], again[0]["image"])


def test_letterboxed_inputs_are_photos_framed_on_their_object():
    settings = {"clutter": 0.0, "tone": 0.0, "shift": 0, "mirror": False}
    plain, boxed = draw(**settings), draw(letterbox=1.0, **settings)
    np.testing.assert_array_equal(
        boxed[1]["viewpoint"], plain[1]["viewpoint"], strict=True
    )
    # The object is 4 pixels wide; a margin of 0.15 of it is one of them.
    near = np.zeros((SIZE, SIZE), bool)
    near[3:9, 1:7] = True
    square = np.zeros((SIZE, SIZE), bool)
    square[4:8, 2:6] = True
    images = boxed[0]["image"]
    assert (images[:, square] == 255).all()
    np.testing.assert_array_equal(boxed[1]["alpha"], plain[1]["alpha"])
    # The background is grey; what the photo's edge cuts is smeared into the bands.
    changed = (images != plain[0]["image"]).any(axis=-1)
    assert changed[:, ~near].any(axis=1).all()
    assert MARGIN == (-0.03, 0.15)


def test_what_a_photo_cuts_off_is_not_the_objects(monkeypatch):
    monkeypatch.setattr("tf3d.data.input_views.MARGIN", (-0.25, -0.25))
    settings = {"clutter": 0.0, "tone": 0.0, "shift": 0, "mirror": False}
    _, targets = draw(letterbox=1.0, **settings)
    # One pixel of four from each side: a quarter of each of four blocks is left.
    for alpha in targets["alpha"]:
        assert np.unique(alpha[2:4, 1:3]) == 64 and alpha.sum() == 4 * 64


def test_an_object_out_of_sight_is_not_framed():
    inputs, targets = draw(letterbox=1.0, shift=64, clutter=1.0)
    unseen = targets["alpha"].max(axis=(1, 2)) == 0
    assert unseen.any() and np.isfinite(inputs["image"]).all()


def test_no_letterbox_draws_what_it_drew_before():
    first, again = draw(seed=3), draw(seed=3, letterbox=0.0)
    np.testing.assert_array_equal(first[0]["image"], again[0]["image"])


def render_box(k):
    """A white box, seen from one side, and a light background."""
    views = render_views(box((0, 0, 0), (0.4, 0.4, 0.4)), [(20, 30, 2.0)], size=64)
    alpha = (255 * views.alpha).astype(np.uint8)
    front = np.repeat(alpha[..., None], 4, axis=-1)
    bundle = Bundle(
        np.array([[20.0, 30.0, 2.0]], np.float32),
        front,
        front[..., :3],
        alpha,
        views.depth.astype(np.float16),
    )
    return bundle, np.full((2, 80, 80, 3), 200, np.uint8)


def draw_boxes(**settings):
    still = {"clutter": 1.0, "tone": 0.0, "shift": 0, "mirror": False}
    settings = PoolSettings(
        batch_size=32, shapes=1, views=1, workers=0, **{**still, **settings}
    )
    return InputPool(render_box, settings).draw()


def test_objects_in_a_street_throw_shadows_that_are_not_theirs(monkeypatch):
    monkeypatch.setattr(input_views, "COMPANY", 0.0)
    plain, shadowed = draw_boxes(), draw_boxes(streets=1.0)
    np.testing.assert_array_equal(shadowed[1]["alpha"], plain[1]["alpha"])
    before, after = (batch[0]["image"].astype(int) for batch in (plain, shadowed))
    assert (after <= before).all()
    darker = (after < before - 20).any(axis=-1)
    assert (darker.sum(axis=(1, 2)) > 20).all()
    # The box itself is as bright as it was.
    inside = plain[1]["alpha"].repeat(2, axis=1).repeat(2, axis=2) == 255
    assert not darker[inside].any()


def test_objects_in_a_street_stand_before_others(monkeypatch):
    monkeypatch.setattr(input_views, "COMPANY", 1.0)
    monkeypatch.setattr(
        input_views, "ground_shadow", lambda depth, *_: np.zeros_like(depth, np.float32)
    )
    plain, crowded = draw_boxes(), draw_boxes(streets=1.0)
    np.testing.assert_array_equal(crowded[1]["alpha"], plain[1]["alpha"])
    changed = (crowded[0]["image"] != plain[0]["image"]).any(axis=-1)
    assert changed.any(axis=(1, 2)).mean() > 0.3  # others are out of the picture
    inside = plain[1]["alpha"].repeat(2, axis=1).repeat(2, axis=2) == 255
    assert not changed[inside].any()


def test_over_plain_grey_nobody_else_stands():
    settings = {"clutter": 0.0, "livery": 0.0}
    plain, street = draw_boxes(**settings), draw_boxes(streets=1.0, **settings)
    # A shadow darkens; another white box would lighten.
    assert (street[0]["image"] <= plain[0]["image"]).all()


def test_no_streets_draws_what_it_drew_before():
    first, again = draw(seed=3, clutter=1.0), draw(seed=3, clutter=1.0, streets=0.0)
    np.testing.assert_array_equal(first[0]["image"], again[0]["image"])
