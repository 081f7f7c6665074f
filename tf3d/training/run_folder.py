"""The folder of a training run."""

from __future__ import annotations

import pathlib

import pydantic
import yaml

from tf3d.errors import InputError
from tf3d.files import replacing


def begin(folder: pathlib.Path, config: pydantic.BaseModel) -> None:
    """Makes a run's folder, and writes config.yaml into it.

    Raises:
      InputError: if the folder cannot be made or holds another run.
    """
    if (folder / "checkpoint.npz").exists():
        raise InputError(
            f"{folder} holds a run already. Go on with --resume {folder}, or choose "
            "another --out."
        )
    with replacing(folder / "config.yaml") as temporary:
        content = config.model_dump(mode="json")
        temporary.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
