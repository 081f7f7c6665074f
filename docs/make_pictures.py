"""Makes the pictures of the README from the open meshes and the shipped models.

    python docs/make_pictures.py --open FOLDER --shapes RUN

FOLDER is the unpacked open collection (docs/credits.md). The car of car.png and the
chair of chair.png are held out of all training.
"""

from __future__ import annotations

import argparse
import pathlib

import numpy as np
from PIL import Image

import tf3d
from tf3d.data.images import open_images
from tf3d.evaluation.pictures import write_png
from tf3d.evaluation.protocol import (
    TARGETS,
    cluttered_inputs,
    find_parts,
    render_test_shape,
    spread,
)
from tf3d.fusion import Surface
from tf3d.prediction import VoxelReconstructor, sheets
from tf3d.rendering import Lights, render_views
from tf3d.reproduction.voxels.shading import drawn, shaded
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.sources import open_source

HERE = pathlib.Path(__file__).parent / "images"
CAR = "car/gazebo/hatchback/meshes/hatchback.obj"
CHAIR = (
    "chair/aws-house/aws_robomaker_residential_ChairA_01/meshes/"
    "aws_ChairA_01_visual.DAE"
)
CHAIR_PAINT = 5
SIZE = 512


def photographed(
    mesh: Mesh, viewpoint: list[float], backdrop: np.ndarray, shadow: np.ndarray
) -> np.ndarray:
    """A mesh before a backdrop, in light that no model has seen.

    Args:
      mesh: what is shown.
      viewpoint: azimuth, elevation, distance.
      backdrop: `[SIZE, SIZE, 3]`.
      shadow: `[SIZE, SIZE]` in [0, 1]: the renderer has none, and objects would float.
    """
    lights = Lights(
        np.array([[2.2, 2.4, 3.0], [-1.0, -3.0, 2.0]]),
        np.array([[9.0, 8.6, 8.0], [3.4, 3.6, 4.0]]),
        ambient=0.4,
        specular=0.3,
    )
    view = render_views(mesh, [viewpoint], size=SIZE, lights=lights, supersampling=4)
    backdrop = backdrop + np.random.default_rng(0).normal(0, 0.006, (SIZE, SIZE, 1))
    backdrop = backdrop * (1 - 0.6 * shadow[..., None])
    alpha = view.alpha[0][..., None]
    color = (view.rgb[0] - (1 - alpha) * 0.5) / np.maximum(alpha, 1e-6)
    return np.clip(alpha * color + (1 - alpha) * backdrop, 0, 1)


def shadow(row: float, width: float, height: float) -> np.ndarray:
    """Soft and flat, around a row; all as shares of the picture."""
    y, x = np.mgrid[:SIZE, :SIZE] / SIZE
    return np.exp(-(((x - 0.5) / width) ** 4) - (((y - row) / height) ** 2))


def car(collection: pathlib.Path) -> np.ndarray:
    """The held-out hatchback on a road."""
    mesh = painted(open_source(collection / CAR).mesh(0), np.array([0.66, 0.10, 0.07]))
    rows = np.linspace(0, 1, SIZE)[:, None, None]
    sky = np.array([0.66, 0.74, 0.84]) * (1.1 - 0.3 * rows)
    road = np.array([0.42, 0.41, 0.40]) * (0.75 + 0.35 * rows)
    backdrop = np.where(rows < 0.45, sky, road) + np.zeros((SIZE, SIZE, 1))
    picture = photographed(mesh, [38.0, 14.0, 2.0], backdrop, shadow(0.655, 0.30, 0.05))
    return picture[int(0.22 * SIZE) : int(0.78 * SIZE)]


def chair(collection: pathlib.Path) -> np.ndarray:
    """The held-out armchair, in another colour, on a wooden floor."""
    mesh = open_source(collection / CHAIR).mesh(0, paint_seed=CHAIR_PAINT)
    rows = np.linspace(0, 1, SIZE)[:, None, None]
    columns = np.linspace(0, 1, SIZE)[None, :, None]
    wall = np.array([0.80, 0.78, 0.72]) * (0.85 + 0.15 * columns)
    boards = 1 - 0.12 * (np.abs((rows - 0.62) * 14 % 1 - 0.5) > 0.46)
    floor = np.array([0.55, 0.40, 0.27]) * (0.6 + 0.5 * rows) * boards
    backdrop = np.where(rows < 0.62, wall, floor + 0 * columns)
    picture = photographed(mesh, [32.0, 16.0, 2.0], backdrop, shadow(0.86, 0.22, 0.06))
    return (picture[::2, ::2] + picture[1::2, ::2]) / 2


def painted(mesh: Mesh, color: np.ndarray) -> Mesh:
    """The mesh with its light, greyish texture tinted."""
    textures = []
    for texture in mesh.textures:
        values = texture[..., :3] / 255.0
        light = values.mean(axis=-1, keepdims=True)
        grey = values.max(axis=-1, keepdims=True) - values.min(axis=-1, keepdims=True)
        paint = np.clip((light - 0.10) / 0.10, 0, 1) * (grey < 0.15)
        values = values * (1 - paint) + paint * light * color * 1.25
        textures.append((values.clip(0, 1) * 255).astype(np.uint8))
    mesh.textures = tuple(textures)
    return mesh


def surface_views(surface: Surface, viewpoints: np.ndarray, size: int) -> np.ndarray:
    """Pictures `[n, size, size, 3]` of a fused surface."""
    mesh = Mesh(surface.vertices, surface.faces, surface.face_colors)
    return render_views(mesh, viewpoints, size=size, supersampling=3).rgb


def result(path: pathlib.Path, model: tf3d.Reconstructor) -> np.ndarray:
    """Input | six predicted views | the mesh from six sides."""
    tile = 128
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
        scale = 2 * tile / picture.width
        picture = picture.resize(
            (2 * tile, round(picture.height * scale)), Image.Resampling.LANCZOS
        )
    left = np.full((2 * tile, 2 * tile, 3), 1.0)
    top = (2 * tile - picture.height) // 2
    left[top : top + picture.height] = np.asarray(picture) / 255
    orbit = tf3d.orbit(6, start=30.0)
    predicted = model.views(path, orbit).rgb
    mesh = surface_views(model.reconstruct(path), orbit, tile)
    right = np.concatenate(
        [np.concatenate(list(row), axis=1) for row in (predicted, mesh)]
    )
    return np.concatenate([left, right], axis=1)


def held_out(model: tf3d.Reconstructor, data: str, shapes: int = 5) -> np.ndarray:
    """Test shapes, a row each: input | true views | predicted views | the mesh.

    They are spread evenly over the normal ones, as in `tf3d evaluate`; none is chosen.
    """
    viewpoints, rows = TARGETS[[0, 2]], []
    source = spread(find_parts(data, open_source(data))["normal"], shapes)
    for index in range(len(source)):
        shape = render_test_shape(source, index, model.image_size)
        picture = cluttered_inputs(shape, seed=0)[index % len(shape.inputs)]
        truth = render_views(shape.mesh, viewpoints, size=model.image_size)
        code = model.encode(picture[None])[0]
        predicted = model.decode(code, viewpoints)
        mesh = surface_views(model.surface(code), viewpoints, model.image_size)
        tiles = [picture, *truth.rgb, *predicted.rgb, *mesh]
        rows.append(np.concatenate(tiles, axis=1))
    return np.concatenate(rows)


def voxel_shapes(network: VoxelReconstructor, shapes: int = 12) -> np.ndarray:
    """Test shapes, a row each: picture | model's views | true views | solid."""
    turns = (60, 120, 180)
    names = ("input", *(f"{turn}°" for turn in (0, *turns)))
    heads = (*names, *(f"true {turn}°" for turn in turns), "solid", "")
    rows = [sheets.beside([sheets.label(head, sheets.TILE) for head in heads], 3)]
    images = open_images(
        "shapes", part="test", count=12 * shapes, size=network.image_size, channels=1
    )
    for first in range(0, len(images), 12):
        views = images.images[first : first + 12].astype(np.float32) / 255
        at = 1 + first // 12 % 3  # not from the front, which shows least
        code = network.encode(views[at : at + 1])[0]
        azimuth = float(network.pose(views[at : at + 1])[0][0])
        truth = [views[(at + turn // 30) % 12] for turn in (0, *turns)]
        seen = drawn(network, code, azimuth + np.array([0, *turns]))
        tiles = [sheets.enlarged(view) for view in truth]
        solid = shaded(network, code, azimuth + np.array([0, 60]), 20)
        rows.append(sheets.beside([tiles[0], *seen, *tiles[1:], *solid], 3))
    return sheets.above(rows)


def main() -> None:
    """Writes photos and results of cars and chairs; sheets of chairs and of voxels."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=pathlib.Path, required=True)
    parser.add_argument("--shapes", required=True, help="run of a model of shapes")
    arguments = parser.parse_args()
    for photo, model, name, picture in (
        (car, "multiview-cars", "car.png", "result.png"),
        (chair, "multiview-chairs", "chair.png", "chair-result.png"),
    ):
        write_png(HERE / name, photo(arguments.open))
        write_png(HERE / picture, result(HERE / name, tf3d.load(model)))
    chairs = held_out(tf3d.load("multiview-chairs"), "chairs")
    # A palette: a third of the bytes, and no difference to see.
    sheet = Image.fromarray(np.rint(chairs * 255).astype(np.uint8))
    sheet.quantize(256).save(HERE / "chairs-held-out.png", optimize=True)
    write_png(HERE / "voxels-shapes.png", voxel_shapes(tf3d.load(arguments.shapes)))


if __name__ == "__main__":
    main()
