"""Whether views show one and the same object."""

from __future__ import annotations

import numpy as np

from tf3d.geometry import Views, project, unproject


def view_agreement(views: Views, margin: int = 1) -> float:
    """Share of the points of each view's depth map that the other views cover, too.

    An object's point is inside its silhouette from everywhere. Points outside another
    view's frame are not counted.

    Args:
      views: with depth, two at least.
      margin: pixels around each point of which one must be on the mask.

    Returns:
      In [0, 1]; 0 if no view shows anything.

    Raises:
      ValueError: if there are fewer than two views.
    """
    if len(views) < 2:
        raise ValueError(f"Expected at least 2 views. Received: {len(views)}")
    met = counted = 0
    size = views.size
    masks = [_grown(mask, margin) for mask in views.mask]
    for index in range(len(views)):
        mask = views.mask[index]
        if not mask.any():
            continue
        world = unproject(
            views.depth[index], views.viewpoints[index], views.field_of_view
        )
        for other in range(len(views)):
            if other == index:
                continue
            pixels, _ = project(
                world[mask], views.viewpoints[other], size, views.field_of_view
            )
            column, line = np.floor(pixels).astype(int).T
            inside = (column >= 0) & (column < size) & (line >= 0) & (line < size)
            met += int(masks[other][line[inside], column[inside]].sum())
            counted += int(inside.sum())
    return met / counted if counted else 0.0


def _grown(mask: np.ndarray, margin: int) -> np.ndarray:
    from scipy.ndimage import binary_dilation

    return binary_dilation(mask, np.ones((3, 3)), iterations=margin) if margin else mask
