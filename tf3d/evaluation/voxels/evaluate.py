"""All figures of a voxel model: what `tf3d evaluate` prints."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import numpy as np

from tf3d.errors import InputError
from tf3d.evaluation.voxels.codes import evaluate_classes, evaluate_codes
from tf3d.evaluation.voxels.direction import Directions, evaluate_directions
from tf3d.evaluation.voxels.framing import evaluate_framing
from tf3d.evaluation.voxels.inference import Inferred, encode_all, infer
from tf3d.evaluation.voxels.pictures import write_pictures
from tf3d.evaluation.voxels.pose import evaluate_pose
from tf3d.evaluation.voxels.reconstruction import evaluate_reconstruction
from tf3d.evaluation.voxels.scenes import Scenes
from tf3d.evaluation.voxels.shape_scores import ShapeScores, score_shapes
from tf3d.evaluation.voxels.sources import Measured
from tf3d.evaluation.voxels.symmetry import evaluate_symmetry
from tf3d.prediction import VoxelReconstructor

RING_SHAPES = 48  # of each kind at most

Progress = Callable[[int, int], None]
ProgressFactory = Callable[[str], AbstractContextManager[Progress | None]]


def _silent(title: str) -> AbstractContextManager[Progress | None]:
    del title
    return contextlib.nullcontext()


@dataclasses.dataclass
class Details:
    """What lies behind the means, filled as `evaluate_voxels` goes.

    Attributes:
      scores: IoU of each image.
      azimuth: degrees that the model gives each image, in its own frame.
    """

    scores: ShapeScores | None = None
    azimuth: np.ndarray | None = None


def evaluate_voxels(
    network: VoxelReconstructor,
    measured: Measured,
    *,
    with_baselines: bool = True,
    pictures: pathlib.Path | None = None,
    details: Details | None = None,
    progress: ProgressFactory = _silent,
) -> Iterator[tuple[str, float]]:
    """Yields every figure as (name, value).

    Args:
      network: to measure.
      measured: what on.
      with_baselines: whether hulls and mean shapes are measured beside it.
      pictures: folder for pictures.
      details: gets what lies behind the means.
      progress: makes a context that yields a progress function for each stage.

    Yields:
      "images"; image/NAME of `evaluate_reconstruction`; code/NAME of `evaluate_codes`
      and, with labels, of `evaluate_classes`, and framing/NAME of `evaluate_framing`;
      with the truth what `ShapeScores.means`
      and `evaluate_pose` yield, where elevations differ from 0 what
      `evaluate_directions` does, and KIND/ring/NAME of `evaluate_symmetry`.

    Raises:
      InputError: if the model's results are not numbers.
    """
    scenes = measured.scenes
    images = measured.test.images if scenes is None else scenes.images
    yield "images", float(len(images))
    with progress("Reconstructing") as update:
        found = infer(network, images, keep_voxels=scenes is not None, progress=update)
    _check_finite(network, found)
    for name, value in evaluate_reconstruction(found):
        yield f"image/{name}", value
    for name, value in evaluate_codes(found.mean, found.log_variance):
        yield f"code/{name}", value
    train = measured.train
    labels = measured.test.labels if scenes is None else scenes.kind
    if train is not None and train.labels is not None and labels is not None:
        with progress("Codes of training images") as update:
            codes = encode_all(network, train.images, update)
        with progress("Classifying codes"):
            for name, value in evaluate_classes(
                codes, train.labels, found.mean, labels
            ):
                yield f"code/{name}", value
        with progress("Framing"):
            known = (codes, train.labels)
            for name, value in evaluate_framing(network, images, labels, known):
                yield f"framing/{name}", value
    if scenes is not None and measured.validation is not None:
        yield from _shapes_and_poses(
            network,
            found,
            scenes,
            measured.validation,
            with_baselines,
            details,
            progress,
        )
    if pictures is not None:
        write_pictures(network, images, pictures, scenes)


def _shapes_and_poses(
    network: VoxelReconstructor,
    found: Inferred,
    scenes: Scenes,
    validation: Scenes,
    with_baselines: bool,
    details: Details | None,
    progress: ProgressFactory,
) -> Iterator[tuple[str, float]]:
    with progress("Reconstructing shapes to choose settings on") as update:
        known = infer(network, validation.images, keep_voxels=True, progress=update)
    total = 5 if with_baselines else 1
    with progress("Comparing shapes") as update:
        done: list[str] = []

        def compared(who: str) -> None:
            done.append(who)
            if update is not None:
                update(min(len(dict.fromkeys(done)), total), total)

        scores = score_shapes(
            validation,
            scenes,
            ((known.voxels, known.azimuth), (found.voxels, found.azimuth)),
            background=float(network.model.background),
            with_baselines=with_baselines,
            progress=compared,
        )
    if details is not None:
        details.scores, details.azimuth = scores, np.degrees(found.azimuth)
    yield from scores.means()
    yield from evaluate_pose(
        (np.degrees(known.azimuth), validation.degrees, _kinds(validation, scenes)),
        (np.degrees(found.azimuth), scenes.degrees, scenes.kind),
        scenes.kinds,
    )
    if any(angles.elevation.any() for angles in (scenes, validation, found, known)):
        yield from evaluate_directions(
            (
                _directions(known),
                _directions(validation),
                _kinds(validation, scenes),
            ),
            (_directions(found), _directions(scenes), scenes.kind),
            scenes.kinds,
        )
    with progress("Symmetry"):
        threshold = scores.tuned["network/free"]
        for kind, name in enumerate(scenes.kinds):
            chosen = np.flatnonzero(scenes.kind == kind)[:RING_SHAPES]
            if not len(chosen):
                continue
            truth = scenes.voxels[np.unique(scenes.which[chosen])]
            for figure, value in evaluate_symmetry(
                found.voxels[chosen], truth, threshold
            ):
                yield f"{name}/ring/{figure}", value


def _directions(angles: Inferred | Scenes) -> Directions:
    return Directions(np.degrees(angles.azimuth), np.degrees(angles.elevation))


def _kinds(validation: Scenes, scenes: Scenes) -> np.ndarray:
    """The validation's kinds by the test's numbers; -1 for one that is not there."""
    places = {name: index for index, name in enumerate(scenes.kinds)}
    table = np.array([places.get(name, -1) for name in validation.kinds])
    return table[validation.kind]


def _check_finite(network: VoxelReconstructor, found: Inferred) -> None:
    parts = (found.mean, found.log_variance, found.azimuth, found.picture_error)
    if not all(np.isfinite(part).all() for part in parts):
        raise InputError(
            f"The results of the model {network.name} are not numbers: its training "
            "must have gone wrong. Train it again, or from an earlier checkpoint."
        )
