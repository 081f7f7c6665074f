"""Walks through codes and around objects: samples, sweeps, traversals, interpolation.

Each function is a command's work: it checks the places of its outputs, loads the model,
writes, and returns sentences on what was done.
"""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Callable, Sequence

import numpy as np

from tf3d.errors import InputError
from tf3d.prediction import sheets
from tf3d.prediction.code_statistics import read_code_statistics
from tf3d.prediction.network import Network
from tf3d.prediction.outputs import check_file, check_folder
from tf3d.prediction.pictures import write_film, write_rgb
from tf3d.prediction.reconstructor import load

PICTURES = (".png",)
FILMS = (".gif", ".mp4")
SWEPT = 64  # azimuths of a sweep
FILM_TILE = 224  # pixels

Progress = Callable[[int, int], None]


def _silent(done: int, total: int) -> None:
    """Shows no progress."""


@dataclasses.dataclass(frozen=True)
class Look:
    """How a walk is shown, and where it goes.

    Attributes:
      out: the picture or film to write.
      elevation: degrees; None for the model's usual one.
      show: "picture", or "projection" for what a voxel model has before its texturizer.
      meshes: a folder for a surface of each object, or None.
      progress: called with the number of objects done and of all.
    """

    out: pathlib.Path
    elevation: float | None = None
    show: str = "picture"
    meshes: pathlib.Path | None = None
    progress: Progress = _silent

    def check(
        self, extensions: Sequence[str], inputs: Sequence[pathlib.Path] = ()
    ) -> None:
        """Raises an InputError unless everything can be written."""
        seen = {path.resolve(): "an input picture" for path in inputs}
        check_file("--out", self.out, extensions, seen)
        if self.meshes is not None:
            check_folder("--mesh", self.meshes)

    def height(self, network: Network) -> float:
        """The elevation, degrees."""
        return network.usual_elevation if self.elevation is None else self.elevation

    def tiles(
        self, network: Network, code: np.ndarray, azimuths: np.ndarray
    ) -> list[np.ndarray]:
        """Pictures of a code from several sides, enlarged."""
        shown = network.pictures(code, azimuths, self.height(network), self.show)
        return [sheets.enlarged(picture) for picture in shown]

    def mesh(self, network: Network, code: np.ndarray, name: str) -> list[str]:
        """Writes a code's surface where that is wanted; says so if there is none."""
        if self.meshes is None:
            return []
        from tf3d.fusion import write_surface

        try:
            surface = network.surface(code)
        except InputError as error:
            return [f"{name}: no mesh. {error}"]
        write_surface(surface, self.meshes / f"{name}.ply")
        return []


def sample(
    model: str,
    look: Look,
    *,
    count: int = 16,
    views: int = 4,
    seed: int = 0,
    spread: float | None = None,
) -> list[str]:
    """Shows random shapes, each from several sides.

    Args:
      model: a voxel model, as `load` takes it.
      look: how and where.
      count: of shapes.
      views: of each, over half a turn.
      seed: of the codes.
      spread: standard deviation of codes around 0, 1 for the prior; None takes the
        distribution of the training images' codes where the model brings it.

    Returns:
      Sentences on what was written.

    Raises:
      InputError: if the model has no prior, or something is unusable.
    """
    look.check(PICTURES)
    network = _with_prior(load(model), "sampled from")
    draw = np.random.default_rng(seed)
    codes, origin = _random_codes(model, network, count, draw, spread)
    azimuths = np.arange(views) * 180.0 / views
    blocks, notes = [], []
    for index, code in enumerate(codes.astype(np.float32)):
        tiles = look.tiles(network, code, azimuths)
        blocks.append(sheets.grid(tiles, views, gap=1))
        notes += look.mesh(network, code, f"sample-{index:03d}")
        look.progress(index + 1, count)
    columns = max(1, round((count / views) ** 0.5))
    write_rgb(look.out, sheets.grid(blocks, columns, gap=8))
    return [f"{look.out}: {count} shapes from {views} sides each, {origin}.", *notes]


def sweep(
    model: str, image: pathlib.Path, look: Look, *, count: int = SWEPT
) -> list[str]:
    """Shows the object of a picture from all around, in one picture or a film.

    Args:
      model: as `load` takes it.
      image: the picture.
      look: how and where; a film in .gif or .mp4.
      count: azimuths around the circle.

    Returns:
      Sentences on what was written.

    Raises:
      InputError: if something is unusable.
    """
    look.check((*PICTURES, *FILMS), [image])
    network, (picture,), (code,) = _encoded(model, [image])
    azimuths = np.arange(count) * 360.0 / count
    if look.out.suffix.lower() in FILMS:
        frames = network.pictures(code, azimuths, look.height(network), look.show)
        write_film(look.out, frames, -(-FILM_TILE // frames.shape[1]))
        seen = []
    else:
        tiles = look.tiles(network, code, azimuths)
        seen = []
        if network.has_prior:
            own = network.azimuth(picture)
            nearest = int(np.abs((azimuths - own + 180) % 360 - 180).argmin())
            tiles[nearest] = sheets.framed(tiles[nearest])
            seen = [f"{image}: seen from azimuth {own:.0f}°, framed in the picture."]
        columns = round(count**0.5)
        left = sheets.enlarged(picture, 2 * sheets.TILE)
        write_rgb(look.out, sheets.beside([left, sheets.grid(tiles, columns)]))
    notes = look.mesh(network, code, image.stem)
    return [f"{look.out}: {count} azimuths.", *seen, *notes]


def traverse(
    model: str,
    image: pathlib.Path,
    look: Look,
    *,
    steps: int = 9,
    span: float = 3.0,
    dimensions: Sequence[int] | None = None,
    azimuth: float | None = None,
) -> list[str]:
    """Shows what each latent dimension does: a row for each, the others as they are.

    Args:
      model: a voxel model, as `load` takes it.
      image: the picture whose code is changed.
      look: how and where.
      steps: columns.
      span: a dimension's values go from -span to span.
      dimensions: to be shown; all by default.
      azimuth: degrees; the picture's own by default.

    Returns:
      Sentences on what was written.

    Raises:
      InputError: if the model has no prior, or something is unusable.
    """
    look.check(PICTURES, [image])
    network, (picture,), (code,) = _encoded(model, [image], "traversed")
    chosen = list(range(len(code))) if not dimensions else list(dimensions)
    if not all(0 <= dimension < len(code) for dimension in chosen):
        raise InputError(
            f"--dimension: {network.name} has dimensions 0 to {len(code) - 1}. "
            f"Received: {', '.join(map(str, chosen))}."
        )
    side = np.array([network.azimuth(picture) if azimuth is None else azimuth])
    values = np.linspace(-span, span, steps)
    rows, notes = [], []
    for index, dimension in enumerate(chosen):
        tiles = []
        for step, value in enumerate(values):
            moved = np.array(code)
            moved[dimension] = value
            tiles += look.tiles(network, moved, side)
            name = f"dimension-{dimension:02d}-step-{step:02d}"
            notes += look.mesh(network, moved, name)
        title = sheets.label(f"z{dimension}", 32)
        rows.append(sheets.beside([title, sheets.grid(tiles, steps)], gap=4))
        look.progress(index + 1, len(chosen))
    left = sheets.above(
        [sheets.enlarged(picture), *look.tiles(network, code, side)], gap=4
    )
    write_rgb(look.out, sheets.beside([left, sheets.above(rows)]))
    told = f"{len(chosen)} dimensions from {-span:g} to {span:g}, from azimuth"
    return [f"{look.out}: {told} {side[0]:.0f}°.", *notes]


def interpolate(
    model: str,
    images: tuple[pathlib.Path, pathlib.Path],
    look: Look,
    *,
    steps: int = 9,
    extrapolate: float = 0.0,
    views: int = 3,
) -> list[str]:
    """Shows the way from one object's code to another's, and beyond.

    Args:
      model: as `load` takes it.
      images: two pictures.
      look: how and where; a film in .gif or .mp4.
      steps: codes, ends included.
      extrapolate: how far to go beyond both ends, as a share of the way.
      views: sides from which each is shown.

    Returns:
      Sentences on what was written.

    Raises:
      InputError: if something is unusable.
    """
    look.check((*PICTURES, *FILMS), images)
    network, pictures, codes = _encoded(model, images)
    start = network.azimuth(pictures[0])
    azimuths = (start + np.arange(views) * 360.0 / views) % 360
    columns, notes = [], []
    ways = np.linspace(-extrapolate, 1 + extrapolate, steps)
    for index, way in enumerate(ways):
        code = (1 - way) * codes[0] + way * codes[1]
        columns.append(look.tiles(network, code, azimuths))
        notes += look.mesh(network, code, f"step-{index:03d}")
        look.progress(index + 1, steps)
    if look.out.suffix.lower() in FILMS:
        frames = [sheets.grid(tiles, views) for tiles in columns]
        write_film(look.out, [*frames, *frames[-2:0:-1]], 2)
    else:
        rows = [tile for view in zip(*columns, strict=True) for tile in view]
        ends = [sheets.enlarged(picture) for picture in pictures]
        whole = sheets.beside([ends[0], sheets.grid(rows, steps), ends[1]])
        write_rgb(look.out, whole)
    told = f"{steps} steps from {ways[0]:g} to {ways[-1]:g} of the way"
    return [f"{look.out}: {told}, from {views} sides.", *notes]


def _random_codes(
    model: str,
    network: Network,
    count: int,
    draw: np.random.Generator,
    spread: float | None,
) -> tuple[np.ndarray, str]:
    """Codes `[count, latent]`, and of what distribution they are."""
    from tf3d.prediction.catalogue import find_model

    latent = network.model.latent
    folder = find_model(model).parent
    statistics = read_code_statistics(folder, latent) if spread is None else None
    if statistics is not None:
        return statistics.draw(count, draw), "as the training images' codes lie"
    spread = 1.0 if spread is None else spread
    codes = spread * draw.standard_normal((count, latent))
    return codes, f"from a normal distribution of spread {spread:g}"


def _with_prior(network: Network, verb: str) -> Network:
    if not network.has_prior:
        raise InputError(
            f"{network.name} cannot be {verb}: a multi-view model's codes follow no "
            "known distribution. Use a voxel model."
        )
    return network


def _encoded(
    model: str, images: Sequence[pathlib.Path], verb: str | None = None
) -> tuple[Network, list[np.ndarray], np.ndarray]:
    """The model, the prepared pictures and their codes.

    The pictures are read first: a missing one need not wait for TensorFlow.
    """
    from tf3d.prediction.catalogue import find_model
    from tf3d.prediction.photos import read_photo

    find_model(model)
    photos = [read_photo(image) for image in images]
    network = load(model)
    if verb is not None:
        _with_prior(network, verb)
    pictures = [network.prepare(photo) for photo in photos]
    return network, pictures, network.encode(np.stack(pictures), photo=True)
