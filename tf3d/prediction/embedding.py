"""A map of codes: t-SNE, with a thumbnail at each picture's place."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tf3d.errors import InputError
from tf3d.prediction import sheets
from tf3d.prediction.catalogue import find_model
from tf3d.prediction.photos import read_photo
from tf3d.prediction.pictures import write_rgb
from tf3d.prediction.reconstructor import load
from tf3d.prediction.voxel_reconstructor import VoxelReconstructor
from tf3d.prediction.walks import PICTURES, Look

if TYPE_CHECKING:
    from tf3d.data.images import ImageSet
    from tf3d.prediction.network import Network

LEAST = 4  # pictures; fewer have no neighbourhoods
BATCH = 64
THUMBNAIL = 42  # pixels
FEW = 100  # pictures; up to these, thumbnails are twice as large
EXACT = 250  # codes up to which the exact method is as quick as the approximate one
ROOM = 1.8  # sides of thumbnails to each, on average along both axes
COLORS = np.array(
    [
        [0.12, 0.47, 0.71],
        [1.00, 0.50, 0.05],
        [0.17, 0.63, 0.17],
        [0.84, 0.15, 0.16],
        [0.58, 0.40, 0.74],
        [0.55, 0.34, 0.29],
        [0.89, 0.47, 0.76],
        [0.50, 0.50, 0.50],
        [0.74, 0.74, 0.13],
        [0.09, 0.75, 0.81],
    ]
)


def tsne(codes: np.ndarray, seed: int = 0) -> np.ndarray:
    """Places codes in the plane so that neighbours stay neighbours.

    Args:
      codes: `[n, width]`, n >= 4.
      seed: of the descent.

    Returns:
      `[n, 2]` in [0, 1].

    Raises:
      InputError: if there are too few codes.
    """
    if len(codes) < LEAST:
        raise InputError(
            f"t-SNE needs at least {LEAST} pictures, and there are {len(codes)}. "
            "Name more, or a folder of them."
        )
    from sklearn.manifold import TSNE

    # Equal codes have no spread, which the default start divides by.
    start = "pca" if np.ptp(codes, axis=0).max() > 0 else "random"
    places = TSNE(
        perplexity=min(30.0, (len(codes) - 1) / 3),
        init=start,
        random_state=seed,
        method="exact" if len(codes) <= EXACT else "barnes_hut",
    ).fit_transform(np.asarray(codes, np.float64))
    low, high = places.min(axis=0), places.max(axis=0)
    return (places - low) / np.maximum(high - low, 1e-9)


def draw_map(
    places: np.ndarray,
    pictures: Sequence[np.ndarray],
    labels: np.ndarray | None = None,
    names: Sequence[str] = (),
) -> np.ndarray:
    """Draws thumbnails at their places, framed in their classes' colours.

    Args:
      places: `[n, 2]` in [0, 1].
      pictures: n of shape `[s, s, 1 or 3]`.
      labels: `[n]` indices into `names`, or None.
      names: of the classes, for the legend.

    Returns:
      `[height, width, 3]`.
    """
    size = 2 * THUMBNAIL if len(pictures) <= FEW else THUMBNAIL
    tiles = [_thumbnail(picture, size) for picture in pictures]
    tile = len(tiles[0])
    side = int(tile * (1 + ROOM * np.ceil(len(tiles) ** 0.5)))
    canvas = np.full((side, side, 3), sheets.WHITE, np.float32)
    for index, (picture, (x, y)) in enumerate(zip(tiles, places, strict=True)):
        if labels is not None:
            color = COLORS[labels[index] % len(COLORS)]
            picture = sheets.framed(picture, color)
        top, left = round((1 - y) * (side - tile)), round(x * (side - tile))
        canvas[top : top + tile, left : left + tile] = picture
    if labels is None:
        return canvas
    legend = [
        sheets.label(str(name), 150, color=COLORS[index % len(COLORS)])
        for index, name in enumerate(names)
    ]
    return sheets.beside([canvas, sheets.above(legend)]) if legend else canvas


def embed(
    model: str,
    look: Look,
    *,
    images: Sequence[pathlib.Path] = (),
    data: str | None = None,
    data_dir: pathlib.Path | None = None,
    count: int = 400,
    seed: int = 0,
) -> list[str]:
    """Maps the codes of pictures, or of a set's held-out images.

    Args:
      model: as `load` takes it.
      look: where to write; `elevation` and `show` do not matter.
      images: pictures.
      data: an image set of the voxel family instead, as `open_images` takes it.
      data_dir: where it lies.
      count: of the set's images at most.
      seed: of t-SNE, and of the images that are taken.

    Returns:
      Sentences on what was written.

    Raises:
      InputError: if something is unusable.
    """
    if bool(images) == (data is not None):
        raise InputError("Name pictures, or a set with --data: one of the two.")
    look.check(PICTURES, images)
    if images and len(images) < LEAST:
        tsne(np.zeros((len(images), 1)))  # says that these are too few
    find_model(model)
    for image in images:
        read_photo(image)  # before the model is loaded; kept, they might fill memory
    network = load(model, refine=False)  # what is shown are the encoder's codes
    chosen = None
    if data is None:
        pictures = np.stack([network.prepare(image) for image in images])
        names = _names(images)
    else:
        chosen = _held_out(network, data, data_dir, count, seed)
        pictures = chosen.floats()
        names = [f"image-{index:04d}" for index in range(len(pictures))]
    codes = []
    for start in range(0, len(pictures), BATCH):
        codes.append(network.encode(pictures[start : start + BATCH]))
        look.progress(min(start + BATCH, len(pictures)), len(pictures))
    codes = np.concatenate(codes)
    labels = None if chosen is None else chosen.labels
    classes = () if chosen is None else chosen.names
    write_rgb(look.out, draw_map(tsne(codes, seed), pictures, labels, classes))
    notes = []
    for code, name in zip(codes, names, strict=True):
        notes += look.mesh(network, code, name)
    return [f"{look.out}: {len(pictures)} pictures.", *notes]


def _held_out(
    network: Network,
    data: str,
    data_dir: pathlib.Path | None,
    count: int,
    seed: int,
) -> ImageSet:
    """Images of a set that are not trained on, chosen at random."""
    if not isinstance(network, VoxelReconstructor):
        raise InputError(
            f"--data: {network.name} is a multi-view model, and these image sets are "
            "the voxel models'. Name pictures instead."
        )
    from tf3d.data.images import open_images

    images = open_images(
        data,
        data_dir,
        size=network.image_size,
        channels=network.channels,
        part="test",
    )
    order = np.random.default_rng(seed).permutation(len(images))
    return images.subset(np.sort(order[:count]))


def _names(images: Sequence[pathlib.Path]) -> list[str]:
    """A file name for each picture's mesh: its stem, numbered where it recurs."""
    from tf3d.prediction.outputs import Outputs, name_outputs

    if len(images) == 1:
        return [images[0].stem]
    named = name_outputs(Outputs(images=pathlib.Path()), images)
    return [str(place.images) for place in named]


def _thumbnail(picture: np.ndarray, size: int) -> np.ndarray:
    """`[t, t, 3]` of about the size that is wanted."""
    factor = round(len(picture) / size)
    if factor > 1:
        side = len(picture) // factor
        cut = picture[: side * factor, : side * factor]
        picture = cut.reshape(side, factor, side, factor, -1).mean(axis=(1, 3))
    return sheets.enlarged(picture, size)
