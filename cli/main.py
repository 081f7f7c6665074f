"""The command `tf3d`: finds the subcommand, and turns errors into sentences.

A command `name` is the click command of that name in the module `tf3d.cli.name`, which
is imported when it is called for; `tf3d --help` imports none.
"""

from __future__ import annotations

import importlib
import traceback
from typing import Any

import click

import tf3d
from tf3d.cli.quiet import silence_tensorflow
from tf3d.errors import InputError
from tf3d.kernels import prefer_onednn
from tf3d.lean_imports import leave_unused_out

COMMANDS = {
    "predict": "Photos in, meshes and views out.",
    "sample": "Random shapes from a voxel model.",
    "sweep": "An object from all around, in one picture or a film.",
    "traverse": "What each latent dimension of a voxel model does.",
    "interpolate": "From one object to another, and beyond.",
    "embed": "A map of codes by t-SNE.",
    "train": "Train a model on shapes.",
    "render": "Render shapes to a folder of views.",
    "split": "Split shapes into training, normal and difficult.",
    "evaluate": "Measure a model on held-out shapes.",
    "reproduce": "Tables and figures of both papers, by name.",
    "models": "List the models that ship.",
    "export": "Export a model as a SavedModel.",
    "serve": "Serve models over gRPC and REST, as TensorFlow Serving does.",
    "query": "As predict, by a model on a server.",
}
DEBUG = "tf3d.debug"  # key of the shared `click.Context.meta`


def debug_option() -> click.Option:
    """`--debug`, which the group and every command take."""

    def remember(context: click.Context, _: click.Parameter, value: bool) -> None:
        if value:
            context.meta[DEBUG] = True

    return click.Option(
        ["--debug"],
        is_flag=True,
        expose_value=False,
        callback=remember,
        help="Show the traceback of an error.",
    )


class Commands(click.Group):
    """A group that imports a command's module only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"tf3d.cli.{cmd_name}")
        command = getattr(module, cmd_name)
        if not any("--debug" in parameter.opts for parameter in command.params):
            command.params.append(debug_option())
        return command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:  # `tf3d ... | head`: click ends quietly
            raise
        except KeyboardInterrupt:
            click.echo("\nInterrupted.", err=True)
            ctx.exit(130)
        except InputError as error:
            if ctx.meta.get(DEBUG):
                traceback.print_exc()
            click.echo(f"Error: {error}", err=True)
            ctx.exit(2)
        except Exception as error:
            kind = type(error).__name__
            if ctx.meta.get(DEBUG):
                traceback.print_exc()
                click.echo(f"Error: {kind}: {error}", err=True)
            else:
                lines = str(error).strip().splitlines() or ["no message"]
                click.echo(
                    f"Error: unexpected {kind}: {lines[0]}\n"
                    "Run the same command with --debug for the traceback.",
                    err=True,
                )
            ctx.exit(1)


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    params=[debug_option()],
)
@click.version_option(tf3d.__version__, prog_name="tf3d")
def main() -> None:
    """A 3D object from a single image.

    `tf3d COMMAND --help` explains a command.
    """
    silence_tensorflow()
    leave_unused_out()
    prefer_onednn()  # before a command's options load TensorFlow
