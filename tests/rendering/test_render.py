import numpy as np
import pytest

from tf3d.geometry import intrinsics, orbit, unproject
from tf3d.rendering import (
    BACKGROUND,
    Lights,
    Renderer,
    random_lights,
    render_normals,
    render_views,
    studio_lights,
)
from tf3d.shapes.mesh import Mesh, concatenate


@pytest.mark.parametrize(
    ("viewpoints", "count"), [([0, 0, 2], 1), ([[0, 0, 2]], 1), (orbit(3), 3)]
)
def test_shapes_and_types(box, viewpoints, count):
    views = render_views(box(), viewpoints, size=20, field_of_view=40)
    assert views.rgb.shape == (count, 20, 20, 3)
    assert views.depth.shape == views.mask.shape == views.alpha.shape == (count, 20, 20)
    assert views.rgb.dtype == views.depth.dtype == np.float32
    assert views.field_of_view == 40
    assert 0 <= views.rgb.min() and views.rgb.max() <= 1


@pytest.mark.parametrize(
    ("viewpoints", "settings", "message"),
    [
        ([0, 0], {}, r"viewpoints of shape \[\.\.\., 3\].*\(2,\)"),
        (np.ones((2, 2, 3)), {}, r"viewpoint of shape \[3\].*\(2, 3\)"),
        ([0, 0, -1], {}, "positive distances"),
        ([0, 0, 2], {"size": 0}, "of at least 1. Received: size=0"),
        ([0, 0, 2], {"supersampling": 0}, "at least 1.*supersampling=0"),
        ([0, 0, 2], {"field_of_view": 180}, "between 0 and 180"),
    ],
)
def test_bad_input(box, viewpoints, settings, message):
    with pytest.raises(ValueError, match=message):
        render_views(box(), viewpoints, **{"size": 16, **settings})


def test_mesh_without_faces():
    mesh = Mesh(np.zeros((3, 3)), np.zeros((0, 3)), np.zeros((0, 3)), name="empty")
    with pytest.raises(ValueError, match="empty: the mesh has no faces"):
        render_views(mesh, [0, 0, 2])


def test_silhouette_of_a_sphere(sphere):
    # Its outline is the cone that touches it: a circle of tan(asin(r / d)) · f pixels.
    views = render_views(sphere(0.3), [30, 0, 2])
    focal = intrinsics()[0, 0]
    radius = focal * np.tan(np.arcsin(0.3 / 2))
    assert views.alpha.sum() == pytest.approx(np.pi * radius**2, rel=5e-3)
    rows, columns = np.nonzero(views.mask[0])
    assert rows.mean() + 0.5 == pytest.approx(64, abs=0.05)
    assert columns.mean() + 0.5 == pytest.approx(64, abs=0.05)


def test_depth_of_a_sphere(sphere):
    views = render_views(sphere(0.3), [0, 20, 2])
    assert views.depth[0, 63:65, 63:65] == pytest.approx(1.7, abs=1e-3)
    points = unproject(views.depth[0], views.viewpoints[0])[views.mask[0]]
    error = np.linalg.norm(points, axis=1) - 0.3
    assert abs(np.median(error)) < 1e-3
    # At the edge a pixel's depth is that of its covered part.
    assert np.abs(error).max() < 0.02


def test_depth_is_planar_and_exact(box):
    # A ray's length would be larger away from the middle.
    views = render_views(box((0.2, 0.3, 0.3)), [0, 0, 2])
    assert views.depth[views.mask] == pytest.approx(1.8, abs=1e-5)
    assert views.mask.sum() == pytest.approx(
        (0.6 / 1.8 * intrinsics()[0, 0]) ** 2, 0.02
    )


def test_depth_of_a_slanted_face(box):
    views = render_views(box((0.3, 0.3, 0.3)), [45, 0, 2])
    points = unproject(views.depth[0], views.viewpoints[0])
    # Pixels that one face fills; those on the edge between two average them.
    inside = views.alpha[0] == 1
    inside[:, 63:65] = False
    on_face = np.abs(np.abs(points[..., :2]).max(axis=-1) - 0.3)
    assert on_face[inside].max() < 2e-4


@pytest.mark.parametrize(
    ("viewpoint", "place", "row", "column"),
    [
        ((0, 0, 2), (0, 0.3, 0), "middle", "right"),
        ((0, 0, 2), (0, 0, 0.3), "top", "middle"),
        ((90, 0, 2), (0.3, 0, 0), "middle", "left"),
        ((180, 0, 2), (0, 0.3, 0), "middle", "left"),
        ((270, 0, 2), (0.3, 0, 0), "middle", "right"),
        ((0, 80, 2), (0.3, 0, 0), "bottom", "middle"),
    ],
)
def test_orientation(box, viewpoint, place, row, column):
    views = render_views(box((0.05, 0.05, 0.05), place), viewpoint)
    rows, columns = np.nonzero(views.mask[0])
    bounds = {
        "top": (0, 50),
        "left": (0, 50),
        "middle": (54, 74),
        "right": (78, 128),
        "bottom": (78, 128),
    }
    low, high = bounds[row]
    assert low <= rows.min() and rows.max() < high
    low, high = bounds[column]
    assert low <= columns.min() and columns.max() < high


def test_pixels_by_hand(box):
    # Front face at depth 2: y from 0.1 to 0.2 and z from -0.3 to -0.1.
    mesh = box((0.1, 0.05, 0.1), (-0.1, 0.15, -0.2))
    views = render_views(mesh, [0, 0, 2])
    rows, columns = np.nonzero(views.mask[0])
    scale = intrinsics()[0, 0] / 2
    assert columns.max() == round(64 + 0.2 * scale) - 1
    assert rows.max() == round(64 + 0.3 * scale) - 1
    # The near sides: those of the back face are nearer to the middle.
    far = intrinsics()[0, 0] / 2.2
    assert columns.min() == round(64 + 0.1 * far)
    assert rows.min() == round(64 + 0.1 * far)


def test_nearer_hides_farther(sheet):
    red, blue = (1, 0, 0), (0, 0, 1)
    near, far = sheet(0.1, 0.1, red), sheet(-0.1, 0.3, blue)
    pictures = [
        render_views(concatenate(order), [0, 0, 2])
        for order in ([near, far], [far, near])
    ]
    for views in pictures:
        assert views.depth[0, 64, 64] == pytest.approx(1.9, abs=1e-5)
        assert views.rgb[0, 64, 64, 0] > 0.5 > views.rgb[0, 64, 64, 2]
        assert views.depth[0, 64, 90] == pytest.approx(2.1, abs=1e-5)
        assert views.rgb[0, 64, 90, 2] > 0.5 > views.rgb[0, 64, 90, 0]
    np.testing.assert_array_equal(pictures[0].rgb, pictures[1].rgb)


def test_intersecting_faces_are_cut_pixel_by_pixel():
    # Two sheets that cross at y = 0: at each side the nearer one shows.
    corners = np.array([[0, -0.3, -0.3], [0, 0.3, -0.3], [0, 0.3, 0.3], [0, -0.3, 0.3]])
    first, second = corners.copy(), corners.copy()
    first[:, 0], second[:, 0] = corners[:, 1] * 0.5, -corners[:, 1] * 0.5
    faces = [[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]]
    colors = [[1, 0, 0]] * 2 + [[0, 0, 1]] * 2
    mesh = Mesh(np.concatenate([first, second]), faces, colors)
    rgb = render_views(mesh, [0, 0, 2]).rgb[0, 64]
    assert (rgb[70:90, 0] > rgb[70:90, 2]).all()
    assert (rgb[40:58, 0] < rgb[40:58, 2]).all()


def test_background_is_plain_grey(box):
    views = render_views(box(), [20, 30, 2])
    outside = views.alpha == 0
    assert outside.any()
    np.testing.assert_array_equal(views.rgb[outside], BACKGROUND)
    np.testing.assert_array_equal(views.depth[~views.mask], 0)
    np.testing.assert_array_equal(views.mask, views.alpha >= 0.5)


@pytest.mark.parametrize(
    ("supersampling", "levels"), [(1, {0, 1}), (2, {0, 0.25, 0.5, 0.75, 1})]
)
def test_alpha_is_coverage(sphere, supersampling, levels):
    views = render_views(sphere(), [0, 0, 2], supersampling=supersampling)
    assert set(np.unique(views.alpha)) == levels


def test_alpha_approaches_the_covered_area(sheet):
    # A sheet at depth 2 whose edges cut pixels at a third.
    half = (20 + 1 / 3) * 2 / intrinsics()[0, 0]
    views = render_views(sheet(0, half), [0, 0, 2], supersampling=6)
    assert views.alpha[0, 64, 84] == pytest.approx(1 / 3)
    assert views.alpha[0, 43, 64] == pytest.approx(1 / 3)
    assert views.alpha[0, 43, 84] == pytest.approx(1 / 9)


def test_edges_blend_with_the_background(sheet):
    half = 20.5 * 2 / intrinsics()[0, 0]
    lights = Lights(np.zeros((0, 3)), np.zeros((0, 3)), ambient=0.0)
    views = render_views(sheet(0, half), [0, 0, 2], lights=lights)
    assert views.alpha[0, 64, 84] == 0.5
    assert views.rgb[0, 64, 64] == pytest.approx(0)
    assert views.rgb[0, 64, 84] == pytest.approx(BACKGROUND / 2)


def test_no_flying_pixels(sheet):
    # Where a near sheet's edge lies in a pixel, its depth is that of the near sheet.
    half = 20.5 * 1.8 / intrinsics()[0, 0]
    mesh = concatenate([sheet(0.2, half), sheet(-0.2, 0.4)])
    depth = render_views(mesh, [0, 0, 2]).depth[0, 64, 40:88]
    assert np.abs(depth[:, None] - [1.8, 2.2]).min(axis=1).max() < 1e-5


def test_truncated_at_the_frame(box):
    views = render_views(box((0.5, 0.5, 0.5)), [0, 0, 1.7], size=32)
    assert views.mask.all()
    assert views.depth == pytest.approx(1.2, abs=1e-5)


def test_behind_the_camera_is_not_drawn(sheet):
    assert not render_views(sheet(2.5), [0, 0, 2]).mask.any()


def test_small_triangles_leave_no_holes(sphere):
    views = render_views(sphere(0.3, rings=120), [17, 23, 2], size=64)
    rows, columns = np.mgrid[:64, :64] + 0.5
    inside = np.hypot(rows - 32, columns - 32) < 16.5
    assert (views.alpha[0][inside] == 1).all()


def test_same_picture_every_time(box):
    first, second = (render_views(box(), orbit(2)) for _ in range(2))
    for name in ("rgb", "depth", "alpha"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_views_do_not_depend_on_those_before(box):
    together = render_views(box(), orbit(3))
    alone = render_views(box(), orbit(3)[2])
    np.testing.assert_array_equal(together.rgb[2], alone.rgb[0])
    np.testing.assert_array_equal(together.depth[2], alone.depth[0])


def test_mirrored_shape_gives_the_mirrored_picture(box):
    left, right = box(centre=(0.1, 0.1, 0)), box(centre=(0.1, -0.1, 0))
    first = render_views(left, [40, 20, 2])
    second = render_views(right, [-40, 20, 2])
    np.testing.assert_allclose(first.alpha, second.alpha[:, :, ::-1])
    np.testing.assert_allclose(first.rgb, second.rgb[:, :, ::-1], atol=2e-3)


def test_colour_of_the_covered_part(sheet):
    # `shade` does not darken a pixel's colour by its coverage.
    half = 10.5 * 2 / intrinsics(64)[0, 0]
    renderer = Renderer(sheet(0, half, (0.2, 0.8, 0.4)), 64)
    renderer.look([0, 0, 2])
    _, alpha = renderer.depth_and_alpha()
    light = Lights(np.zeros((0, 3)), np.zeros((0, 3)), ambient=1.0, bounce=1.0)
    rgb, _ = renderer.shade(light)
    assert (alpha[alpha > 0] < 1).any()
    np.testing.assert_allclose(
        rgb[alpha > 0], np.tile([0.2, 0.8, 0.4], ((alpha > 0).sum(), 1)), atol=2e-3
    )
    np.testing.assert_array_equal(rgb[alpha == 0], 0)


def test_several_lights_at_once_are_each_alone(sphere):
    renderer = Renderer(sphere(0.3), 40)
    renderer.look([30, 20, 2])
    rng = np.random.default_rng(3)
    lights = [random_lights(rng), studio_lights(), random_lights(rng)]
    pictures, normals = renderer.shade_under(lights)
    assert pictures.shape == (3, 40, 40, 3)
    assert np.abs(pictures[0] - pictures[2]).max() > 0.02
    for light, picture in zip(lights, pictures):
        alone, same_normals = renderer.shade(light)
        np.testing.assert_allclose(picture, alone, atol=1e-6)
        np.testing.assert_array_equal(normals, same_normals)


def test_a_second_look_leaves_nothing_of_the_first(box):
    renderer = Renderer(box((0.4, 0.4, 0.4)), 32)
    renderer.look([0, 0, 2])
    renderer.look([0, 0, 60])
    fresh = Renderer(box((0.4, 0.4, 0.4)), 32)
    fresh.look([0, 0, 60])
    for picture, expected in zip(renderer.depth_and_alpha(), fresh.depth_and_alpha()):
        np.testing.assert_array_equal(picture, expected)
    assert 0 < fresh.depth_and_alpha()[1].sum() < 5


def test_insides_of_open_shapes_show(box):
    # Without its front side the box shows the back side from within.
    mesh = box((0.3, 0.3, 0.3))
    corners = mesh.corners
    keep = ~(corners[:, :, 0] > 0).all(axis=1)
    views = render_views(
        Mesh(mesh.vertices, mesh.faces[keep], mesh.face_colors[keep]), [0, 0, 2]
    )
    assert views.depth[0, 64, 64] == pytest.approx(2.3, abs=1e-5)
    normals = render_normals(
        Mesh(mesh.vertices, mesh.faces[keep], mesh.face_colors[keep]), [0, 0, 2]
    )
    np.testing.assert_allclose(normals[0, 64, 64], [1, 0, 0], atol=1e-6)


def test_what_turns_away_hides_what_lies_behind(sheet):
    # Seen from behind, the nearer sheet still covers the farther one.
    red, blue = (1, 0, 0), (0, 0, 1)
    mesh = concatenate([sheet(0.1, 0.3, red), sheet(-0.1, 0.3, blue)])
    views = render_views(mesh, [180, 0, 2])
    assert views.depth[0, 64, 64] == pytest.approx(1.9, abs=1e-5)
    assert views.rgb[0, 64, 64, 2] > 0.5 > views.rgb[0, 64, 64, 0]
    turned = sheet(0.1, 0.1, red)
    turned.faces = turned.faces[:, ::-1]
    views = render_views(concatenate([turned, sheet(-0.1, 0.3, blue)]), [0, 0, 2])
    assert views.depth[0, 64, 64] == pytest.approx(1.9, abs=1e-5)
    assert views.rgb[0, 64, 64, 0] > 0.5 > views.rgb[0, 64, 64, 2]


def test_normals_of_a_sphere(sphere):
    viewpoint = [50, 10, 2]
    normals = render_normals(sphere(0.3), viewpoint)
    views = render_views(sphere(0.3), viewpoint)
    inside = views.alpha == 1
    expected = unproject(views.depth[0], viewpoint)[inside[0]] / 0.3
    cosine = (normals[inside] * expected).sum(axis=-1)
    assert cosine.min() > 0.995
    np.testing.assert_allclose(
        np.linalg.norm(normals[views.alpha > 0], axis=-1), 1, rtol=1e-4
    )
    np.testing.assert_array_equal(normals[views.alpha == 0], 0)


def test_normals_turn_to_the_camera(sheet):
    front, back = render_normals(sheet(), [[0, 0, 2], [180, 0, 2]])
    np.testing.assert_allclose(front[64, 64], [1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(back[64, 64], [-1, 0, 0], atol=1e-6)
