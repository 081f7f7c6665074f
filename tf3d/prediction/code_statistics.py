"""How a voxel model's codes of its training images are distributed.

A model without a Kullback-Leibler term does not hold its codes to the prior N(0, I):
the µ-VAE (Sec. 3.2) leaves them free to spread. A normal distribution of each training
set's codes, in a file beside the model, says where shapes are.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Sequence

import numpy as np

from tf3d.errors import InputError
from tf3d.files import replacing

CODES_FILE = "codes.json"


@dataclasses.dataclass(frozen=True)
class CodeStatistics:
    """A normal distribution of the codes of each training set.

    Attributes:
      names: of the sets.
      weights: their shares in training, summing to 1, `[sets]`.
      means: `[sets, latent]`.
      covariances: `[sets, latent, latent]`.
    """

    names: tuple[str, ...]
    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray

    def __post_init__(self) -> None:
        sets, latent = len(self.names), np.shape(self.means)[-1]
        expected = ((sets,), (sets, latent), (sets, latent, latent))
        parts = (self.weights, self.means, self.covariances)
        if tuple(np.shape(part) for part in parts) != expected:
            raise ValueError(
                f"Expected weights, means and covariances of shapes {expected}. "
                f"Received: {tuple(np.shape(part) for part in parts)}"
            )

    def draw(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Random codes `[count, latent]`, each of one set's distribution."""
        chosen = rng.choice(len(self.names), size=count, p=self.weights)
        codes = [
            rng.multivariate_normal(self.means[k], self.covariances[k], method="eigh")
            for k in chosen
        ]
        return np.stack(codes).astype(np.float32)


def measure_codes(
    codes: Sequence[np.ndarray], names: Sequence[str], shares: Sequence[float]
) -> CodeStatistics:
    """The statistics of codes.

    Args:
      codes: of each set, `[images, latent]`, two images at least.
      names: of the sets.
      shares: of the sets in training; any scale.
    """
    return CodeStatistics(
        tuple(names),
        np.asarray(shares, float) / np.sum(shares),
        np.stack([np.mean(part, axis=0) for part in codes]),
        np.stack([np.atleast_2d(np.cov(part, rowvar=False)) for part in codes]),
    )


def write_code_statistics(folder: pathlib.Path, statistics: CodeStatistics) -> None:
    """Writes codes.json into a model's folder.

    Raises:
      InputError: if it cannot be written.
    """
    content = {
        "names": list(statistics.names),
        "weights": statistics.weights.tolist(),
        "means": np.round(statistics.means, 4).tolist(),
        "covariances": np.round(statistics.covariances, 4).tolist(),
    }
    with replacing(folder / CODES_FILE) as temporary:
        temporary.write_text(json.dumps(content) + "\n", encoding="utf-8")


def read_code_statistics(folder: pathlib.Path, latent: int) -> CodeStatistics | None:
    """What `write_code_statistics` wrote, or None where there is no such file.

    Args:
      folder: of the model.
      latent: the model's number of latent dimensions.

    Raises:
      InputError: if the file is damaged or of another model.
    """
    path = folder / CODES_FILE
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        statistics = CodeStatistics(
            tuple(content["names"]),
            *(np.asarray(content[k]) for k in ("weights", "means", "covariances")),
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError(
            f"{path} holds no statistics of codes. Delete it to sample the prior."
        ) from error
    if statistics.means.shape[1] != latent:
        raise InputError(
            f"{path} is of a model with {statistics.means.shape[1]} latent dimensions, "
            f"but this one has {latent}. Delete it to sample the prior."
        )
    return statistics
