"""What the paper claims without a figure: classes, poses; and overlap beyond it."""

from __future__ import annotations

from typing import Any

import numpy as np

from tf3d.evaluation.voxels.codes import evaluate_classes, neighbour_accuracy
from tf3d.evaluation.voxels.inference import encode_all
from tf3d.prediction import VoxelReconstructor
from tf3d.reproduction.models import Loaded
from tf3d.reproduction.registry import Context, Result, Table
from tf3d.reproduction.voxels.inputs import image_sets, notes_on, told_set

SETS = ("mnist", "fashion_mnist")
TESTED = 2_000  # and ten times as many to learn from
ENOUGH = 500  # test pictures to judge by
BEHIND = 0.03  # how far behind the pixels' own accuracy codes may be
SHAPES = 60  # test shapes
GENERATED = ("shapes", "modelnet40")


def classification(context: Context) -> Result:
    """Nearest neighbours and a linear classifier on codes, beside raw pixels."""
    loaded = context.loaded("voxel", objective="mu-vae", pose="learned")
    network = loaded.network
    tests = image_sets(context, loaded, context.at_most(TESTED), only=SETS)
    trains = image_sets(
        context, loaded, 10 * context.at_most(TESTED), part="train", only=SETS
    )
    rows, numbers = [], {"model": loaded.name}
    for index, (train, test) in enumerate(zip(trains, tests)):
        codes = encode_all(network, train.images)
        own = encode_all(network, test.images)
        values = dict(evaluate_classes(codes, train.labels, own, test.labels))
        flat = [_flat(one.images) for one in (train, test)]
        values["pixels"] = neighbour_accuracy(
            flat[0], train.labels, flat[1], test.labels
        )
        numbers[test.name] = values
        accuracies = ("neighbours_accuracy", "linear_accuracy", "pixels")
        rows.append((test.name, *(values[name] for name in accuracies)))
        context.progress(index + 1, len(tests))
    told = "; ".join(
        f"{told_set(name)} {near:.1%} by ten nearest neighbours, {linear:.1%} linear "
        f"(ten nearest of raw pixels: {pixels:.1%})"
        for name, near, linear, pixels in rows
    )
    verdict = all(near > pixels - BEHIND for _, near, _, pixels in rows)
    columns = ("", "10 nearest codes", "linear", "10 nearest pictures")
    return Result(
        context.name,
        "The codes can be used for classification; no figure is given.",
        f"{told}; {len(trains[0])} training and {len(tests[0])} "
        "test pictures of each set.",
        verdict if min(map(len, tests)) >= ENOUGH else None,
        numbers,
        (),
        (Table("Accuracy on test pictures", columns, tuple(rows)),),
        (
            "They count as usable if ten nearest codes are at most "
            f"{100 * BEHIND:.0f} points behind ten nearest pictures.",
            *notes_on(loaded.facts, objective="mu-vae"),
        ),
    )


def pose(context: Context) -> Result:
    """Azimuth errors on rendered shapes, up to what no picture tells."""
    loaded, values = _on_shapes(context)
    kinds = [name.split("/")[0] for name in values if name.endswith("/pose/median")]
    rows = tuple(
        (kind, *(values.get(f"{kind}/pose/{name}") for name in POSE)) for kind in kinds
    )
    median, shuffled = values["all/pose/median"], values["all/pose/shuffled"]
    return Result(
        context.name,
        "The model learns the pose in good quality; no figure is given.",
        f"Median azimuth error {median:.0f}°, of the same predictions dealt out at "
        f"random {shuffled:.0f}°.",
        bool(median < shuffled / 2),
        {"model": loaded.name, **_part(values, "/pose/")},
        (),
        (Table("Azimuth error, degrees", ("", *POSE.values()), rows),),
        (
            '"Good" is here less than half of the error at random.',
            *notes_on(loaded.facts, objective="mu-vae", pose="learned"),
        ),
    )


POSE = {
    "median": "median",
    "mean": "mean",
    "near": "share below 30°",
    "shuffled": "median at random",
}


def iou(context: Context) -> Result:
    """Overlap of predicted and true voxels beside simple answers."""
    loaded, values = _on_shapes(context)
    who = ("network", "hull", "slab", "mean", "kind_mean")
    kinds = [n.split("/")[0] for n in values if n.endswith("/shape/images")]
    rows = tuple(
        (kind, *(values.get(f"{kind}/shape/{one}/free/tuned") for one in who))
        for kind in kinds
    )
    ours = values["all/shape/network/free/tuned"]
    others = {one: values[f"all/shape/{one}/free/tuned"] for one in who[1:4]}
    told = ", ".join(f"{name} {value:.3f}" for name, value in others.items())
    return Result(
        context.name,
        "3D shapes are learned in good quality; no figure is given.",
        f"IoU {ours:.3f}, each shape turned as suits it best; {told}.",
        bool(ours > max(others.values())),
        {"model": loaded.name, **_part(values, "/shape/")},
        (),
        (Table("IoU of voxels, best fit of each", ("", *who), rows),),
        (
            '"Good" is here better than the visual hull of the one view, a slab of its '
            "silhouette and the mean shape.",
            *notes_on(loaded.facts, objective="mu-vae", pose="learned"),
        ),
    )


def _on_shapes(context: Context) -> tuple[Loaded, dict[str, float]]:
    """The figures of `tf3d evaluate` on generated or the user's shapes, once a run."""
    from tf3d.evaluation.voxels.evaluate import evaluate_voxels
    from tf3d.evaluation.voxels.sources import open_measured

    loaded = context.loaded(
        "voxel", must={"data": GENERATED}, objective="mu-vae", pose="learned"
    )
    network: VoxelReconstructor = loaded.network
    key = ("on_shapes", loaded.path)
    if key not in context.shared:
        count = context.at_most(SHAPES)
        measured = open_measured(
            context.data or "shapes",
            context.data_dir,
            size=network.image_size,
            channels=network.channels,
            count=count,
            train_count=0,
            validation_shapes=count,
            kinds=loaded.facts.kinds or None,
            seed=context.seed,
            progress=context.progress,
        )
        context.shared[key] = dict(evaluate_voxels(network, measured))
    return loaded, context.shared[key]


def _part(values: dict[str, float], holding: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if holding in name}


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)
