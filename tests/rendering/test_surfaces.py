import dataclasses

import numpy as np
import pytest

from tf3d.rendering import Lights, prepare, render_views
from tf3d.rendering.surfaces import (
    MAX_TEXTURE,
    corner_normals,
    linear_to_srgb,
    srgb_to_linear,
)
from tf3d.shapes.mesh import Mesh

# Shows colours as they are.
FLAT = Lights(np.zeros((0, 3)), np.zeros((0, 3)), ambient=1.0, bounce=1.0)
UV = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])[[[0, 1, 2], [0, 2, 3]]]


def textured(sheet, picture, uv=UV, color=(1, 1, 1)):
    return sheet(
        color=color,
        uv=uv,
        face_textures=np.zeros(2, int),
        textures=(np.asarray(picture, np.uint8),),
    )


@pytest.mark.parametrize(
    ("srgb", "light"), [(0, 0), (0.04045, 0.0031308), (0.5, 0.21404), (1, 1)]
)
def test_srgb_presets(srgb, light):
    assert srgb_to_linear(srgb) == pytest.approx(light, rel=1e-4)
    assert linear_to_srgb(light) == pytest.approx(srgb, rel=1e-4)


def test_srgb_round_trip_and_clipping():
    values = np.linspace(0, 1, 101, dtype=np.float32)
    np.testing.assert_allclose(
        linear_to_srgb(srgb_to_linear(values)), values, atol=1e-6
    )
    np.testing.assert_allclose(linear_to_srgb([-1, 2]), [0, 1], rtol=1e-6)


def test_normals_of_a_sphere_are_smooth(sphere):
    mesh = sphere(0.3, rings=16)
    cosine = (corner_normals(mesh) * mesh.corners / 0.3).sum(axis=-1)
    # Faces without area at the poles have no normal of their own.
    assert cosine[mesh.face_normals.any(axis=1)].min() > 0.99


def test_normals_of_a_box_are_hard(box):
    mesh = box()
    expected = np.repeat(mesh.face_normals[:, None], 3, axis=1)
    np.testing.assert_allclose(corner_normals(mesh), expected, atol=1e-6)


def test_crease_angle_decides(box):
    mesh = box((1, 1, 1))
    smooth = corner_normals(mesh, crease=100)
    assert (np.abs(smooth) > 0.3).all()


def test_doubled_vertices_count_as_one(sphere):
    mesh = sphere(0.3, rings=12)
    doubled = dataclasses.replace(
        mesh,
        vertices=mesh.corners.reshape(-1, 3),
        faces=np.arange(3 * len(mesh.faces)).reshape(-1, 3),
    )
    np.testing.assert_allclose(corner_normals(doubled), corner_normals(mesh), atol=1e-6)


def test_face_without_area_has_finite_normals():
    mesh = Mesh(np.eye(3), [[0, 1, 2], [0, 1, 1]], np.full((2, 3), 0.5))
    assert np.isfinite(corner_normals(mesh)).all()


def test_colours_become_linear(sheet):
    surfaces = prepare(sheet(color=(0, 0.5, 1)))
    np.testing.assert_allclose(surfaces.colors, [[0, 0.21404, 1]] * 2, rtol=1e-4)
    np.testing.assert_array_equal(surfaces.textures, [-1, -1])


def test_texture_lies_the_right_way(sheet):
    # Seen from the front: u to the right, v upwards, first row at the top.
    picture = np.zeros((8, 8, 3))
    picture[:4, :4], picture[:4, 4:] = (255, 0, 0), (0, 255, 0)
    picture[4:, :4], picture[4:, 4:] = (0, 0, 255), (255, 255, 255)
    rgb = render_views(textured(sheet, picture), [0, 0, 2], lights=FLAT).rgb[0]
    np.testing.assert_allclose(rgb[48, 48], [1, 0, 0], atol=0.01)
    np.testing.assert_allclose(rgb[48, 80], [0, 1, 0], atol=0.01)
    np.testing.assert_allclose(rgb[80, 48], [0, 0, 1], atol=0.01)
    np.testing.assert_allclose(rgb[80, 80], [1, 1, 1], atol=0.01)


def test_texture_is_sampled_between_texels(sheet):
    # A ramp whose texel centres are at u = (i + 0.5) / 4: in between it is linear.
    ramp = srgb_bytes(np.array([0.2, 0.4, 0.6, 0.8]))
    picture = np.repeat(np.tile(ramp, (4, 1))[..., None], 3, axis=2)
    views = render_views(textured(sheet, picture), [0, 0, 2], lights=FLAT)
    half = 0.3 / 2 * 64 / np.tan(np.radians(15))
    u = (np.arange(128) + 0.5 - 64 + half) / (2 * half)
    inside = (u > 0.15) & (u < 0.85)
    expected = np.interp(u[inside], [0.125, 0.875], [0.2, 0.8])
    found = srgb_to_linear(views.rgb[0, 64, inside, 0])
    np.testing.assert_allclose(found, expected, atol=0.01)


def srgb_bytes(light):
    return np.rint(linear_to_srgb(light) * 255).astype(np.uint8)


def test_texture_repeats(sheet):
    picture = np.zeros((4, 4, 3))
    picture[:, :2] = 255
    views = render_views(textured(sheet, picture, UV * 2 - 3), [0, 0, 2], lights=FLAT)
    half = 0.3 / 2 * 64 / np.tan(np.radians(15))
    columns = [int(64 + half * place) for place in (-0.75, -0.25, 0.25, 0.75)]
    np.testing.assert_allclose(views.rgb[0, 64, columns, 0], [1, 0, 1, 0], atol=0.01)


def test_texture_is_correct_in_perspective(sheet):
    # A strongly slanted sheet: the middle of the texture is where the middle is seen.
    picture = np.zeros((2, 64, 3))
    picture[:, 32:] = 255
    views = render_views(textured(sheet, picture), [70, 0, 1.0], lights=FLAT)
    row = views.rgb[0, 64, :, 0]
    assert row[66] > 0.99 and row[61] < 0.01


def test_colour_multiplies_the_texture(sheet):
    mesh = textured(sheet, np.full((2, 2, 3), 255), color=(0.5, 1, 0))
    views = render_views(mesh, [0, 0, 2], lights=FLAT)
    np.testing.assert_allclose(views.rgb[0, 64, 64], [0.5, 1, 0], atol=0.005)


def test_faces_without_a_texture_keep_their_colour(sheet):
    mesh = dataclasses.replace(
        textured(sheet, np.zeros((2, 2, 3)), color=(0.25, 0.5, 0.75)),
        face_textures=np.array([0, -1]),
    )
    rgb = render_views(mesh, [0, 0, 2], lights=FLAT).rgb[0]
    np.testing.assert_allclose(rgb[80, 80], 0, atol=0.005)
    np.testing.assert_allclose(rgb[48, 48], [0.25, 0.5, 0.75], atol=0.005)


@pytest.mark.parametrize("shape", [(600, 300), (300, 1), (257, 513), (1, 1)])
def test_large_textures_shrink_to_their_mean(sheet, shape):
    picture = np.full((*shape, 3), 128)
    picture[:, : shape[1] // 2] = 0
    surfaces = prepare(textured(sheet, picture))
    first, height, width = surfaces.texture_table[0]
    assert first == 0 and max(height, width) <= MAX_TEXTURE
    assert len(surfaces.texels) == height * width
    expected = srgb_to_linear(picture / 255).mean()
    assert surfaces.texels.mean() == pytest.approx(expected, rel=0.01)


def test_several_textures_lie_one_after_the_other(sheet):
    pictures = (np.full((2, 3, 3), 255, np.uint8), np.zeros((4, 2, 3), np.uint8))
    mesh = sheet(uv=UV, face_textures=np.array([1, 0]), textures=pictures)
    surfaces = prepare(mesh)
    np.testing.assert_array_equal(surfaces.texture_table, [[0, 2, 3], [6, 4, 2]])
    rgb = render_views(surfaces, [0, 0, 2], lights=FLAT).rgb[0]
    np.testing.assert_allclose(rgb[80, 80], 0, atol=0.005)
    np.testing.assert_allclose(rgb[48, 48], 1, atol=0.005)
