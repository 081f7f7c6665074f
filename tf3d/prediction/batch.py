"""`tf3d predict` without its command line: pictures in, files out, a report back."""

from __future__ import annotations

import contextlib
import pathlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from tf3d.errors import InputError
from tf3d.geometry import IMAGE_SIZE, orbit
from tf3d.prediction.catalogue import DEFAULT_MODEL, find_model
from tf3d.prediction.cropping import prepare
from tf3d.prediction.outputs import Outputs, check_outputs, name_outputs
from tf3d.prediction.photos import read_mask, read_photo
from tf3d.prediction.pictures import (
    FRAMES,
    TURNTABLE_ELEVATION,
    write_film,
    write_views,
)
from tf3d.prediction.reconstructor import Reconstructor, check_foreground, load
from tf3d.prediction.report import Predicted, Report
from tf3d.prediction.voxel_batch import (
    check_voxel_outputs,
    predict_voxels,
    write_voxel_film,
    write_voxel_views,
)
from tf3d.prediction.voxel_reconstructor import VoxelReconstructor, VoxelViews


def predict_files(
    images: Sequence[pathlib.Path],
    outputs: Outputs,
    *,
    model: str = DEFAULT_MODEL,
    open_network: Callable[[], Reconstructor | VoxelReconstructor] | None = None,
    viewpoints: np.ndarray | None = None,
    method: str | None = None,
    crop: str = "auto",
    mask: pathlib.Path | None = None,
    refine: bool = True,
    length: float | None = None,
    threshold: float | None = None,
    seed: int = 0,
    loaded: Callable[[str, float], None] = lambda name, seconds: None,
    done: Callable[[Report], None] = lambda report: None,
) -> list[Report]:
    """Predicts from picture files and writes what is asked for.

    Every picture and every output place is checked before the model is loaded, and all
    of a picture's results are there before the first is written. A picture that the
    model sees nothing in is reported and does not stop the others.

    Args:
      images: paths of pictures.
      outputs: what to write; several pictures get names of their own.
      model: as `load` takes it.
      open_network: gives the model instead, such as one on a server.
      viewpoints: `[n, 3]` of the pictures; `orbit(6)` by default. Voxel models, whose
        rays are parallel, leave the distances out.
      method: of fusion; the best measured by default.
      crop: "auto" or "none".
      mask: the object's cut-out, for a single picture.
      refine: whether codes are fitted to their pictures, where the model can.
      length: of the mesh along x in metres; without it the diagonal is about 1.
      threshold: occupancy at a voxel model's surface; the paper's by default.
      seed: of the generators of Python, NumPy and Keras; prediction draws nothing.
      loaded: called with the model's name and the seconds that loading took.
      done: called with each picture's report.

    Returns:
      A report for each picture.

    Raises:
      InputError: if a picture, the model or an output is unusable.
    """
    if mask is not None and len(images) != 1:
        raise InputError(
            f"--mask goes with one picture, and there are {len(images)}. "
            "Call once for each, or use pictures with alpha."
        )
    if length is not None and not 0 < length < np.inf:
        raise InputError(
            f"--length {length}: expected a positive number of metres, as in 4.2."
        )
    if threshold is not None and not 0 < threshold < 1:
        raise InputError(f"--threshold {threshold}: expected a number between 0 and 1.")
    places = name_outputs(outputs, images)
    for place in places:
        check_outputs(place, images)
    if open_network is None:
        find_model(model)
    reports = [Report(image) for image in images]
    prepared = []
    for report in reports:
        with report.timed("read"):
            prepared.append(_prepared(report.image, crop, mask, IMAGE_SIZE))
    start = time.perf_counter()
    fusing = any(place.mesh or place.cloud for place in places)
    with _importing_fusion() if fusing else contextlib.nullcontext():
        network = load(model, refine) if open_network is None else open_network()
    if not refine and isinstance(network, Reconstructor):
        network = network.plain()
    import keras

    keras.utils.set_random_seed(seed)
    loaded(network.name, time.perf_counter() - start)
    voxels = isinstance(network, VoxelReconstructor)
    if voxels:
        check_voxel_outputs(network.name, outputs, method)
    elif outputs.voxels is not None or threshold is not None:
        option = "--voxels" if outputs.voxels is not None else "--threshold"
        raise InputError(
            f"{option}: {network.name} is a multi-view model and has no voxels. "
            "Use --mesh, or a voxel model."
        )
    for report, place, picture in zip(reports, places, prepared, strict=True):
        if voxels or network.image_size != IMAGE_SIZE:
            picture = network.prepare(report.image, crop, mask)
        try:
            if voxels:
                result = predict_voxels(
                    network, picture, place, report, viewpoints, threshold
                )
            else:
                result = _predict(network, picture, place, report, viewpoints, method)
        except InputError as error:
            if len(reports) == 1:
                raise
            report.error = str(error)
        else:
            with report.timed("write"):
                _write(result, place, report, length)
        done(report)
    return reports


def _prepared(
    path: pathlib.Path, crop: str, mask: pathlib.Path | None, size: int
) -> np.ndarray:
    photo = read_photo(path)
    cut_out = None if mask is None else read_mask(mask, photo.rgb.shape[:2])
    return prepare(photo, crop, cut_out, size)


@contextlib.contextmanager
def _importing_fusion() -> Iterator[None]:
    """Imports and compiles fusion meanwhile; its errors show where it is used."""

    def warm_up() -> None:
        with contextlib.suppress(Exception):
            from tf3d.fusion.warm_up import compile_kernels

            compile_kernels()

    thread = threading.Thread(target=warm_up, daemon=True)
    thread.start()
    yield
    thread.join()


def _predict(
    network: Reconstructor,
    picture: np.ndarray,
    place: Outputs,
    report: Report,
    viewpoints: np.ndarray | None,
    method: str | None,
) -> Predicted:
    result = Predicted()
    with report.timed("predict"):
        code = network.encode(picture[None], photo=True)[0]
        if place.images:
            wanted = orbit(6) if viewpoints is None else viewpoints
            result.views = network.decode(code, wanted)
            report.views = len(result.views)
            check_foreground(result.views, str(report.image))
        if place.turntable:
            result.film = network.decode(code, orbit(FRAMES, TURNTABLE_ELEVATION))
            report.frames = len(result.film)
            check_foreground(result.film, str(report.image))
    if place.mesh or place.cloud:
        from tf3d import fusion

        with report.timed("predict"):
            views = network.decode(code, fusion.fusion_viewpoints())
            report.fused_views = len(views)
            check_foreground(views, str(report.image))
        with report.timed("fuse"):
            if place.mesh:
                settings = {} if method is None else {"method": method}
                result.surface = fusion.fuse(views, **settings)
            if place.cloud:
                result.cloud = fusion.point_cloud(views)
    return result


def _write(
    result: Predicted, place: Outputs, report: Report, length: float | None
) -> None:
    from tf3d import fusion

    if result.voxels is not None:
        fusion.write_voxels(result.voxels, place.voxels, result.threshold)
        report.written.append(place.voxels)
    if result.surface is not None:
        fusion.write_surface(result.surface, place.mesh, length=length)
        extent = np.ptp(result.surface.vertices, axis=0)
        scale = 1.0 if length is None else length / extent[0]
        report.surface = {
            "vertices": len(result.surface.vertices),
            "faces": len(result.surface.faces),
            "size": [round(float(value * scale), 4) for value in extent],
        }
        report.written.append(place.mesh)
    if result.cloud is not None:
        fusion.write_cloud(result.cloud, place.cloud)
        report.written.append(place.cloud)
    if isinstance(result.views, VoxelViews):
        write_voxel_views(result.views, result.input, place.images)
    elif result.views is not None:
        write_views(result.views, place.images)
    if result.views is not None:
        report.written.append(place.images)
    if isinstance(result.film, VoxelViews):
        write_voxel_film(place.turntable, result.film)
    elif result.film is not None:
        write_film(place.turntable, result.film.rgb)
    if result.film is not None:
        report.written.append(place.turntable)
