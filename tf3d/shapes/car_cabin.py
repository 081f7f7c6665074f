"""The cabin of a generated car: a stack of rings from the belt line to the roof.

Panes and pillars are cells between the rings, so their borders are mesh edges.
"""

from __future__ import annotations

import numpy as np

from tf3d.shapes.car_body import ZONE, BodyShape, zoned
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.primitives import grid_faces


def cabin(
    shape: BodyShape, *, glazed: int | None = None, rear_glass: bool = True
) -> tuple[Mesh, np.ndarray]:
    """The cabin above the belt line, closed.

    Args:
      shape: the body that it stands on.
      glazed: how many side panes, from the front, are glass; default all.
      rear_glass: whether there is a rear window.

    Returns:
      The mesh and its uppermost outline on the left `[k, 3]`, front to rear.
    """
    p = shape.p
    bottom, top, fraction, zones = _perimeter(shape, glazed, rear_glass)
    x_mid = (top.max() + top.min()) / 2
    reach = max((top.max() - top.min()) / 2, 0.1)
    inset = 0.955 if p.tumble < 0.9 else 0.985
    base = shape.width(bottom, shape.top(bottom)) * 0.965 * inset
    taper = 0.04 if p.tumble < 0.9 else 0.01
    roof = p.half * p.tumble * inset * (1 - taper * np.abs((top - x_mid) / reach) ** 3)
    roof = np.minimum(roof, base.max() * 0.995)
    crown = min(0.05, 0.035 * p.width)
    sag = np.abs((top - x_mid) / reach) ** 2.2
    sag = p.arc * sag * np.where(top < x_mid, 1.3, 0.8)
    z_roof = p.height - crown - sag
    z_base = shape.top(bottom) - 0.01
    bulge = 0.025 if p.tumble < 0.9 else 0.008
    v = np.array([-0.2, 0.03, 0.09, 0.5, 0.88, 0.95, 1.0])[:, None]
    climb = np.clip(v, 0, 1)
    y = base + (roof - base) * climb + bulge * np.sin(np.pi * climb)
    z = z_base + (z_roof - 0.03 - z_base) * v
    z = z + climb * crown * (1 - fraction**2)
    x = bottom + (top - bottom) * climb
    rings = [np.stack([x, y * fraction, z], axis=-1)]
    for cut in (0.05, 0.22, 0.6):  # the roof: outlines drawn in from its edge
        scale_x = 1 - min(cut * roof.max() / reach, 0.9 * cut + 0.05)
        xi = x_mid + (top - x_mid) * scale_x
        yi = roof * fraction * (1 - cut)
        sag = np.abs((xi - x_mid) / reach) ** 2.2
        sag = p.arc * sag * np.where(xi < x_mid, 1.3, 0.8)
        zi = p.height - sag - crown * (yi / roof.max()) ** 2
        rings.append(np.stack([xi, yi, zi], axis=-1)[None])
    rings = np.concatenate(rings)
    outline = rings[-3]
    full = np.concatenate([rings, rings[:, -2:0:-1] * (1, -1, 1)], axis=1)
    n, m, _ = full.shape
    ends = np.array([full[0].mean(axis=0), (x_mid, 0, p.height)])
    points = np.concatenate([full.reshape(-1, 3), ends])
    here, after = np.arange(m), (np.arange(m) + 1) % m
    floor = np.stack([after, here, np.full(m, n * m)], axis=1)
    lid = (n - 1) * m + np.stack([here, after, np.full(m, 0)], axis=1)
    lid[:, 2] = n * m + 1
    faces = np.concatenate([grid_faces(n, m, wrap=True)[:, ::-1], floor, lid])
    half = np.full((n - 1, len(fraction) - 1), ZONE["roof"])
    half[:6] = zones[None]
    half[:2] = ZONE["body"]
    half[4:6] = np.where(zones == ZONE["window"], ZONE["pillar_rear"], zones)
    cells = np.concatenate([half, half[:, ::-1]], axis=1)
    cells = np.concatenate([np.repeat(cells.ravel(), 2), np.full(2 * m, ZONE["roof"])])
    return zoned(points, faces, cells), outline


def _perimeter(
    shape: BodyShape, glazed: int | None, rear_glass: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Half of the cabin's outline, from the middle of the front to that of the rear.

    Returns:
      x at the belt `[k]`, x at the roof `[k]`, y as a fraction of the half-width `[k]`,
      and the zone of the window rows between neighbours `[k - 1]`.
    """
    p = shape.p
    across = np.array([0, 0.3, 0.62, 0.93])
    bow = min(0.22, 0.5 * p.bow + 0.04, 0.12 * (p.windshield - p.rear_window))
    back = min(0.12, 0.6 * p.tail_bow + 0.02)
    ends = {}
    for row, front, rear in (
        ("bottom", p.windshield, p.rear_window),
        ("top", p.windshield - p.rake_front, p.rear_window + p.rake_rear),
    ):
        first, last = front - bow - p.pillar, rear + back
        ends[row] = (front - bow * across**2, first, last, rear + back * across**2)
    span = ends["top"][1] - ends["top"][2]
    low = min(1.2 * p.rear_pillar, 0.4 * (ends["bottom"][1] - ends["bottom"][2]))
    high = min(0.75 * p.rear_pillar, 0.4 * span)
    post = min(p.pillar * 1.1, 0.25 * span / max(p.windows, 1))
    at = {}
    for row, last in (("top", high), ("bottom", low)):
        first, end = ends[row][1], ends[row][2] + last
        at[row] = (first, end)
    xs_top, xs_bottom = [at["top"][0]], [at["bottom"][0]]
    for k in range(1, p.windows):
        t = k / p.windows
        upper = at["top"][0] + (at["top"][1] - at["top"][0]) * t
        lower = at["bottom"][0] + (at["bottom"][1] - at["bottom"][0]) * t
        lower = 0.7 * upper + 0.3 * lower
        for half in (post / 2, -post / 2):
            xs_top.append(upper + half)
            xs_bottom.append(lower + half)
    xs_top += [at["top"][1], ends["top"][2]]
    xs_bottom += [at["bottom"][1], ends["bottom"][2]]
    bottom = np.concatenate([ends["bottom"][0], xs_bottom, ends["bottom"][3][::-1]])
    top = np.concatenate([ends["top"][0], xs_top, ends["top"][3][::-1]])
    ones = np.ones(len(xs_top))
    fraction = np.concatenate([across, ones, across[::-1]])
    panes = p.windows if glazed is None else glazed
    zones = [ZONE["window"]] * 3 + [ZONE["pillar_front"]]
    for k in range(p.windows):
        zones.append(ZONE["window"] if k < panes else ZONE["panel"])
        zones.append(ZONE["pillar"] if k < p.windows - 1 else ZONE["pillar_rear"])
    zones += [ZONE["pillar_rear"]]
    zones += [ZONE["window"] if rear_glass else ZONE["panel"]] * 3
    return bottom, top, fraction, np.array(zones)
