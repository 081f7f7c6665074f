"""`tf3d train`: trains a model from a config, and resumes where it was."""

from __future__ import annotations

import pathlib

import click

FOLDER = click.Path(file_okay=False, path_type=pathlib.Path)


@click.command()
@click.option(
    "--model",
    help='"multiview", "multiview-deep", "multiview-mask"; "view-estimator", by '
    'which codes are fitted to pictures; "vae", "beta-vae", "aae" or '
    '"mu-vae" for voxels; "decoder-only", "rotation" or "inverse-graphics" to compare.',
)
@click.option(
    "--data",
    help='"cars", "chairs", a folder of meshes, a ShapeNetCore tree, or the folder of '
    '`tf3d render`; for voxels "mnist", "fashion_mnist", "celeb_a", "modelnet40", '
    '"shapes", "combined" or a folder of images.',
)
@click.option("--data-dir", help="Voxels: the folder of local copies of --data.")
@click.option(
    "--pose",
    help='Voxels: "fixed", "uniform", "adversarial", "learned", "amortized" or '
    '"hypotheses".',
)
@click.option(
    "--texturizer/--no-texturizer",
    default=None,
    help="Voxels: whether a network adds texture to the projection.",
)
@click.option("--category", help="Keep one category of a folder or tree.")
@click.option("--split", help="A split file; training takes its training shapes.")
@click.option("--backgrounds", help="A folder of photos to lay inputs over.")
@click.option(
    "--config", "config_name", help="A YAML file, or a shipped config's name."
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a key of the config, such as data.reuse=4. Repeatable.",
)
@click.option("--steps", type=click.IntRange(min=1), help="Optimiser steps in all.")
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    help="Train for so long, if the steps do not end before: rates fall by the clock. "
    "The first views and panels come on top.",
)
@click.option("--batch-size", type=click.IntRange(min=1))
@click.option("--seed", type=click.IntRange(min=0))
@click.option(
    "--out", type=FOLDER, help="The run's folder.  [default: runs/MODEL-DATA]"
)
@click.option("--resume", type=FOLDER, help="Go on with the run in this folder.")
@click.option("--init-from", help="Start from a shipped model's or a file's weights.")
@click.option("--quiet", is_flag=True, help="No progress.")
def train(
    model: str | None,
    data: str | None,
    data_dir: str | None,
    pose: str | None,
    texturizer: bool | None,
    category: str | None,
    split: str | None,
    backgrounds: str | None,
    config_name: str | None,
    settings: tuple[str, ...],
    steps: int | None,
    minutes: float | None,
    batch_size: int | None,
    seed: int | None,
    out: pathlib.Path | None,
    resume: pathlib.Path | None,
    init_from: str | None,
    quiet: bool,
) -> None:
    """Train a model on shapes that are rendered as it learns.

    Without a config, --model and --data are trained with the recipe of the models that
    ship; `--config multiview-paper` is the paper's own. The run's folder gets
    checkpoints, TensorBoard logs, panels of predictions, and in the end model.keras and
    a model card.
    """
    from tf3d.cli.training_progress import show_training
    from tf3d.training.options import TrainingOptions, prepare_run

    options = TrainingOptions(
        model=model,
        data=data,
        category=category,
        split=split,
        backgrounds=backgrounds,
        config=config_name,
        settings=settings,
        steps=steps,
        minutes=minutes,
        batch_size=batch_size,
        seed=seed,
        data_dir=data_dir,
        pose=pose,
        texturizer=texturizer,
    )
    run = prepare_run(
        options,
        out=out,
        resume=resume,
        init_from=init_from,
        report=lambda line: click.echo(line, err=True),
    )
    try:
        with show_training(run.config.total_steps, quiet) as (progress, filling):
            trained = run.train(progress, filling)
    except KeyboardInterrupt:
        click.echo(
            f"\nStopped at step {run.step:,}. Go on with: "
            f"tf3d train --resume {run.folder}",
            err=True,
        )
        raise click.exceptions.Exit(130) from None
    path = run.save(trained)
    click.echo(f"{path}: trained for {run.step:,} steps in {run.seconds / 60:.0f} min.")
