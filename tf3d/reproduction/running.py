"""Runs experiments, one or all, and takes stored results where one cannot run."""

from __future__ import annotations

import dataclasses
import pathlib
import shutil
from collections.abc import Callable, Iterable, Iterator

from tf3d.errors import InputError
from tf3d.files import replacing
from tf3d.reproduction.registry import Context, Experiment, NotPossible, Picture, Result
from tf3d.reproduction.writing import read_result, write_result

# What needs hours of training: NAME/NAME.json and its pictures for each experiment.
STORED = pathlib.Path(__file__).parent / "stored"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """An experiment's result, or the sentence why there is none."""

    experiment: Experiment
    result: Result | None = None
    missing: str = ""


def run_experiment(experiment: Experiment, context: Context) -> Result:
    """Runs an experiment and writes its JSON.

    Raises:
      NotPossible: if its model or data are missing and no result is stored.
      InputError: if a model or data are unusable.
    """
    context = dataclasses.replace(context, name=experiment.name)
    try:
        result = experiment.run(context)
    except NotPossible:
        stored = stored_result(experiment.name, context.out)
        if stored is None:
            raise
        result = stored
    if result.name != experiment.name:
        raise ValueError(f"Expected a result of {experiment.name}. Received: {result}")
    write_result(result, context.out)
    return result


def run_all(
    chosen: Iterable[Experiment],
    context: Context,
    started: Callable[[Experiment], None] = lambda _: None,
) -> Iterator[Outcome]:
    """Yields an outcome for each experiment; what it lacks stops no other.

    Args:
      chosen: experiments.
      context: for all of them.
      started: called before each.
    """
    for experiment in chosen:
        started(experiment)
        try:
            yield Outcome(experiment, run_experiment(experiment, context))
        except (NotPossible, InputError) as error:
            yield Outcome(experiment, missing=str(error))


def stored_result(name: str, out: pathlib.Path) -> Result | None:
    """A result that ships, with its pictures copied into a folder; None without one."""
    path = STORED / name / f"{name}.json"
    if not path.is_file():
        return None
    result = read_result(path)
    pictures = []
    for one in result.pictures:
        with replacing(out / one.path.name) as temporary:
            shutil.copyfile(one.path, temporary)
        pictures.append(Picture(out / one.path.name, one.caption))
    command = result.stored or f"tf3d reproduce {name} --model MODEL"
    return dataclasses.replace(result, pictures=tuple(pictures), stored=command)
