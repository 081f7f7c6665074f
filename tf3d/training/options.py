"""From what the command line gives to a run that is ready to train."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tf3d.errors import InputError
from tf3d.shapes.sources import GENERATORS
from tf3d.training.config import MultiViewConfig, read_config

if TYPE_CHECKING:
    from tf3d.training.run import MultiViewRun

DEFAULT_MODEL = "multiview"
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


def configure(options: TrainingOptions) -> MultiViewConfig:
    """The config that the options describe.

    A config file first, then --set, then the other options over both.

    Raises:
      InputError: for an unknown or ill-typed key, or options that do not go together.
    """
    config = read_config(options.config or RECIPE, options.settings)
    changes: dict[str, Any] = {}
    if options.model is not None:
        changes["model"] = options.model
    if options.batch_size is not None:
        changes["batch_size"] = options.batch_size
    if options.seed is not None:
        changes["seed"] = options.seed
    data = config.data.model_dump()
    if options.backgrounds is not None:
        data["backgrounds"] = options.backgrounds
    if options.data is not None:
        built_in = options.data in GENERATORS
        data["sources"] = [
            {
                "data": options.data,
                "category": options.category,
                "split": options.split or ("default" if built_in else None),
                "repaint": 0.5,
            }
        ]
    elif options.category is not None or options.split is not None:
        raise InputError("--category and --split describe --data: give that, too.")
    changes["data"] = data
    # Validated again, since the options are the user's as well.
    config = read_config(None, (), {**config.model_dump(), **changes})
    return config if options.steps is None else config.with_steps(options.steps)


def open_run(
    config: MultiViewConfig | None,
    *,
    out: pathlib.Path | None,
    resume: pathlib.Path | None,
    init_from: str | None,
    options: TrainingOptions,
    report: Callable[[str], None] = lambda _: None,
) -> MultiViewRun:
    """A new run, or one to go on with.

    Args:
      config: of a new run.
      out: its folder; by default runs/MODEL-DATA.
      resume: the folder of a run to go on with, in the place of the other two.
      init_from: a shipped model's name, or a path, whose weights a new run starts from.
      options: to refuse those that a resumed run has settled already.
      report: called with sentences on what was left out.

    Raises:
      InputError: if the folder does not fit, or options contradict each other.
    """
    if resume is not None:
        if out is not None or init_from is not None or options != TrainingOptions():
            raise InputError(
                "--resume goes on with the run's own config: leave the other options "
                "out."
            )
        if not (resume / "config.yaml").is_file():
            raise InputError(f"{resume} holds no run: there is no config.yaml in it.")
        config = read_config(str(resume / "config.yaml"))
    from tf3d.training.run import MultiViewRun

    if resume is not None:
        run = MultiViewRun(config, resume, report)
        run.resume()
        return run
    first = pathlib.Path(config.data.sources[0].data).name
    folder = out or pathlib.Path("runs") / f"{config.model}-{first}"
    run = MultiViewRun(config, folder, report)
    if init_from is not None:
        from tf3d.prediction.reconstructor import load, multi_view_only

        run.initial = multi_view_only(load(init_from)).model
    run.start()
    return run
