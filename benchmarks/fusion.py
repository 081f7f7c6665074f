"""How well each fusion method gives known shapes back from their exact depth maps.

    python benchmarks/fusion.py --count 8
    python benchmarks/fusion.py --count 8 --noise 0.01 --data ../meshes

Prints a row for each method and kind of shape: F-score at 0.02 and Chamfer distance to
the whole outer surface of the truth, the seconds that fusion took, and how many of the
surfaces are watertight. With --noise the depth is blurred and bent by smooth random
errors of that size, and the silhouettes with it, as a network's would be. About two
minutes for 8 shapes of each kind on 2 cores.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np
from scipy.ndimage import gaussian_filter

from tf3d.evaluation.surface import compare_surfaces
from tf3d.fusion import METHODS, fuse, fusion_viewpoints
from tf3d.geometry import Views, orbit
from tf3d.rendering import render_views
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.sources import open_source


def disturbed(views: Views, amount: float, rng: np.random.Generator) -> Views:
    """Blurs depth and coverage, and bends both by smooth random errors.

    Args:
      views: exact ones.
      amount: standard deviation of the depth's error within a view, world units; half
        of it again between views.
      rng: draws the errors.
    """
    depth, alpha = np.zeros_like(views.depth), np.zeros_like(views.alpha)
    for index, mask in enumerate(views.mask):
        share = gaussian_filter(mask.astype(np.float64), 1.2)
        blurred = gaussian_filter(views.depth[index].astype(np.float64), 1.2)
        bend, edge = (
            gaussian_filter(rng.standard_normal(mask.shape), sigma) for sigma in (10, 8)
        )
        error = amount * (bend / bend.std() + rng.standard_normal() / 2)
        soft = gaussian_filter(views.alpha[index].astype(np.float64), 1.2)
        soft = np.clip(soft + 0.5 * edge / edge.std() * soft * (1 - soft), 0, 1)
        alpha[index] = soft
        depth[index] = np.where(soft >= 0.5, blurred / np.maximum(share, 1e-3), 0)
        depth[index] += np.where(soft >= 0.5, error, 0)
    return Views(views.viewpoints, views.rgb, depth, alpha >= 0.5, alpha)


def is_watertight(vertices: np.ndarray, faces: np.ndarray) -> bool:
    import trimesh

    mesh = trimesh.Trimesh(vertices, faces, process=False)
    return bool(mesh.is_watertight and mesh.volume > 0)


def shapes(kind: str, count: int, seed: int, data: str | None) -> Iterator[Mesh]:
    """The first `count` shapes of a source; of real ones those that are held out."""
    if kind == "real cars":
        source = open_source(data, category="car")
        source = source.subset(source.indices("held_out"))
    else:
        source = open_source(kind, seed=seed)
    for index in range(min(count, len(source))):
        yield source.mesh(index)


def measure(
    method: str, pairs: list[tuple[Mesh, Views]], seed: int
) -> tuple[np.ndarray, int]:
    """Mean F-score, Chamfer distance and seconds, and the number of watertight ones."""
    rows, tight = [], 0
    for truth, views in pairs:
        start = time.perf_counter()
        surface = fuse(views, method)
        seconds = time.perf_counter() - start
        predicted = Mesh(surface.vertices, surface.faces, surface.face_colors)
        score = compare_surfaces(predicted, truth, np.random.default_rng(seed))
        rows.append((score.f_score, score.chamfer, seconds))
        tight += is_watertight(surface.vertices, surface.faces)
    return np.mean(rows, axis=0), tight


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=8, help="shapes of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--noise", type=float, default=0.0, help="world units")
    parser.add_argument("--data", help="a folder of meshes with held-out cars")
    parser.add_argument("--methods", nargs="+", default=METHODS, choices=METHODS)
    parser.add_argument(
        "--views", type=int, help="one orbit of so many at elevation 20 instead"
    )
    arguments = parser.parse_args()
    viewpoints = orbit(arguments.views) if arguments.views else fusion_viewpoints()
    print(f"{len(viewpoints)} views of 128 x 128, depth error {arguments.noise}")
    print(f"{'shapes':>10} {'method':>8} {'F@0.02':>7} {'Chamfer':>8} {'s':>6} closed")
    kinds = ("cars", "chairs") + (("real cars",) if arguments.data else ())
    for kind in kinds:
        rng = np.random.default_rng(arguments.seed)
        pairs = []
        for mesh in shapes(kind, arguments.count, arguments.seed, arguments.data):
            views = render_views(mesh, viewpoints)
            if arguments.noise:
                views = disturbed(views, arguments.noise, rng)
            pairs.append((mesh, views))
        for method in arguments.methods:
            fuse(pairs[0][1], method)  # compile first
            (score, chamfer, seconds), tight = measure(method, pairs, arguments.seed)
            print(
                f"{kind:>10} {method:>8} {score:7.3f} {chamfer:8.4f} {seconds:6.2f} "
                f"{tight}/{len(pairs)}",
                flush=True,
            )


if __name__ == "__main__":
    main()
