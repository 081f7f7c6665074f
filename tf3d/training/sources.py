"""Opens what a config names: shapes, splits, backgrounds, rendered views."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

from tf3d.data.pipeline import LiveRendering, StoredViews
from tf3d.data.splits import Split, default_split, read_split
from tf3d.data.stored import is_stored, open_folder
from tf3d.errors import InputError
from tf3d.shapes.sources import ShapeSource, open_source
from tf3d.training.config import MultiViewConfig, PhaseConfig, SourceConfig

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")


def open_training_source(
    config: SourceConfig, report: Callable[[str], None] = lambda _: None
) -> tuple[ShapeSource, ShapeSource | None] | None:
    """The shapes to train on, and those of the same source that are held out.

    Args:
      config: of the source.
      report: called with sentences on what was left out.

    Returns:
      Training and held-out shapes (None where nothing is held out); None for an
      optional source that is not there.
    """
    if config.optional and not pathlib.Path(config.data).exists():
        report(f"{config.data} is not there: training goes on without it.")
        return None
    source = open_source(
        config.data,
        category=config.category,
        count=config.count,
        seed=config.seed,
        up=config.up,
        front=config.front,
    )
    for line in source.report:
        report(line)
    if config.split is None:
        return source, None
    if config.split == "train":
        held_out = source.indices("held_out")
        return (
            source.subset(source.indices("train")),
            source.subset(held_out) if held_out else None,
        )
    split = _split(config)
    return split.subset(source, "train"), split.subset(source, "normal")


def _split(config: SourceConfig) -> Split:
    if config.split == "default":
        return default_split(config.data)
    return read_split(config.split)


def find_backgrounds(folder: str | None) -> list[pathlib.Path]:
    """The pictures in a folder, sorted.

    Raises:
      InputError: if the folder has none.
    """
    if folder is None:
        return []
    path = pathlib.Path(folder)
    if not path.is_dir():
        raise InputError(f"There is no folder {path} to take backgrounds from.")
    found = sorted(p for p in path.rglob("*") if p.suffix.lower() in PICTURES)
    if not found:
        raise InputError(
            f"{path} holds no pictures ({', '.join(PICTURES)}) for backgrounds."
        )
    return found


def open_renderers(
    config: MultiViewConfig,
    phase: PhaseConfig,
    report: Callable[[str], None] = lambda _: None,
) -> tuple[LiveRendering | StoredViews, LiveRendering | StoredViews]:
    """What renders a phase's training views, and its held-out ones.

    Where nothing is held out, the second shows training shapes from other viewpoints.
    """
    size, data, seed = phase.image_size, config.data, config.seed
    stored = [source for source in data.sources if is_stored(source.data)]
    if stored:
        if len(data.sources) > 1:
            raise InputError(
                f"{stored[0].data} holds rendered views; they cannot be mixed with "
                "other sources."
            )
        files = open_folder(stored[0].data).paths
        return StoredViews(files, size, seed), StoredViews(files, size, seed + 1)
    train, held_out, shares, repaint, reshape = [], [], [], [], []
    for source in data.sources:
        opened = open_training_source(source, report)
        if opened is None:
            continue
        train.append(opened[0])
        held_out.append(opened[1])
        shares.append(source.share)
        repaint.append(source.repaint)
        reshape.append(source.reshape)
    if not train:
        raise InputError("The config names no shapes that are there.")
    live = LiveRendering(
        train,
        shares,
        repaint,
        data.views,
        size,
        data.target_light,
        find_backgrounds(data.backgrounds),
        seed,
        data.input_light,
        reshape=reshape,
        streets=data.streets,
    )
    measured = [source for source in held_out if source is not None] or train
    still = LiveRendering(
        measured,
        [1.0] * len(measured),
        [0.0] * len(measured),
        4,
        size,
        data.target_light,
        seed=seed + 1,
    )
    return live, still
