"""From the command line's options to a voxel run that is ready to train."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tf3d.errors import InputError
from tf3d.training.config_files import read_content
from tf3d.training.voxel_config import VoxelConfig, read_voxel_config

if TYPE_CHECKING:
    from tf3d.training.voxel_run import VoxelRun

RECIPES = {"combined": "voxels-fig10-combined"}
RECIPE = "voxels-mnist"  # the shipped config that is trained without another

# Paper, Secs. 4.1 and 4.4: azimuth 0 and no texturizer to compare objectives, both in
# the final model.
FINAL = "mu-vae"


@dataclasses.dataclass(frozen=True)
class VoxelOptions:
    """What `tf3d train` takes for a voxel network; None where the config decides."""

    model: str | None = None
    data: str | None = None
    data_dir: str | None = None
    pose: str | None = None
    texturizer: bool | None = None
    config: str | None = None
    settings: tuple[str, ...] = ()
    steps: int | None = None
    batch_size: int | None = None
    seed: int | None = None
    minutes: float | None = None


def describes_voxels(content: dict[str, Any], model: str | None = None) -> bool:
    """Whether a config, or the model that overrides its own, is a voxel autoencoder.

    Args:
      content: a config file's keys and values.
      model: the command line's.
    """
    from tf3d.models.voxels.presets import VOXEL_PRESETS

    return (model or content.get("model")) in VOXEL_PRESETS


def configure_voxels(options: VoxelOptions) -> VoxelConfig:
    """The config that the options describe.

    A config file first, then --set, then the other options over both.

    Raises:
      InputError: for an unknown or ill-typed key, or options that do not go together.
    """
    name = options.config or RECIPES.get(options.data or "", RECIPE)
    content = read_content(name)
    config = read_voxel_config(None, options.settings, content)
    changes: dict[str, Any] = {
        key: value
        for key in ("model", "pose", "texturizer", "batch_size", "seed", "minutes")
        if (value := getattr(options, key)) is not None
    }
    if options.config is None and options.model is not None:
        is_final = options.model.startswith(FINAL)
        changes.setdefault("pose", "learned" if is_final else "fixed")
        changes.setdefault("texturizer", is_final)
    sources = [source.model_dump() for source in config.sources]
    if options.data is not None and options.data != "combined":
        sources = [{"data": name} for name in options.data.split("+")]
    elif options.data is not None and options.config is not None:
        recipe = read_content(RECIPES["combined"])
        sources = recipe["sources"]
    if options.data_dir is not None:
        sources = _within(pathlib.Path(options.data_dir), sources)
    changes["sources"] = sources
    # Validated again, since the options are the user's as well.
    config = read_voxel_config(None, (), {**config.model_dump(), **changes})
    return config if options.steps is None else config.with_steps(options.steps)


def _within(
    folder: pathlib.Path, sources: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The sources in a folder: of several, each in the one of its own name, if any."""
    if not folder.exists():
        raise InputError(f"There is no folder {folder}. Check --data-dir.")
    result = []
    for source in sources:
        own = folder / source["data"]
        place = own if len(sources) > 1 and own.is_dir() else folder
        is_generated = source["data"] == "shapes"
        result.append({**source, "data_dir": None if is_generated else str(place)})
    return result


def open_voxel_run(
    config: VoxelConfig | None,
    *,
    out: pathlib.Path | None,
    resume: pathlib.Path | None,
    init_from: str | None,
    report: Callable[[str], None] = lambda _: None,
) -> VoxelRun:
    """A new run, or one to go on with.

    Args:
      config: of a new run.
      out: its folder; by default runs/MODEL-DATA.
      resume: the folder of a run to go on with, in the place of the other two.
      init_from: a shipped model's name, or a path, whose weights a new run starts from.
      report: called with sentences on what was left out.

    Raises:
      InputError: if the folder does not fit.
    """
    from tf3d.training.voxel_run import VoxelRun

    if resume is not None:
        stored = resume / "config.yaml"
        if not stored.is_file():
            raise InputError(f"{resume} holds no run: there is no config.yaml in it.")
        run = VoxelRun(read_voxel_config(str(stored)), resume, report)
        run.resume()
        return run
    data = "+".join(pathlib.Path(source.data).name for source in config.sources)
    folder = out or pathlib.Path("runs") / f"{config.model}-{config.pose}-{data}"
    run = VoxelRun(config, folder, report)
    if init_from is not None:
        run.initial = _load(init_from)
    run.start()
    return run


def _load(path: str) -> Any:
    import keras

    import tf3d.models.voxels  # noqa: F401 registers the layers

    file = pathlib.Path(path)
    file = file / "model.keras" if file.is_dir() else file
    if not file.is_file():
        raise InputError(f"There is no model {path} to start from.")
    return keras.models.load_model(file, compile=False)
