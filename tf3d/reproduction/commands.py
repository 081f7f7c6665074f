"""The commands that make results anew, as a reader of a report can type them."""

from __future__ import annotations

import os
import pathlib
import shlex
from collections.abc import Sequence

from tf3d.reproduction.registry import Experiment

DATA_DIR = "DATA"  # in the place of the folder of local data


def command_of(
    name: str,
    models: Sequence[str] = (),
    data: str | None = None,
    data_dir: pathlib.Path | None = None,
    seed: int = 0,
    count: int | None = None,
) -> str:
    """The command of an experiment.

    Folders of this machine lose what leads to them: a reader has others.

    Args:
      name: of the experiment, or "all".
      models: as the user named them.
      data: the same.
      data_dir: the folder of local copies, if there is one.
      seed: of random choices.
      count: of shapes or images.
    """
    words = ["tf3d", "reproduce", name]
    for model in models:
        words += ["--model", short_path(model, "runs")]
    if data is not None:
        words += ["--data", short_path(data, DATA_DIR)]
    if data_dir is not None:
        words += ["--data-dir", DATA_DIR]
    if count is not None:
        words += ["--count", str(count)]
    if seed:
        words += ["--seed", str(seed)]
    return shlex.join([*words, "--out", "report"])


def told_preparation(experiment: Experiment) -> str:
    """A sentence on how to make what an experiment lacks; empty where all ships."""
    if not experiment.preparation:
        return ""
    commands = ", then ".join(f"`{one}`" for one in experiment.preparation)
    return f" What it needs is made by {commands}."


def short_path(named: str, folder: str) -> str:
    """What a reader may call a file or folder of this machine; other names stay."""
    path = pathlib.Path(named)
    return f"{folder}/{path.name}" if os.sep in named and path.exists() else named
