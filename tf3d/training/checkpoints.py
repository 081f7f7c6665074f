"""One file that holds all of a run: weights, optimiser state, position."""

from __future__ import annotations

import contextlib
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from tf3d.errors import InputError
from tf3d.files import UNREADABLE, replacing

FILE_NAME = "checkpoint.npz"


def save_checkpoint(
    folder: pathlib.Path,
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    state: dict[str, Any],
) -> None:
    """Writes a checkpoint beside the last one, and replaces that when it is whole.

    Args:
      folder: of the run.
      model: built.
      optimizer: built.
      state: what JSON can hold: phase, step, ...

    Raises:
      InputError: if the disk is full or not writable; the last checkpoint survives.
    """
    arrays = {f"model/{i}": np.asarray(v) for i, v in enumerate(model.variables)}
    arrays |= {
        f"optimizer/{i}": np.asarray(v) for i, v in enumerate(optimizer.variables)
    }
    arrays["state"] = np.frombuffer(json.dumps(state).encode(), np.uint8)
    with replacing(folder / FILE_NAME) as temporary:
        np.savez(temporary, **arrays)


def read_state(folder: pathlib.Path) -> dict[str, Any]:
    """The state of a run's checkpoint.

    Raises:
      InputError: if there is none, or it is damaged.
    """
    with _open(folder) as arrays:
        return json.loads(arrays["state"].tobytes())


def load_checkpoint(
    folder: pathlib.Path,
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer | None = None,
) -> None:
    """Puts a checkpoint's values into a model of the same shape, and its optimiser.

    Raises:
      InputError: if there is no checkpoint, or it is of another network.
    """
    with _open(folder) as arrays:
        parts = [("model", model.variables)]
        if optimizer is not None:
            parts.append(("optimizer", optimizer.variables))
        for prefix, variables in parts:
            for index, variable in enumerate(variables):
                key = f"{prefix}/{index}"
                if key not in arrays or arrays[key].shape != tuple(variable.shape):
                    raise InputError(
                        f"{folder / FILE_NAME} is of another network than the run's "
                        f"config describes ({variable.path} does not fit)."
                    )
                variable.assign(arrays[key])


@contextlib.contextmanager
def _open(folder: pathlib.Path) -> Iterator[Any]:
    path = folder / FILE_NAME
    if not path.exists():
        raise InputError(
            f"{folder} holds no {FILE_NAME}: nothing to resume. Train with "
            f"--out {folder} first."
        )
    try:
        # Opened here, since NumPy leaves damaged files open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            yield arrays
    except InputError:
        raise
    except UNREADABLE as error:
        raise InputError(f"{path} is damaged: {error}.") from error
