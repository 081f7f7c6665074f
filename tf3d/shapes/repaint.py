"""Gives a mesh that was read from a file another paint, so that one shape serves often.

The paint is the colour that covers most of the surface, dark parts, glass, tyres and
lamps aside. Whatever has nearly that colour, be it a face or a texel, takes the new
paint at its old brightness relative to the paint, so shading, dirt and panel gaps that
are drawn into a texture stay.
"""

from __future__ import annotations

import dataclasses
import re

import numpy as np

from tf3d.shapes.mesh import Mesh
from tf3d.shapes.orientation import sightings

# sRGB and share of new cars, after the manufacturers' yearly colour surveys (rounded).
_PAINTS = (
    ((0.92, 0.92, 0.91), 0.20),  # white
    ((0.05, 0.05, 0.06), 0.14),  # black
    ((0.38, 0.39, 0.41), 0.12),  # grey
    ((0.70, 0.71, 0.73), 0.12),  # silver
    ((0.10, 0.22, 0.52), 0.12),  # blue
    ((0.66, 0.07, 0.09), 0.10),  # red
    ((0.10, 0.33, 0.20), 0.06),  # green
    ((0.85, 0.68, 0.10), 0.04),  # yellow
    ((0.85, 0.38, 0.08), 0.04),  # orange
    ((0.45, 0.34, 0.24), 0.04),  # brown
    ((0.20, 0.55, 0.68), 0.02),  # turquoise
)
_KEPT = re.compile(r"wind|glass|tyre|tire|wheel|rim\b|light|lamp|chrome|driver", re.I)
_DARK = 0.16  # no paint is recognised below this brightness,
_DARK_GREY = 0.42  # and no grey one below this: tyres, bumpers, sills
_BINS = 32  # colours a channel that a texture is recoloured by
_GREY = 0.15  # chroma (largest minus smallest channel) below which a colour has no hue


def random_paint(rng: np.random.Generator) -> np.ndarray:
    """A plausible car paint.

    Args:
      rng: the source of the choice.

    Returns:
      `[3]` sRGB in [0, 1].
    """
    shares = np.array([share for _, share in _PAINTS])
    paint = np.array(_PAINTS[rng.choice(len(_PAINTS), p=shares / shares.sum())][0])
    paint = paint * rng.uniform(0.8, 1.2) + rng.normal(0, 0.03, 3)
    return np.clip(paint, 0.02, 0.97)


def repaint(mesh: Mesh, rng: np.random.Generator) -> Mesh:
    """The same shape in another paint.

    Args:
      mesh: any; a mesh of one colour is painted whole.
      rng: the source of the new colours.

    Returns:
      A new mesh that shares what did not change.
    """
    paint, second = random_paint(rng), random_paint(rng)
    two_tone = rng.random() < 0.3
    seen = _seen_colors(mesh)
    areas = _paintable(mesh)
    keep = np.array([bool(_KEPT.search(name)) for name in mesh.part_names])
    areas = np.where(keep[mesh.face_parts], 0, areas)
    olds = _dominant(seen, areas, 2 if two_tone else 1)
    changes = list(zip(olds, (paint, second), strict=False))
    textured = np.zeros(len(mesh.faces), bool)
    if mesh.face_textures is not None and mesh.uv is not None:
        textured = mesh.face_textures >= 0
    plain = ~textured & ~keep[mesh.face_parts]
    colors = mesh.face_colors.copy()
    colors[plain] = _recolored(colors[plain], changes)
    textures = list(mesh.textures)
    for index in np.unique(mesh.face_textures[textured]) if textured.any() else ():
        faces = textured & (mesh.face_textures == index)
        if not keep[mesh.face_parts[faces]].all():
            textures[index] = _recolored_texture(textures[index], changes)
    return dataclasses.replace(mesh, face_colors=colors, textures=tuple(textures))


def _paintable(mesh: Mesh) -> np.ndarray:
    """What is seen of each face, less of it low down, where wheels and bumpers are."""
    front, back = sightings(mesh.vertices, mesh.faces, directions=12, resolution=96)
    corners = mesh.corners
    middle = corners[..., 2].mean(axis=1)
    low, high = corners[..., 2].min(), corners[..., 2].max()
    height = (middle - low) / max(float(high - low), 1e-9)
    below = mesh.face_normals[:, 2] < -0.5
    return (front + back) * np.clip(height / 0.5, 0.05, 1) * np.where(below, 0.05, 1)


def _seen_colors(mesh: Mesh) -> np.ndarray:
    """The colour at each face's middle, `[f, 3]` sRGB."""
    colors = mesh.face_colors.astype(np.float64)
    if mesh.face_textures is None or mesh.uv is None:
        return colors
    middle = mesh.uv.mean(axis=1)
    for index, texture in enumerate(mesh.textures):
        faces = np.flatnonzero(mesh.face_textures == index)
        height, width = texture.shape[:2]
        column = np.floor(middle[faces, 0] * width).astype(np.int64) % width
        row = np.floor((1 - middle[faces, 1]) * height).astype(np.int64) % height
        colors[faces] *= texture[row, column] / 255
    return colors


def _hue(colors: np.ndarray) -> np.ndarray:
    """Angle of the colour around the grey axis, radians."""
    red, green, blue = np.moveaxis(colors, -1, 0)
    return np.arctan2(np.sqrt(3) * (green - blue), 2 * red - green - blue)


def _chroma(colors: np.ndarray) -> np.ndarray:
    return colors.max(axis=-1) - colors.min(axis=-1)


def _glassy(colors: np.ndarray) -> np.ndarray:
    """Pale blue, as windows of simple models are."""
    bright = colors.min(axis=-1) > 0.5
    bluish = (colors[..., 2] >= colors[..., 1]) & (colors[..., 1] > colors[..., 0])
    return bright & bluish & (_chroma(colors) > 0.04)


def _membership(colors: np.ndarray, target: np.ndarray) -> np.ndarray:
    """How far each colour is the target's, in [0, 1], smooth at the border."""
    chroma = _chroma(colors)
    if _chroma(target) < _GREY:
        difference = np.abs(colors.max(axis=-1) - target.max())
        grey = np.clip((1.5 * _GREY - chroma) / (0.5 * _GREY), 0, 1)
        return np.clip((0.3 - difference) / 0.15, 0, 1) * grey
    turn = np.abs(_hue(colors) - _hue(target))
    turn = np.degrees(np.minimum(turn, 2 * np.pi - turn))
    # Shadows of the paint have less chroma, in proportion to their brightness.
    saturation = chroma / np.maximum(colors.max(axis=-1), 1e-3)
    own = float(_chroma(target) / target.max())
    enough = np.clip((saturation / own - 0.3) / 0.3, 0, 1)
    return np.clip((35 - turn) / 15, 0, 1) * enough


def _dominant(colors: np.ndarray, areas: np.ndarray, count: int) -> list[np.ndarray]:
    """The colours that cover most; hues count for more than greys of the same area."""
    floor = np.where(_chroma(colors) < _GREY, _DARK_GREY, _DARK)
    likely = areas * ((colors.max(axis=-1) > floor) & ~_glassy(colors))
    if likely.sum() > 0.05 * areas.sum():
        areas = likely
    elif not areas.any():  # only parts that are kept otherwise
        areas = np.ones(len(colors))
    found: list[np.ndarray] = []
    for _ in range(count):
        if areas.sum() < 1e-12:
            break
        bins = np.round(colors * 10).astype(np.int64) @ np.array([1, 11, 121])
        keys, place = np.unique(bins, return_inverse=True)
        place = place.reshape(-1)
        weight = areas * np.where(_chroma(colors) >= _GREY, 3.0, 1.0)
        best = np.bincount(place, weight, len(keys)).argmax()
        members = place == best
        color = np.average(colors[members], axis=0, weights=areas[members])
        found.append(color)
        areas = areas * (_membership(colors, color) < 0.5) * ~members
    return found


def _recolored(
    colors: np.ndarray, changes: list[tuple[np.ndarray, np.ndarray]]
) -> np.ndarray:
    result = colors.astype(np.float32).copy()
    left = np.ones(len(colors))
    for old, new in changes:
        share = _membership(colors, old) * left
        brightness = colors.max(axis=-1) / max(float(old.max()), 0.05)
        # Highlights drawn into the texture go towards white rather than clip.
        painted = new * np.minimum(brightness, 1)[:, None]
        gleam = np.clip(brightness - 1, 0, 1)[:, None]
        painted = painted + (1 - painted) * gleam * 0.5
        result += (share[:, None] * (painted - colors)).astype(np.float32)
        left = left * (1 - share)
    return np.clip(result, 0, 1)


def _recolored_texture(
    texture: np.ndarray, changes: list[tuple[np.ndarray, np.ndarray]]
) -> np.ndarray:
    """Recolours a picture by a table of what happens to each of 32^3 colours."""
    step = 256 // _BINS
    levels = ((np.arange(_BINS) + 0.5) * step / 256).astype(np.float32)
    table = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1)
    table = table.reshape(-1, 3)
    change = np.round((_recolored(table, changes) - table) * 255).astype(np.int16)
    place = (texture // step).astype(np.int32)
    place = (place[..., 0] * _BINS + place[..., 1]) * _BINS + place[..., 2]
    return np.clip(texture + change[place], 0, 255).astype(np.uint8)
