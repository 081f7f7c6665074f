"""The measures that all parts of one chair share."""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.shapes.chair_parts import Solid, circle, rectangle, sweep


@dataclasses.dataclass
class Frame:
    """Measures of a chair in metres; the seat's centre is at x = y = 0.

    Attributes:
      width: of the seat's front edge.
      rear_width: of its rear edge.
      depth: of the seat in x.
      height: of the seat's upper side above the floor.
      thickness: of the seat.
      back_height: of the back above the seat.
      rake: how far the back leans, as a tangent.
      curve: how far the back's middle lies behind its sides.
      bow: how far the back's top bends further backwards.
      bar: thickness of legs and posts.
      round_bars: round bars, not square ones.
      round_front: the seat's front corners are cut round, so that legs stand inside.
    """

    width: float
    rear_width: float
    depth: float
    height: float
    thickness: float
    back_height: float
    rake: float
    curve: float
    bow: float
    bar: float
    round_bars: bool
    round_front: bool = False

    @property
    def rear(self) -> float:
        """X of the back's foot."""
        return -self.depth / 2 + self.bar / 2

    def on_back(self, points: np.ndarray) -> np.ndarray:
        """Puts points of an upright flat back into place.

        Args:
          points: `[n, 3]`: x before the back's plane, y, z above the seat.

        Returns:
          World points `[n, 3]`: leant, curved about the sitter and bowed.
        """
        x, y, z = np.asarray(points, float).T
        up = np.maximum(z, 0) / self.back_height
        side = np.minimum((y / (self.rear_width / 2)) ** 2, 1.3)
        x = x + self.rear - self.rake * z - self.bow * up**2
        x = x + self.curve * (side - 1) * np.minimum(1, 0.35 + up)
        return np.stack([x, y, z + self.height], 1)

    def half_width(self, x: float) -> float:
        """Half the seat's width at x."""
        part = np.clip(x / self.depth + 0.5, 0, 1)
        return float(self.rear_width + part * (self.width - self.rear_width)) / 2

    def profile(self, size: float | None = None, flat: float = 1.0) -> np.ndarray:
        """A bar's section `[k, 2]`, round or square as the chair's bars are."""
        size = self.bar if size is None else size
        if self.round_bars:
            return circle(10) * (size / 2 * flat, size / 2)
        return rectangle(size * flat, size, 0.18 * size, 1)

    def bar_along(
        self,
        path: np.ndarray | list,
        across: tuple[float, float, float],
        size: float | None = None,
        *,
        flat: float = 1.0,
        scale: np.ndarray | float = 1.0,
        closed: bool = False,
    ) -> Solid:
        """A bar of the chair's section along a path, `flat` times as wide across."""
        profile = self.profile(size, flat)
        return sweep(np.asarray(path), profile, across, scale=scale, closed=closed)


def plank_outline(frame: Frame, *, corner: float = 0.03) -> np.ndarray:
    """A seat's outline `[k, 2]`: a trapezoid with rounded corners."""
    outline = rectangle(frame.depth, frame.width, corner, 3)
    part = outline[:, 0] / frame.depth + 0.5
    taper = frame.rear_width / frame.width * (1 - part) + part
    return outline * np.stack([np.ones_like(taper), taper], 1)


def superellipse(
    width: float, depth: float, power: float, sides: int = 24
) -> np.ndarray:
    """An outline `[sides, 2]` from a circle (2) towards a rectangle (above 4)."""
    unit = circle(sides)
    unit = np.sign(unit) * np.abs(unit) ** (2 / power)
    return unit * (depth / 2, width / 2)
