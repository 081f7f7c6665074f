"""IoU of predicted and true voxels, up to what no image can tell.

A model's frame is its own: its shapes may be turned by any angle, or mirrored with the
azimuths negated, and give the same pictures. So shapes are compared in three ways:

- "free": each prediction turned, and mirrored if that helps, as suits it best. Shape
  alone counts, whatever the pose; the most lenient.
- "viewer": both as the camera sees them. The model's own azimuth turns its shape; in
  depth, which parallel rays do not tell from its mirror image, the better one counts.
- "frame": one turn and one mirroring for all shapes of a model, chosen on images that
  are not measured on: whether like shapes stand alike.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np

from tf3d.evaluation.voxels import baselines
from tf3d.evaluation.voxels.inference import as_floats
from tf3d.evaluation.voxels.scenes import Scenes
from tf3d.evaluation.voxels.symmetry import ring_mean
from tf3d.evaluation.voxels.turning import overlaps, turns
from tf3d.fusion import THRESHOLD

FRAMES = ("free", "viewer", "frame")
# Of occupancy, of which the best is chosen on images that are not measured on; the
# default of shown voxels and the middle are reported, too.
THRESHOLDS = np.array(
    [0.01, 0.02, THRESHOLD, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
)
FIXED = {"default": THRESHOLD, "half": 0.5}

Progress = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class ShapeScores:
    """IoU of every image, by who predicts and how it is compared.

    Attributes:
      iou: "WHO/FRAME/THRESHOLD" to `[n]`; WHO one of network, hull, slab, mean,
        kind_mean; FRAME one of `FRAMES`; THRESHOLD tuned, default or half.
      tuned: "WHO/FRAME" to the threshold that was chosen.
      scenes: what was measured on.
    """

    iou: dict[str, np.ndarray]
    tuned: dict[str, float]
    scenes: Scenes

    def means(self) -> Iterator[tuple[str, float]]:
        """Yields KIND/shape/WHO/FRAME/THRESHOLD, KIND "all" or a kind's name, then
        shape/threshold/WHO/FRAME.
        """
        groups = [("all", np.ones(len(self.scenes), bool))]
        kind = self.scenes.kind
        if len(self.scenes.kinds) > 1:
            groups += [(name, kind == i) for i, name in enumerate(self.scenes.kinds)]
        for name, chosen in groups:
            if not chosen.any():
                continue
            yield f"{name}/shape/images", float(chosen.sum())
            for key, values in self.iou.items():
                yield f"{name}/shape/{key}", float(values[chosen].mean())
        for key, value in self.tuned.items():
            yield f"shape/threshold/{key}", value


def score_shapes(
    validation: Scenes,
    test: Scenes,
    predicted: tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
    *,
    background: float = 0.0,
    with_baselines: bool = True,
    progress: Progress = lambda _: None,
) -> ShapeScores:
    """Compares a model's voxels, and what can be had without one, with the truth.

    Args:
      validation: images that choose thresholds, the slab's depth and the model's frame.
      test: images to measure on, of other shapes.
      predicted: voxels `[n, x, y, z]` and azimuths `[n]` in radians of both.
      background: brightness around objects.
      with_baselines: whether hulls and mean shapes are measured, too.
      progress: called with the name of what is measured next.

    Returns:
      The scores of the test images.
    """
    iou: dict[str, np.ndarray] = {}
    tuned: dict[str, float] = {}

    def measure(who: str, first: tuple, second: tuple, frames: tuple = FRAMES) -> None:
        progress(who)
        tables = [
            _Table.of(scenes, *grids)
            for scenes, grids in ((validation, first), (test, second))
        ]
        for frame in frames:
            known, values = _scores(*tables, frame)
            best = int(known.mean(axis=0).argmax())
            tuned[f"{who}/{frame}"] = float(THRESHOLDS[best])
            iou[f"{who}/{frame}/tuned"] = values[:, best]
            if who == "network":
                for name, threshold in FIXED.items():
                    place = int(np.abs(THRESHOLDS - threshold).argmin())
                    iou[f"{who}/{frame}/{name}"] = values[:, place]

    measure("network", *predicted)
    if with_baselines:
        pictures = [as_floats(scenes.images) for scenes in (validation, test)]
        for who, depth in (
            ("hull", 1.0),
            ("slab", best_depth(validation, pictures[0], background)),
        ):
            made = [baselines.hulls(images, depth, background) for images in pictures]
            measure(who, *((grids, np.zeros(len(grids))) for grids in made))
        for who, guesses in _mean_shapes(validation, test):
            measure(who, *guesses, frames=("free", "frame"))
            rings = [_rings(grids) for grids, _ in guesses]
            measure(who, *rings, frames=("viewer",))
    return ShapeScores(iou, tuned, test)


def best_depth(validation: Scenes, images: np.ndarray, background: float) -> float:
    """The depth of a slab that is nearest to the truth, as the camera sees both."""
    azimuth = np.zeros(len(validation))
    means = []
    for depth in baselines.DEPTHS:
        grids = baselines.hulls(images, depth, background)
        table = _Table.of(validation, grids, azimuth, turns(24))
        means.append(table.viewer().mean(axis=0).max())
    return baselines.DEPTHS[int(np.argmax(means))]


@dataclasses.dataclass(frozen=True)
class _Table:
    """IoU at every turn, `[n, 2, k, t]`, and by how much the azimuths differ."""

    iou: np.ndarray
    truth: np.ndarray
    azimuth: np.ndarray

    @classmethod
    def of(
        cls,
        scenes: Scenes,
        voxels: np.ndarray,
        azimuth: np.ndarray,
        angles: np.ndarray | None = None,
    ) -> _Table:
        angles = turns() if angles is None else angles
        iou = overlaps(voxels, scenes.voxels, scenes.which, angles, THRESHOLDS)
        return cls(iou, scenes.azimuth, np.asarray(azimuth, np.float64))

    def free(self) -> np.ndarray:
        return self.iou.max(axis=(1, 2))

    def viewer(self) -> np.ndarray:
        count = self.iou.shape[2]
        step = 2 * np.pi / count
        images = np.arange(len(self.iou))
        sides = []
        # Mirrored, the model's azimuth is negated.
        for mirror, gap in enumerate(
            (self.truth - self.azimuth, self.truth + self.azimuth)
        ):
            place = np.rint(gap / step).astype(np.int64) % count
            sides.append(self.iou[images, mirror, place])
        return np.maximum(*sides)

    def at(self, mirror: np.ndarray, turn: np.ndarray) -> np.ndarray:
        """At one mirroring and turn for each threshold, `[n, t]`."""
        each = np.arange(self.iou.shape[3])
        return self.iou[:, mirror, turn, each]


def _scores(
    known: _Table, measured: _Table, frame: str
) -> tuple[np.ndarray, np.ndarray]:
    if frame == "free":
        return known.free(), measured.free()
    if frame == "viewer":
        return known.viewer(), measured.viewer()
    mean = known.iou.mean(axis=0, dtype=np.float64)
    best = mean.reshape(-1, mean.shape[-1]).argmax(axis=0)
    mirror, turn = np.unravel_index(best, mean.shape[:2])
    return known.at(mirror, turn), measured.at(mirror, turn)


def _mean_shapes(
    validation: Scenes, test: Scenes
) -> Iterator[tuple[str, list[tuple[np.ndarray, np.ndarray]]]]:
    """The mean of all shapes, and that of the image's own kind."""
    overall = baselines.mean_shape(validation)
    kinds = baselines.mean_shapes_of_kinds(validation, test.kinds)
    own = baselines.mean_shapes_of_kinds(validation, validation.kinds)
    for who, first, second in (
        ("mean", [overall] * len(validation), [overall] * len(test)),
        ("kind_mean", own[validation.kind], kinds[test.kind]),
    ):
        yield (
            who,
            [(np.asarray(grids), np.zeros(len(grids))) for grids in (first, second)],
        )


def _rings(grids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is left of shapes whose azimuth is unknown."""
    unique, place = np.unique(
        grids.reshape(len(grids), -1), axis=0, return_inverse=True
    )
    rings = np.stack([ring_mean(one.reshape(grids.shape[1:])) for one in unique])
    return rings[np.reshape(place, -1)], np.zeros(len(grids))
