"""Writes `.keras` files, small."""

from __future__ import annotations

import os
import pathlib
import zipfile

import keras
import numpy as np

from tf3d.files import replacing

# As many as half precision has; what is rounded away compresses to nothing.
MANTISSA_BITS = 10


def round_mantissa(values: np.ndarray, bits: int = MANTISSA_BITS) -> np.ndarray:
    """Rounds float32 to fewer bits of mantissa, to the nearest; range stays.

    Args:
      values: float32, any shape, finite.
      bits: 1 to 23 that are kept.

    Raises:
      ValueError: for another number of bits.
    """
    if not 1 <= bits <= 23:
        raise ValueError(f"Expected 1 to 23 bits. Received: bits={bits}")
    if bits == 23:
        return np.asarray(values, np.float32)
    drop = 23 - bits
    whole = np.ascontiguousarray(values, np.float32).view(np.uint32)
    rounded = (whole + np.uint32(1 << (drop - 1))) >> drop << drop
    return rounded.view(np.float32)


def save_model(
    model: keras.Model, path: str | os.PathLike[str], bits: int = MANTISSA_BITS
) -> None:
    """Writes a model so that plain Keras loads it, in about half the room.

    The weights stay float32 but keep only as many bits as half precision has, and the
    archive is compressed.

    Args:
      model: built; its own weights are rounded, too, so that it equals the file.
      path: a `.keras` file.
      bits: of mantissa that are kept; 23 keeps all.

    Raises:
      InputError: if the file cannot be written.
    """
    model.set_weights([round_mantissa(w, bits) for w in model.get_weights()])
    with replacing(path) as temporary:
        model.save(temporary)
        packed = pathlib.Path(f"{temporary}.zip")
        try:
            with (
                zipfile.ZipFile(temporary) as source,
                zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
            ):
                for entry in source.infolist():
                    target.writestr(entry.filename, source.read(entry))
            packed.replace(temporary)
        finally:
            packed.unlink(missing_ok=True)
