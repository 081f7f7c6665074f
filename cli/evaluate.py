"""`tf3d evaluate`: a model's figures on held-out data."""

from __future__ import annotations

import json
import pathlib
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.table import Table

    from tf3d.prediction import Reconstructor, VoxelReconstructor

MULTI_VIEW_ONLY = ("split_file", "shapes", "mesh_shapes", "method", "seed", "cache")
MULTI_VIEW_SETTINGS = ("shapes", "mesh_shapes", "method", "seed", "cache", "workers")
VOXELS_ONLY = ("data_dir", "views", "elevation", "train_images")


class Elevation(click.ParamType):
    """DEGREES, or LOW,HIGH."""

    name = "DEGREES|LOW,HIGH"

    def convert(self, value: Any, param: Any, ctx: Any) -> float | tuple[float, float]:
        if not isinstance(value, str):
            return value
        try:
            ends = tuple(float(part) for part in value.split(","))
        except ValueError:
            ends = ()
        in_range = len(ends) in (1, 2) and -90 <= ends[0] <= ends[-1] <= 90
        if not in_range:
            self.fail(
                f"{value!r} is neither an angle within 90 degrees, as 30, nor two in "
                "ascending order, as 0,45."
            )
        return ends[0] if len(ends) == 1 else ends


@click.command()
@click.argument("model")
@click.option(
    "--data",
    required=True,
    help='"cars", "chairs", a folder of meshes or a ShapeNetCore tree; of voxel models '
    '"mnist", "fashion_mnist", "celeb_a", "modelnet40", "shapes", a folder of pictures '
    "or of meshes.",
)
@click.option("--data-dir", help="Voxels: the folder of a local copy of --data.")
@click.option("--category", help="Keep one category of a folder or tree.")
@click.option(
    "--count",
    type=click.IntRange(min=1),
    help="Shapes (or images) of the data at most.",
)
@click.option("--data-seed", default=0, show_default=True, help="Of built-in data.")
@click.option(
    "--split",
    "split_file",
    type=click.Path(path_type=pathlib.Path),
    help="What `tf3d split` wrote. Built-in data brings its own; other data may say in "
    "its meshes.yaml what is held out.",
)
@click.option(
    "--baseline",
    help='Whose training shapes the nearest neighbour is sought in, too: "cars", '
    '"chairs", "own" (only the data\'s) or "none" (no comparison).  '
    '[default: "cars", of chairs "chairs"]',
)
@click.option("--shapes", type=click.IntRange(min=1), help="Of each part at most.")
@click.option(
    "--mesh-shapes",
    type=click.IntRange(min=0),
    default=24,
    show_default=True,
    help="Of each part at most, whose surface is fused.",
)
@click.option(
    "--refine/--no-refine",
    default=True,
    show_default=True,
    help="Whether codes are fitted to their pictures, where the model can.",
)
@click.option("--method", help="Of fusion; the best one by default.")
@click.option("--seed", default=0, show_default=True, help="Of the backgrounds.")
@click.option(
    "--views",
    type=click.IntRange(1, 12),
    default=2,
    show_default=True,
    help="Voxels: pictures of each shape.",
)
@click.option(
    "--elevation",
    type=Elevation(),
    default=0.0,
    show_default=True,
    help="Voxels: of rendered pictures, degrees; or the ends that each is drawn "
    "between.",
)
@click.option(
    "--train-images",
    type=click.IntRange(min=0),
    help="Voxels: training images at most, among whose codes neighbours are sought; 0 "
    "for none.  [default: all]",
)
@click.option(
    "--pictures",
    type=click.Path(file_okay=False, path_type=pathlib.Path),
    help="Folder for pictures: input, prediction, truth.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=pathlib.Path),
    help="File for all figures.",
)
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=pathlib.Path),
    default=pathlib.Path("runs/cache"),
    show_default=True,
    help="Folder for the baseline's renderings: 200 KB a training shape.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    help="Processes that render them.",
)
@click.pass_context
def evaluate(context: click.Context, **options: Any) -> None:
    """Measure MODEL (a name, file or run's folder) on held-out data.

    Of a multi-view model it prints, for each held-out part of the data, the errors of
    the predicted views beside those of a nearest-neighbour search through the training
    shapes, and the fused surfaces beside those of the same fusion on exact depth maps;
    then how single objects are spread, and the worst ten by name.

    Of a voxel model: reconstruction errors, what its codes hold, and where the data are
    shapes the overlap of predicted and true voxels, azimuth errors and symmetry, beside
    the visual hull of one view and mean shapes.
    """
    from tf3d.cli.tables import table_console
    from tf3d.files import replacing
    from tf3d.prediction import VoxelReconstructor, load

    model = load(options["model"], options["refine"])
    is_voxels = isinstance(model, VoxelReconstructor)
    _check_options(context, is_voxels)
    figures = _voxel_figures if is_voxels else _multi_view_figures
    content, tables = figures(model, options)
    for table in tables:
        table_console().print(table)
    if options["json_file"] is not None:
        content = {"model": options["model"], "data": options["data"], **content}
        with replacing(options["json_file"]) as temporary:
            temporary.write_text(json.dumps(content, indent=1) + "\n")


def _multi_view_figures(
    model: Reconstructor, options: dict[str, Any]
) -> tuple[dict[str, Any], list[Table]]:
    from tf3d.cli.progress import progress_bar
    from tf3d.data.splits import read_split
    from tf3d.evaluation.distribution import split_figures
    from tf3d.evaluation.evaluate import evaluate as figures
    from tf3d.evaluation.tables import as_tables, object_tables
    from tf3d.shapes.sources import open_source

    split = None if options["split_file"] is None else read_split(options["split_file"])
    data, category = options["data"], options["category"]
    with progress_bar("Reading shapes") as update:
        source = open_source(
            data,
            category=category,
            count=options["count"],
            seed=options["data_seed"],
            progress=update,
        )
    for line in source.report:
        click.echo(line, err=True)
    baseline = _baseline(options["baseline"], data, category)
    values = dict(
        figures(
            model,
            data,
            source,
            split,
            with_baseline=baseline != "none",
            baseline=None if baseline in ("none", "own") else baseline,
            progress=progress_bar,
            pictures=options["pictures"],
            **{key: options[key] for key in MULTI_VIEW_SETTINGS},
        )
    )
    values, objects = split_figures(values)
    tables = [*as_tables(values), *object_tables(objects)]
    return {"values": values, "objects": objects}, tables


def _voxel_figures(
    model: VoxelReconstructor, options: dict[str, Any]
) -> tuple[dict[str, Any], list[Table]]:
    from tf3d.cli.progress import progress_bar
    from tf3d.errors import InputError
    from tf3d.evaluation.voxels.evaluate import evaluate_voxels
    from tf3d.evaluation.voxels.sources import open_measured
    from tf3d.evaluation.voxels.tables import as_voxel_tables

    if options["baseline"] not in (None, "none"):
        raise InputError(
            f"--baseline {options['baseline']}: a voxel model is compared with hulls "
            'and mean shapes. Leave the option out, or say "none".'
        )
    category = options["category"]
    with progress_bar("Rendering shapes") as update:
        measured = open_measured(
            options["data"],
            options["data_dir"],
            size=model.image_size,
            channels=model.channels,
            count=options["count"],
            train_count=options["train_images"],
            views=options["views"],
            kinds=None if category is None else (category,),
            elevation=options["elevation"],
            seed=options["data_seed"],
            workers=options["workers"],
            progress=update,
        )
    for line in measured.report:
        click.echo(line, err=True)
    values = dict(
        evaluate_voxels(
            model,
            measured,
            with_baselines=options["baseline"] is None,
            pictures=options["pictures"],
            progress=progress_bar,
        )
    )
    return {"values": values}, as_voxel_tables(values)


def _check_options(context: click.Context, is_voxels: bool) -> None:
    """Raises an InputError for an option that is the other family's."""
    from tf3d.errors import InputError

    names = MULTI_VIEW_ONLY if is_voxels else VOXELS_ONLY
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name)
        if parameter.name in names and source == click.core.ParameterSource.COMMANDLINE:
            family = "voxel" if is_voxels else "multi-view"
            raise InputError(
                f"{parameter.opts[0]} means nothing to a {family} model. Leave it out."
            )


def _baseline(wanted: str | None, data: str, category: str | None) -> str:
    """The default is the built-in generator of the data's kind."""
    from tf3d.errors import InputError
    from tf3d.shapes.sources import GENERATORS

    if wanted is None:
        if data in GENERATORS:
            return "own"
        return "chairs" if (category or "").startswith("chair") else "cars"
    if wanted not in (*GENERATORS, "own", "none"):
        raise InputError(
            f"Unknown baseline {wanted!r}. Choose {', '.join(GENERATORS)}, own or none."
        )
    return wanted
