"""Charts as pictures, drawn with Matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS = 100  # an inch


def as_picture(figure: Figure) -> np.ndarray:
    """A figure as `[height, width, 3]` in [0, 1]."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].astype(np.float32) / 255


def heat_map(
    values: np.ndarray, ticks: Sequence[str], every: int, across: str, down: str
) -> np.ndarray:
    """A square matrix in colours.

    Args:
      values: `[n, n]`.
      ticks: n labels of both axes.
      every: a tick and a line at every so many.
      across: name of the columns.
      down: name of the rows.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 5.6), dpi=DOTS, layout="constrained")
    axes = figure.add_subplot()
    shown = axes.imshow(values, cmap="jet", interpolation="nearest")
    places = range(0, len(values), every)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(list(places), [ticks[place] for place in places], fontsize=7)
    axes.tick_params(axis="x", rotation=90)
    axes.set_xlabel(across)
    axes.set_ylabel(down)
    figure.colorbar(shown)
    return as_picture(figure)


def lines(
    x: np.ndarray, curves: Mapping[str, np.ndarray], across: str, up: str
) -> np.ndarray:
    """Curves over one axis, with a legend.

    Args:
      x: `[n]`.
      curves: `[n]` each, by name.
      across: what x is.
      up: what the curves are.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.2), dpi=DOTS, layout="constrained")
    axes = figure.add_subplot()
    for name, values in curves.items():
        axes.plot(x, values, label=name)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    return as_picture(figure)
