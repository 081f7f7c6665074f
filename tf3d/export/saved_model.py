"""Exports a model as a SavedModel that TensorFlow Serving takes as it is."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import shutil
import tempfile
from collections.abc import Sequence
from typing import Any

import keras

import tf3d
from tf3d.errors import InputError
from tf3d.files import replacing

DESCRIPTION_FILE = "tf3d.json"  # in assets.extra, which TensorFlow leaves alone


def export_saved_model(
    model: keras.Model,
    out: str | os.PathLike[str],
    version: int | None = None,
    *,
    name: str,
    refinement: Any = None,
) -> pathlib.Path:
    """Writes `OUT/N/`, a SavedModel with the signatures of the model's family.

    It is written beside and renamed when it is whole, so that a server that watches
    the folder sees all of it or nothing. The weights are in it once. Records of
    requests, one per signature, make TensorFlow Serving warm it up.

    Args:
      model: a `MultiView` or a `VoxelAutoencoder`, built.
      out: the base folder, as TensorFlow Serving's `base_path`.
      version: number of the new folder, 1 or above; by default one more than the
        highest there.
      name: of the model, for whoever loads it.
      refinement: a `tf3d.prediction.refinement.Refinement` of a `MultiView`, for the
        signature that fits codes.

    Returns:
      The path of the new folder.

    Raises:
      InputError: if the version exists, the folder cannot be written, the model is of
        no known family, or Keras does not run on TensorFlow.
    """
    out = pathlib.Path(out)
    if version is not None and version < 1:
        raise InputError(f"Version {version}: expected 1 or above.")
    if version is not None and (out / str(version)).exists():
        raise _exists(out, version)
    functions = signature_functions(model, refinement)
    number = next_version(out) if version is None else version
    with _made_beside(out) as folder:
        _save((model, getattr(refinement, "estimator", None)), functions, folder)
        _describe(model, folder, name)
        from tf3d.export.warm_up import write_warm_up

        write_warm_up(folder, functions)
        while True:
            try:
                (out / str(number)).mkdir()  # no other process takes this number now
                break
            except FileExistsError as error:
                if version is not None:
                    raise _exists(out, version) from error
                number += 1
        # An empty folder is replaced in one step.
        os.replace(folder, out / str(number))
    return out / str(number)


def signature_functions(model: keras.Model, refinement: Any = None) -> dict[str, Any]:
    """The functions that an export of a model holds, by name.

    Raises:
      InputError: if the model is of no known family, or Keras does not run on
        TensorFlow.
    """
    from tf3d.models import MultiView, VoxelAutoencoder

    if keras.backend.backend() != "tensorflow":
        raise InputError(
            f"A SavedModel is TensorFlow's, and Keras runs on {keras.backend.backend()}"
            ". Export with KERAS_BACKEND=tensorflow."
        )
    if isinstance(model, MultiView):
        from tf3d.export.multiview_signatures import MultiViewSignatures

        return MultiViewSignatures(model, refinement).functions()
    if isinstance(model, VoxelAutoencoder):
        from tf3d.export.voxel_signatures import VoxelSignatures

        return VoxelSignatures(model).functions()
    raise InputError(
        f"A {type(model).__name__} cannot be exported: it is no multi-view or voxel "
        "model. Name one that `tf3d train` made or that `tf3d models` lists."
    )


def versions(out: pathlib.Path) -> list[int]:
    """The numbers of the version folders in a base folder, sorted."""
    if not out.is_dir():
        return []
    return sorted(int(p.name) for p in out.iterdir() if p.name.isdecimal())


def next_version(out: pathlib.Path) -> int:
    """One more than the highest version in a base folder; 1 in an empty one."""
    return max(versions(out), default=0) + 1


def describe(path: pathlib.Path) -> list[str]:
    """A few lines on a version folder: its size, and each signature's tensors.

    Raises:
      InputError: if it holds no SavedModel.
    """
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    try:
        content = SavedModel.FromString((path / "saved_model.pb").read_bytes())
    except OSError as error:
        raise InputError(f"The folder {path} holds no SavedModel.") from error
    size = sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
    lines = [f"Wrote {path} ({size / 1e6:.1f} MB)"]
    definitions = content.meta_graphs[0].signature_def
    for name in sorted(definitions):
        if not name.startswith("__"):  # TensorFlow's own
            takes, gives = (
                ", ".join(sorted(tensors))
                for tensors in (definitions[name].inputs, definitions[name].outputs)
            )
            lines.append(f"  {name}: {takes} -> {gives}")
    return lines


def _exists(out: pathlib.Path, version: int) -> InputError:
    return InputError(
        f"{out / str(version)} exists. A version that may be served is never "
        f"overwritten: use another number, as {next_version(out)}, or none."
    )


@contextlib.contextmanager
def _made_beside(out: pathlib.Path) -> Any:
    """A temporary folder in `out`, gone at the end unless it was renamed."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        folder = pathlib.Path(tempfile.mkdtemp(prefix=".export-", dir=out))
    except (FileExistsError, NotADirectoryError) as error:
        raise InputError(
            f"Cannot write to {out}: a part of it is a file. Name another folder."
        ) from error
    except OSError as error:
        raise InputError(f"Cannot write to {out}: {error.strerror}.") from error
    try:
        # A server may run as another user.
        umask = os.umask(0)
        os.umask(umask)
        folder.chmod(0o777 & ~umask)
        yield folder
    except OSError as error:
        raise InputError(
            f"Cannot write to {out}: {error.strerror or error}."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _save(
    models: Sequence[keras.Model | None],
    functions: dict[str, Any],
    folder: pathlib.Path,
) -> None:
    import tensorflow as tf

    # Variables and functions alone: with the Keras model in it, the file would hold
    # its layers' graphs, too, and with Keras' own export each weight twice.
    holder = tf.Module(name="tf3d")
    holder.model_weights = [
        weight.value for model in models if model for weight in model.weights
    ]
    try:
        tf.saved_model.save(holder, str(folder), functions)
    except tf.errors.OpError as error:  # such as a full disk
        reason = (error.message or "").strip().splitlines() or [type(error).__name__]
        raise InputError(f"Cannot write to {folder.parent}: {reason[0]}") from error


def _describe(model: keras.Model, folder: pathlib.Path, name: str) -> None:
    """Leaves what the signatures do not tell."""
    content = {
        "name": name,
        "model": type(model).__name__,
        "tf3d": tf3d.__version__,
    }
    with replacing(folder / "assets.extra" / DESCRIPTION_FILE) as temporary:
        temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
