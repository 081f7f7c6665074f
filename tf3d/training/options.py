"""From what the command line gives to a run that is ready to train."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tf3d.data.splits import has_default_split
from tf3d.errors import InputError
from tf3d.shapes.sources import GENERATORS
from tf3d.training.config import MultiViewConfig, NetworkConfig, read_config
from tf3d.training.config_files import read_content
from tf3d.training.rival_config import RIVALS, read_run_config
from tf3d.training.view_estimator_config import VIEW_ESTIMATOR
from tf3d.training.voxel_options import (
    VoxelOptions,
    configure_voxels,
    describes_voxels,
    open_voxel_run,
)

if TYPE_CHECKING:
    from tf3d.training.run import MultiViewRun
    from tf3d.training.voxel_run import VoxelRun

MULTIVIEW_ONLY = ("category", "split", "backgrounds")
VOXELS_ONLY = ("data_dir", "pose", "texturizer")
OWN_RECIPES = (*RIVALS, VIEW_ESTIMATOR)  # models with a shipped config of their name
RECIPE = "multiview"  # the shipped config that is trained without another


@dataclasses.dataclass(frozen=True)
class TrainingOptions:
    """What `tf3d train` takes; None where the config decides."""

    model: str | None = None
    data: str | None = None
    category: str | None = None
    split: str | None = None
    backgrounds: str | None = None
    config: str | None = None
    settings: tuple[str, ...] = ()
    steps: int | None = None
    batch_size: int | None = None
    seed: int | None = None
    minutes: float | None = None
    data_dir: str | None = None
    pose: str | None = None
    texturizer: bool | None = None


def prepare_run(
    options: TrainingOptions,
    *,
    out: pathlib.Path | None = None,
    resume: pathlib.Path | None = None,
    init_from: str | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> MultiViewRun | VoxelRun:
    """A run of the family that the options or the resumed run's config name.

    Args:
      options: of the command line.
      out: folder of a new run.
      resume: folder of a run to go on with.
      init_from: whose weights a new run starts from.
      report: called with sentences on what was left out.

    Raises:
      InputError: if the options are of the other family, or do not fit.
    """
    settled = out is not None or init_from is not None or options != TrainingOptions()
    if resume is not None and settled:
        raise InputError(
            "--resume goes on with the run's own config: leave the other options out."
        )
    if resume is not None and not (resume / "config.yaml").is_file():
        raise InputError(f"{resume} holds no run: there is no config.yaml in it.")
    name = options.config if resume is None else str(resume / "config.yaml")
    content = {} if name is None else read_content(name)
    voxels = describes_voxels(content, options.model)
    _refuse(options, MULTIVIEW_ONLY if voxels else VOXELS_ONLY, voxels)
    if voxels:
        shared = {
            field.name: getattr(options, field.name)
            for field in dataclasses.fields(VoxelOptions)
        }
        config = None if resume else configure_voxels(VoxelOptions(**shared))
        return open_voxel_run(
            config, out=out, resume=resume, init_from=init_from, report=report
        )
    config = None if resume else configure(options)
    fresh = config is not None and config.model not in OWN_RECIPES
    if fresh and init_from is not None and options.config is None:
        config = fine_tuning(config, init_from)
    return open_run(config, out=out, resume=resume, init_from=init_from, report=report)


def _refuse(options: TrainingOptions, names: tuple[str, ...], voxels: bool) -> None:
    given = [name for name in names if getattr(options, name) is not None]
    if given:
        family = "voxel" if voxels else "multi-view"
        flag = given[0].replace("_", "-")
        raise InputError(f"--{flag} says nothing to a {family} network: leave it out.")


def configure(options: TrainingOptions) -> MultiViewConfig:
    """The config that the options describe.

    A config file first, then --set, then the other options over both.

    Raises:
      InputError: for an unknown or ill-typed key, or options that do not go together.
    """
    recipe = options.model if options.model in OWN_RECIPES else RECIPE
    config = read_run_config(options.config or recipe, options.settings)
    changes: dict[str, Any] = {}
    if options.model is not None:
        changes["model"] = options.model
    if options.batch_size is not None:
        changes["batch_size"] = options.batch_size
    if options.seed is not None:
        changes["seed"] = options.seed
    if options.minutes is not None:
        changes["minutes"] = options.minutes
    data = config.data.model_dump()
    if options.backgrounds is not None:
        data["backgrounds"] = options.backgrounds
    if options.data is not None:
        comes = options.data in GENERATORS and has_default_split(options.data)
        data["sources"] = [
            {
                "data": options.data,
                "category": options.category,
                "split": options.split or ("default" if comes else None),
                **_paint_and_count(config),
            }
        ]
    elif options.category is not None or options.split is not None:
        raise InputError("--category and --split describe --data: give that, too.")
    changes["data"] = data
    # Validated again, since the options are the user's as well.
    config = read_run_config(None, (), {**config.model_dump(), **changes})
    return config if options.steps is None else config.with_steps(options.steps)


def _paint_and_count(config: MultiViewConfig) -> dict[str, Any]:
    """How another source than the config's is drawn from."""
    if config.model not in OWN_RECIPES:
        return {"repaint": 0.5}
    first = config.data.sources[0]
    return {"repaint": first.repaint, "count": first.count}


def fine_tuning(config: MultiViewConfig, init_from: str) -> MultiViewConfig:
    """The config's last phase alone, for the network that the run starts from.

    The earlier phases would train the inner stages at a lower resolution, and the outer
    ones of the model to start from would be lost.

    Args:
      config: the default recipe.
      init_from: a shipped model's name, or a path.

    Raises:
      InputError: if it cannot be loaded.
    """
    from tf3d.prediction.reconstructor import load_trainable

    network = load_trainable(init_from).model.get_config()
    preset = "multiview-mask" if network["mask_output"] else "multiview"
    last = config.phases[-1].model_copy(update={"steps": config.total_steps})
    content = config.model_dump(mode="json")
    content["model"] = "multiview-deep" if network["deep"] else preset
    content["network"] = {name: network[name] for name in NetworkConfig.__annotations__}
    content["phases"] = [last.model_dump(mode="json")]
    return read_config(None, (), content)


def open_run(
    config: MultiViewConfig | None,
    *,
    out: pathlib.Path | None,
    resume: pathlib.Path | None,
    init_from: str | None,
    report: Callable[[str], None] = lambda _: None,
) -> MultiViewRun:
    """A new multi-view run, or one to go on with.

    Args:
      config: of a new run.
      out: its folder; by default runs/MODEL-DATA.
      resume: the folder of a run to go on with, in the place of the other two.
      init_from: a shipped model's name, or a path, whose weights a new run starts from.
      report: called with sentences on what was left out.

    Raises:
      InputError: if the folder does not fit.
    """
    from tf3d.training.rival_run import RivalRun
    from tf3d.training.run import MultiViewRun
    from tf3d.training.view_estimator_run import ViewEstimatorRun

    def kind_of(config: MultiViewConfig) -> type[MultiViewRun]:
        if config.model == VIEW_ESTIMATOR:
            return ViewEstimatorRun
        return RivalRun if config.model in RIVALS else MultiViewRun

    if resume is not None:
        config = read_run_config(str(resume / "config.yaml"))
        run = kind_of(config)(config, resume, report)
        run.resume()
        return run
    if init_from is not None:
        if config.model in RIVALS:
            raise InputError(
                "A comparison network starts from nothing: no --init-from."
            )
        config = config.model_copy(update={"init_from": init_from})
    first = pathlib.Path(config.data.sources[0].data).name
    folder = out or pathlib.Path("runs") / f"{config.model}-{first}"
    run = kind_of(config)(config, folder, report)
    _ = run.initial  # loaded before a folder is made: a wrong name leaves nothing
    run.start()
    return run
