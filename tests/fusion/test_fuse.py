import numpy as np
import pytest
import trimesh

from tf3d.errors import InputError
from tf3d.evaluation.surface import compare_surfaces
from tf3d.fusion import METHODS, fuse, fusion_viewpoints
from tf3d.geometry import Views, orbit
from tf3d.rendering import render_views
from tf3d.shapes.mesh import Mesh


def opened(surface) -> trimesh.Trimesh:
    return trimesh.Trimesh(surface.vertices, surface.faces, process=False)


def winding(surface, places) -> np.ndarray:
    """How often a closed surface goes around each place: 1 inside, 0 outside."""
    out = []
    for place in places:
        a, b, c = (surface.vertices[surface.faces] - place).astype(float).swapaxes(0, 1)
        la, lb, lc = (np.linalg.norm(corner, axis=1) for corner in (a, b, c))
        ab, bc, ca = (np.einsum("ij,ij->i", *two) for two in ((a, b), (b, c), (c, a)))
        volume = np.einsum("ij,ij->i", a, np.cross(b, c))
        angle = np.arctan2(volume, la * lb * lc + ab * lc + bc * la + ca * lb)
        out.append(angle.sum() / (2 * np.pi))
    return np.array(out)


def score(surface, truth):
    predicted = Mesh(surface.vertices, surface.faces, surface.face_colors)
    return compare_surfaces(predicted, truth, np.random.default_rng(0), count=5000)


def test_viewpoints_are_in_the_range_that_the_network_learns():
    viewpoints = fusion_viewpoints()
    assert viewpoints.shape == (24, 3)
    assert viewpoints[:, 1].min() >= -10 and viewpoints[:, 1].max() <= 40
    assert len(np.unique(viewpoints[:, 0])) == 24


@pytest.mark.parametrize("method", METHODS)
def test_box_is_closed_coloured_and_in_place(method, box_mesh, box_views):
    surface = fuse(box_views, method)
    mesh = opened(surface)
    assert mesh.is_watertight
    assert mesh.volume == pytest.approx(0.7 * 0.4 * 0.3, rel=0.05)
    result = score(surface, box_mesh)
    assert result.f_score > 0.99
    front = surface.vertices[:, 0] > 0.34
    back = surface.vertices[:, 0] < -0.34
    assert (
        surface.colors[front].mean(axis=0).argmax(),
        surface.colors[back].mean(axis=0).argmax(),
    ) == (0, 2)


def faint_legs(views: Views, coverage: float) -> Views:
    """A table whose blue legs a network would cover by so much, and leave grey."""
    leg = views.mask & (views.rgb[..., 2] > views.rgb[..., 0])
    alpha = np.where(leg, coverage, views.alpha)
    rgb = np.where(leg[..., None], 0.5, views.rgb)
    return Views(views.viewpoints, rgb, views.depth, alpha >= 0.5, alpha)


def test_faint_thin_parts_are_kept_in_their_neighbours_colour(table_views):
    surface = fuse(faint_legs(table_views, 0.35))
    legs = surface.vertices[:, 2] < 0.1
    low = surface.vertices[legs][:, :2]
    for x in (-0.27, 0.27):
        for y in (-0.17, 0.17):
            assert (np.abs(low - (x, y)).max(axis=1) < 0.05).any()
    assert surface.vertices[:, 2].min() < -0.17
    red, _, blue = surface.colors[legs].mean(axis=0)
    assert red > 0.5 and blue < 0.3


def test_traces_of_parts_are_carved_away(table_views):
    surface = fuse(faint_legs(table_views, 0.1))
    assert surface.vertices[:, 2].min() > 0.1


@pytest.mark.parametrize("method", METHODS)
def test_table_keeps_its_legs_and_its_underside(method, table_views):
    surface = fuse(table_views, method)
    assert opened(surface).is_watertight
    places = [[0.27, 0.17, -0.1], [-0.27, -0.17, -0.1], [0, 0, 0.18]]  # in the wood
    places += [[0, 0, 0.1], [0, 0.17, 0]]  # under the slab, between two legs
    inside = winding(surface, places) > 0.5
    np.testing.assert_array_equal(inside, [True, True, True, False, False])


def test_same_views_same_surface(box_views):
    first, second = fuse(box_views), fuse(box_views)
    np.testing.assert_array_equal(first.vertices, second.vertices)
    np.testing.assert_array_equal(first.colors, second.colors)


def test_views_cut_by_the_frame_do_no_harm(box_mesh, box_views):
    near = orbit(8, 10, 1.1)
    cut = render_views(box_mesh, near)
    edges = np.concatenate(
        [cut.mask[:, :, [0, -1]], cut.mask[:, [0, -1]].swapaxes(1, 2)], 1
    )
    assert edges.any(axis=(1, 2)).all()  # each view is cut
    both = Views(
        *(
            np.concatenate([getattr(views, name) for views in (box_views, cut)])
            for name in ("viewpoints", "rgb", "depth", "mask", "alpha")
        )
    )
    surface = fuse(both)
    assert score(surface, box_mesh).f_score > 0.99
    assert np.ptp(surface.vertices, axis=0) == pytest.approx([0.7, 0.4, 0.3], abs=0.02)


def test_six_views_from_above_close_the_underside(box_mesh):
    surface = fuse(render_views(box_mesh, orbit(6)))
    assert opened(surface).is_watertight
    assert surface.vertices[:, 2].min() == pytest.approx(-0.15, abs=0.03)
    assert score(surface, box_mesh).f_score > 0.9


def test_a_single_view_gives_a_closed_surface(box_mesh):
    surface = fuse(render_views(box_mesh, orbit(1)))
    assert opened(surface).is_watertight


def test_one_wrong_view_does_not_carve_the_object(box_mesh, box_views, changed):
    alpha, mask = box_views.alpha.copy(), box_views.mask.copy()
    alpha[3], mask[3] = 0, False
    surface = fuse(changed(box_views, alpha=alpha, mask=mask))
    assert score(surface, box_mesh).f_score > 0.98


def test_depth_errors_are_averaged(box_mesh, box_views, changed):
    rng = np.random.default_rng(0)
    error = 0.01 * rng.standard_normal((24, 1, 1))
    depth = np.where(box_views.mask, box_views.depth + error, 0)
    surface = fuse(changed(box_views, depth=depth))
    assert score(surface, box_mesh).f_score > 0.97


def test_unknown_method_names_the_known_ones(box_views):
    with pytest.raises(InputError, match="'magic'.*tsdf, tgv, poisson"):
        fuse(box_views, "magic")


def test_views_that_agree_on_nothing_are_refused(box_views, changed):
    # Two far corners, each carved away by all the others.
    alpha = np.zeros_like(box_views.alpha)
    alpha[0, 2:6, 2:6] = 1
    depth = np.where(alpha > 0, 2.0, 0)
    views = changed(box_views, alpha=alpha, mask=alpha > 0, depth=depth)
    with pytest.raises(InputError, match="agree on no solid object"):
        fuse(views)
