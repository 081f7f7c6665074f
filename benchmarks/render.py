"""The package's rasteriser against Panda3D's software renderer and Open3D's rays.

    PYTHONPATH=. python benchmarks/render.py
    PYTHONPATH=. python benchmarks/render.py --views 6 --rounds 2 --sheet sheet.png

One generated car, its largest faces split until it has about 12,000 and 100,000
triangles, from the same random viewpoints, at 128 x 128 under three point lights. All
run in this process, which keeps to one core, and take turns. For edges as smooth as
those of our 2 x 2 samples a pixel the peers draw 256 x 256, averaged down with NumPy.

What each gives:

- tf3d: RGB, planar depth, mask, normals; light a pixel, smooth normals, both sides of a
  face.
- Panda3D (TinyDisplay): RGB and mask, from the alpha channel. It has no depth: a depth
  texture bound to its buffer comes back with the colours, and there are no shaders to
  draw depth with. Light a vertex, faces that look away left out. It does less, so the
  comparison favours it; the row below adds the depth that training needs, by Open3D.
- Open3D (RaycastingScene): depth, mask, face normals; flat shading in NumPy.

Prints views/s (median over rounds) and ratios. About two minutes.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import pathlib
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from tf3d.geometry import (
    FIELD_OF_VIEW,
    camera_position,
    extrinsics,
    intrinsics,
    random_viewpoints,
)
from tf3d.rendering import Renderer, studio_lights
from tf3d.rendering.surfaces import Surfaces, linear_to_srgb, prepare
from tf3d.shapes.cars import generate_car
from tf3d.shapes.mesh import Mesh

SIZE, FACTOR = 128, 2
SAMPLES = SIZE * FACTOR
GREY = 0.5

# viewpoint -> (rgb [s, s, 3] in [0, 1], mask bool [s, s], depth [s, s] or None)
View = tuple[np.ndarray, np.ndarray, np.ndarray | None]
Draw = Callable[[np.ndarray], View]


def refined(mesh: Mesh, triangles: int) -> Mesh:
    """The same surface with more triangles: the largest become four, repeatedly."""
    while len(mesh.faces) < triangles:
        count = min(len(mesh.faces), -(-(triangles - len(mesh.faces)) // 3))
        corners = mesh.corners
        edges = np.diff(corners, axis=1)
        area = np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=-1)
        order = np.argsort(-area, kind="stable")
        split, kept = order[:count], order[count:]
        a, b, c = np.moveaxis(corners[split], 1, 0)
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        parts = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
        new = np.concatenate([corners[kept], *(np.stack(p, axis=1) for p in parts)])
        source = np.concatenate([kept, *[split] * 4])
        mesh = dataclasses.replace(
            mesh,
            vertices=new.reshape(-1, 3),
            faces=np.arange(3 * len(new), dtype=np.int32).reshape(-1, 3),
            face_colors=mesh.face_colors[source],
            face_parts=mesh.face_parts[source],
        )
    return mesh


# --- ours ---


def ours(mesh: Mesh, surfaces: Surfaces) -> Draw:
    renderer, lights = Renderer(surfaces, SIZE, supersampling=FACTOR), studio_lights()

    def draw(viewpoint: np.ndarray) -> View:
        renderer.look(viewpoint)
        depth, alpha = renderer.depth_and_alpha()
        color, _ = renderer.shade(lights)
        weight = alpha[..., None]
        rgb = color * weight + np.float32(GREY) * (1 - weight)
        return rgb, alpha >= 0.5, depth

    return draw


# --- peers ---


def panda3d(mesh: Mesh, surfaces: Surfaces) -> Draw:
    from panda3d import core

    core.load_prc_file_data(
        "",
        "load-display p3tinydisplay\nwindow-type offscreen\n"
        "notify-level-display fatal\naudio-library-name null",
    )
    engine = core.GraphicsEngine.get_global_ptr()
    selection = core.GraphicsPipeSelection.get_global_ptr()
    properties = core.FrameBufferProperties()
    properties.set_rgba_bits(8, 8, 8, 8)
    properties.set_depth_bits(24)
    buffer = engine.make_output(
        selection.make_module_pipe("p3tinydisplay"),
        "views",
        0,
        properties,
        core.WindowProperties.size(SAMPLES, SAMPLES),
        core.GraphicsPipe.BF_refuse_window,
    )
    buffer.set_clear_color((GREY, GREY, GREY, 0))
    picture = core.Texture()
    buffer.add_render_texture(
        picture, core.GraphicsOutput.RTM_copy_ram, core.GraphicsOutput.RTP_color
    )
    root = core.NodePath("root")
    root_object = root.attach_new_node(_panda3d_node(mesh, surfaces, core))
    lights = studio_lights()
    for place, strength in zip(lights.positions, lights.intensities):
        light = core.PointLight("light")
        light.set_color((*map(float, strength), 1))
        light.attenuation = (0, 0, 1)
        node = root.attach_new_node(light)
        node.set_pos(*map(float, place))
        root_object.set_light(node)
    ambient = core.AmbientLight("ambient")
    level = lights.ambient * (1 + lights.bounce) / 2
    ambient.set_color((level, level, level, 1))
    root_object.set_light(root.attach_new_node(ambient))
    lens = core.PerspectiveLens()
    lens.set_fov(FIELD_OF_VIEW, FIELD_OF_VIEW)
    lens.set_near_far(0.5, 5)
    camera = root.attach_new_node(core.Camera("camera", lens))
    buffer.make_display_region().set_camera(camera)

    def draw(viewpoint: np.ndarray) -> View:
        camera.set_pos(*map(float, camera_position(viewpoint)))
        camera.look_at(0, 0, 0)
        engine.render_frame()
        # BGRA, the last row first.
        values = np.frombuffer(picture.get_ram_image(), np.uint8)
        values = values.reshape(SIZE, FACTOR, SIZE, FACTOR, 4)[::-1]
        mean = values.sum(axis=(1, 3), dtype=np.uint16) * np.float32(
            1 / 255 / FACTOR**2
        )
        return mean[..., 2::-1], mean[..., 3] >= 0.5, None

    return draw


def _panda3d_node(mesh: Mesh, surfaces: Surfaces, core: Any) -> Any:
    layout = core.GeomVertexFormat.get_v3n3c4()
    fields = [("place", "f4", 3), ("normal", "f4", 3), ("color", "u1", 4)]
    rows = np.zeros(3 * len(mesh.faces), fields)
    rows["place"] = surfaces.corners.reshape(-1, 3)
    rows["normal"] = surfaces.normals.reshape(-1, 3)
    rows["color"][:, :3] = np.repeat(np.rint(mesh.face_colors * 255), 3, axis=0)
    rows["color"][:, 3] = 255
    # Corners that are alike become one vertex, lit once.
    data = rows.view(np.dtype((np.void, rows.itemsize)))
    data, index = np.unique(data, return_inverse=True)
    vertices = core.GeomVertexData("mesh", layout, core.Geom.UH_static)
    vertices.unclean_set_num_rows(len(data))
    vertices.modify_array_handle(0).copy_data_from(data.tobytes())
    triangles = core.GeomTriangles(core.Geom.UH_static)
    triangles.set_index_type(core.GeomEnums.NT_uint32)
    indices = triangles.modify_vertices()
    indices.unclean_set_num_rows(index.size)
    indices.modify_handle().copy_data_from(index.astype(np.uint32).tobytes())
    geometry = core.Geom(vertices)
    geometry.add_primitive(triangles)
    node = core.GeomNode("mesh")
    node.add_geom(geometry)
    return node


def _camera_rays() -> np.ndarray:
    """Camera-frame directions `[s, s, 3]` with z = 1: then t is planar depth."""
    matrix = intrinsics(SAMPLES, FIELD_OF_VIEW)
    step = (np.arange(SAMPLES) + 0.5 - SAMPLES / 2) / matrix[0, 0]
    x, y = np.meshgrid(step, step)
    return np.stack([x, y, np.ones_like(x)], axis=-1).astype(np.float32)


def _scene(mesh: Mesh) -> Any:
    import open3d

    scene = open3d.t.geometry.RaycastingScene(nthreads=1)
    scene.add_triangles(
        open3d.core.Tensor(mesh.vertices),
        open3d.core.Tensor(mesh.faces.astype(np.uint32)),
    )
    return scene


def _cast(scene: Any, directions: np.ndarray, viewpoint: np.ndarray) -> Any:
    import open3d

    rotation = extrinsics(viewpoint)[:3, :3].astype(np.float32)
    rays = np.empty((SAMPLES, SAMPLES, 6), np.float32)
    rays[..., :3] = camera_position(viewpoint)
    rays[..., 3:] = directions @ rotation
    return rays, scene.cast_rays(open3d.core.Tensor(rays), nthreads=1)


def _resolve_depth(depth: np.ndarray, hit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    shape = (SIZE, FACTOR, SIZE, FACTOR)
    count = hit.reshape(shape).sum(axis=(1, 3))
    total = np.where(hit, depth, 0).reshape(shape).sum(axis=(1, 3))
    return total / np.maximum(count, 1), count


def open3d_rays(mesh: Mesh, surfaces: Surfaces) -> Draw:
    scene, directions, lights = _scene(mesh), _camera_rays(), studio_lights()
    colors = surfaces.colors

    def draw(viewpoint: np.ndarray) -> View:
        rays, found = _cast(scene, directions, viewpoint)
        t = found["t_hit"].numpy()
        hit = np.isfinite(t)
        eye, along = rays[0, 0, :3], rays[hit][:, 3:]
        normal = found["primitive_normals"].numpy()[hit]
        normal *= -np.sign((normal * along).sum(-1, keepdims=True))
        place = eye + along * t[hit][:, None]
        side = (1 + normal[:, 2:]) / 2 + lights.bounce * (1 - normal[:, 2:]) / 2
        light = np.repeat(lights.ambient * side, 3, axis=1)
        for source, strength in zip(lights.positions, lights.intensities):
            to = source - place
            square = (to**2).sum(-1)
            cosine = np.maximum((normal * to).sum(-1), 0) / np.sqrt(square)
            light += (cosine / square)[:, None] * strength
        rgb = np.full((SAMPLES, SAMPLES, 3), GREY, np.float32)
        base = colors[found["primitive_ids"].numpy()[hit]]
        rgb[hit] = linear_to_srgb(base * light)
        rgb = rgb.reshape(SIZE, FACTOR, SIZE, FACTOR, 3).mean(axis=(1, 3))
        depth, count = _resolve_depth(t, hit)
        return rgb, count >= FACTOR**2 / 2, depth

    return draw


def panda3d_and_rays(mesh: Mesh, surfaces: Surfaces) -> Draw:
    draw_colors = panda3d(mesh, surfaces)
    scene, directions = _scene(mesh), _camera_rays()

    def draw(viewpoint: np.ndarray) -> View:
        rgb, mask, _ = draw_colors(viewpoint)
        t = _cast(scene, directions, viewpoint)[1]["t_hit"].numpy()
        return rgb, mask, _resolve_depth(t, np.isfinite(t))[0]

    return draw


RENDERERS: dict[str, Callable[[Mesh, Surfaces], Draw]] = {
    "tf3d": ours,
    "Panda3D, no depth": panda3d,
    "Panda3D, and depth by rays": panda3d_and_rays,
    "Open3D rays, flat shading": open3d_rays,
}


# --- the comparison ---


def agreement(views: list[View], truth: list[View]) -> tuple[float, float]:
    """Mean IoU of the masks, and mean absolute difference of depth where both see."""
    overlap, error = [], []
    for (_, mask, depth), (_, true_mask, true_depth) in zip(views, truth):
        both = mask & true_mask
        overlap.append(both.sum() / max((mask | true_mask).sum(), 1))
        if depth is not None:
            error.append(np.abs(depth - true_depth)[both].mean())
    return float(np.mean(overlap)), float(np.mean(error)) if error else float("nan")


def compare(mesh: Mesh, arguments: argparse.Namespace) -> np.ndarray:
    """Prints a table for one mesh; returns the first view of each renderer."""
    surfaces = prepare(mesh)
    viewpoints = random_viewpoints(arguments.views, np.random.default_rng(0))
    draws = {name: make(mesh, surfaces) for name, make in RENDERERS.items()}
    first = {name: [draw(v) for v in viewpoints[:6]] for name, draw in draws.items()}
    seconds: dict[str, list[float]] = {name: [] for name in draws}
    for _ in range(arguments.rounds):
        for name, draw in draws.items():
            draw(viewpoints[0])
            start = time.perf_counter()
            for viewpoint in viewpoints:
                draw(viewpoint)
            seconds[name].append(time.perf_counter() - start)
    print(f"\n{len(mesh.faces):,} triangles")
    print(f"{'':28} {'views/s':>8} {'(min max)':>13} {'tf3d / it':>9} {'IoU':>6} depth")
    count = len(viewpoints)
    ours_speed = count / statistics.median(seconds["tf3d"])
    for name, values in seconds.items():
        speed = count / statistics.median(values)
        extent = f"({count / max(values):.0f} {count / min(values):.0f})"
        overlap, error = agreement(first[name], first["tf3d"])
        print(
            f"{name:28} {speed:8.1f} {extent:>13} {ours_speed / speed:9.2f} "
            f"{overlap:6.3f} {error:.5f}"
        )
    return np.concatenate([views[0][0] for views in first.values()], axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--views", type=int, default=60, help="in a round")
    parser.add_argument("--rounds", type=int, default=7, help="of each, in turn")
    parser.add_argument("--triangles", type=int, nargs="+", default=[12_000, 100_000])
    parser.add_argument("--seed", type=int, default=3, help="of the car")
    parser.add_argument("--sheet", type=pathlib.Path, help="PNG of a view of each")
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print(
        f"{arguments.views} views a round, {arguments.rounds} rounds, one core; IoU "
        "and mean difference of depth (world units) are to tf3d's own"
    )
    car, rows = generate_car(arguments.seed), []
    for triangles in arguments.triangles:
        rows.append(compare(refined(car, triangles), arguments))
    if arguments.sheet:
        from PIL import Image

        values = np.rint(np.clip(np.concatenate(rows), 0, 1) * 255)
        Image.fromarray(values.astype(np.uint8)).save(arguments.sheet)


if __name__ == "__main__":
    main()
