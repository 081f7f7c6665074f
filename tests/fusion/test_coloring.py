import numpy as np

from tf3d.fusion.coloring import vertex_colors
from tf3d.fusion.evidence import gather


def test_vertices_take_the_colors_of_the_side_that_shows_them(box_views):
    evidence = gather(box_views)
    vertices = np.array([[0.35, 0.05, 0], [-0.35, 0, 0.05]], np.float32)
    colors = vertex_colors(vertices, np.sign(vertices) * [1, 0, 0], evidence)
    assert colors[0].argmax() == 0 and colors[1].argmax() == 2
    assert colors.dtype == np.float32


def test_the_background_does_not_bleed_into_the_edge(box_views, changed):
    # A black object on grey: half-covered pixels are grey, its vertices must not be.
    rgb = (0.5 * (1 - box_views.alpha))[..., None] * np.ones(3)
    evidence = gather(changed(box_views, rgb=rgb))
    edge = np.array([[0.349, 0.199, 0.0]], np.float32)
    normal = np.array([[1, 1, 0]]) / np.sqrt(2)
    assert vertex_colors(edge, normal, evidence).max() < 0.03


def test_a_hidden_vertex_takes_its_nearest_seen_neighbours_color(box_views):
    evidence = gather(box_views)
    vertices = np.array([[0.35, 0, 0], [0.1, 0, 0], [-0.35, 0, 0]], np.float32)
    normals = np.array([[1, 0, 0], [1, 0, 0], [-1, 0, 0]])
    colors = vertex_colors(vertices, normals, evidence)
    np.testing.assert_array_equal(colors[1], colors[0])
    assert np.abs(colors[2] - colors[0]).max() > 0.2


def test_where_nothing_is_seen_the_colour_is_grey(box_views):
    lone = vertex_colors(np.zeros((1, 3)), np.array([[0, 0, 1.0]]), gather(box_views))
    np.testing.assert_array_equal(lone, 0.5)
