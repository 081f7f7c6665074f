"""Results to files and back: JSON beside small PNGs."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import pathlib
from typing import Any

import numpy as np
import PIL.Image

from tf3d.errors import InputError
from tf3d.files import replacing
from tf3d.reproduction.registry import Origin, Picture, Result, Table

COLORS = 128  # of a picture's palette: a third of the bytes of full colour


def write_small_png(path: str | os.PathLike[str], rgb: np.ndarray) -> None:
    """Writes `[h, w, 3]` in [0, 1] as a PNG of few colours.

    Grey pictures keep their 256 levels.
    """
    values = np.round(np.clip(rgb, 0, 1) * 255).astype(np.uint8)
    image = PIL.Image.fromarray(values)
    if (values == values[..., :1]).all():
        image = image.convert("L")
    elif image.getcolors(256) is None:
        image = image.quantize(COLORS, PIL.Image.Quantize.MEDIANCUT)
    with replacing(path) as temporary:
        image.save(temporary, format="PNG", optimize=True)


def write_result(result: Result, folder: pathlib.Path) -> pathlib.Path:
    """Writes NAME.json; pictures are named relative to it."""
    content = dataclasses.asdict(result)
    content["pictures"] = [
        {"file": os.path.relpath(one.path, folder), "caption": one.caption}
        for one in result.pictures
    ]
    path = folder / f"{result.name}.json"
    with replacing(path) as temporary:
        text = json.dumps(plain(content), indent=1, allow_nan=False) + "\n"
        temporary.write_text(text, "utf-8")
    return path


def read_result(path: pathlib.Path) -> Result:
    """Reads what `write_result` wrote.

    Raises:
      InputError: if the file is not there or holds something else.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        pictures = tuple(
            Picture(path.parent / one["file"], one["caption"])
            for one in content.pop("pictures")
        )
        tables = tuple(
            Table(one["title"], tuple(one["columns"]), tuple(map(tuple, one["rows"])))
            for one in content.pop("tables")
        )
        notes, stored = tuple(content.pop("notes")), content.pop("stored")
        if stored is not None:
            stored = Origin(**{**stored, "models": tuple(stored["models"])})
        result = Result(
            **content, pictures=pictures, tables=tables, notes=notes, stored=stored
        )
        _check(result)
        return result
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} holds no result of an experiment: {error}."
        ) from error


def _check(result: Result) -> None:
    """Raises a ValueError for what cannot be shown."""
    origin = result.stored
    texts = [result.name, result.sentence_paper, result.sentence_ours, *result.notes]
    if origin is not None:
        texts += [origin.command, origin.date, *origin.models, origin.machine]
    if not all(isinstance(text, str) and text for text in texts):
        raise ValueError("a sentence, a note or its origin is empty or no text")
    if result.same not in (True, False, None):
        raise ValueError(f"same is {result.same!r}")
    if not isinstance(result.numbers, dict):
        raise ValueError("its numbers have no names")


def plain(value: Any) -> Any:
    """The value as JSON holds it: NumPy's as Python's, NaN and infinities as null."""
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return value
