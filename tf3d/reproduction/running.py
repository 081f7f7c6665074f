"""Runs experiments, one or all, and takes stored results where one cannot run."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator

from tf3d.errors import InputError
from tf3d.reproduction.registry import Context, Experiment, NotPossible, Result
from tf3d.reproduction.stored_results import stored_result
from tf3d.reproduction.writing import write_result


@dataclasses.dataclass(frozen=True)
class Outcome:
    """An experiment's result, or the sentence why there is none.

    Attributes:
      experiment: what ran.
      result: computed or stored; None if there is neither.
      missing: why there is none.
      seconds: that it took now.
      models: that went into what was computed now, in words.
    """

    experiment: Experiment
    result: Result | None = None
    missing: str = ""
    seconds: float = 0.0
    models: tuple[str, ...] = ()


def run_experiment(experiment: Experiment, context: Context) -> Result:
    """Runs an experiment and writes its JSON.

    Raises:
      NotPossible: if its model or data are missing and no result is stored.
      InputError: if a model or data are unusable, or the stored result is damaged.
    """
    context = dataclasses.replace(context, name=experiment.name)
    context.models.used.clear()
    try:
        result = experiment.run(context)
    except NotPossible as error:
        stored = stored_result(experiment.name, context.out, str(error))
        if stored is None:
            raise
        result = stored
    if result.name != experiment.name:
        raise ValueError(f"Expected a result of {experiment.name}. Received: {result}")
    write_result(result, context.out)
    return result


def run_timed(experiment: Experiment, context: Context) -> Outcome:
    """The same as `run_experiment`, with the time and the models that it took.

    Raises:
      NotPossible: if its model or data are missing and no result is stored.
      InputError: if a model or data are unusable, or the stored result is damaged.
    """
    began = time.monotonic()
    result = run_experiment(experiment, context)
    models = () if result.stored else tuple(context.models.used)
    return Outcome(experiment, result, "", time.monotonic() - began, models)


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
            yield run_timed(experiment, context)
        except (NotPossible, InputError) as error:
            yield Outcome(experiment, missing=str(error))
