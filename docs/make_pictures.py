"""Makes the pictures of the README from the open meshes and the shipped model.

    python docs/make_pictures.py --open FOLDER

FOLDER is the unpacked open collection (docs/credits.md). The car of car.png is held out
of all training.
"""

from __future__ import annotations

import argparse
import pathlib

import numpy as np
from PIL import Image

import tf3d
from tf3d.evaluation.pictures import write_png
from tf3d.fusion import Surface
from tf3d.rendering import Lights, render_views
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.sources import open_source

HERE = pathlib.Path(__file__).parent / "images"
CAR = "car/gazebo/hatchback/meshes/hatchback.obj"
SIZE = 512


def photo(collection: pathlib.Path) -> np.ndarray:
    """The held-out hatchback on a road, in light that no model has seen."""
    source = open_source(collection / CAR)
    lights = Lights(
        np.array([[2.2, 2.4, 3.0], [-1.0, -3.0, 2.0]]),
        np.array([[9.0, 8.6, 8.0], [3.4, 3.6, 4.0]]),
        ambient=0.4,
        specular=0.3,
    )
    mesh = painted(source.mesh(0), np.array([0.66, 0.10, 0.07]))
    view = render_views(
        mesh, [[38.0, 14.0, 2.0]], size=SIZE, lights=lights, supersampling=4
    )
    rows = np.linspace(0, 1, SIZE)[:, None, None]
    sky = np.array([0.66, 0.74, 0.84]) * (1.1 - 0.3 * rows)
    road = np.array([0.42, 0.41, 0.40]) * (0.75 + 0.35 * rows)
    grain = np.random.default_rng(0).normal(0, 0.006, (SIZE, SIZE, 1))
    backdrop = np.where(rows < 0.45, sky, road) + grain
    alpha = view.alpha[0][..., None]
    # The renderer has no shadows; a car without one floats.
    y, x = np.mgrid[:SIZE, :SIZE]
    below = np.exp(
        -(((x - 0.5 * SIZE) / (0.30 * SIZE)) ** 4)
        - (((y - 0.655 * SIZE) / (0.05 * SIZE)) ** 2)
    )
    backdrop = backdrop * (1 - 0.6 * below[..., None])
    color = (view.rgb[0] - (1 - alpha) * 0.5) / np.maximum(alpha, 1e-6)
    picture = alpha * color + (1 - alpha) * backdrop
    top, bottom = int(0.22 * SIZE), int(0.78 * SIZE)
    return np.clip(picture[top:bottom], 0, 1)


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


def main() -> None:
    """Writes car.png and result.png."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=pathlib.Path, required=True)
    parser.add_argument("--model", default="multiview-cars")
    arguments = parser.parse_args()
    write_png(HERE / "car.png", photo(arguments.open))
    picture = result(HERE / "car.png", tf3d.load(arguments.model))
    write_png(HERE / "result.png", picture)


if __name__ == "__main__":
    main()
