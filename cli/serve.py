"""`tf3d serve`: a server that speaks TensorFlow Serving's protocol."""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tf3d.serving.version_folders import VersionPolicy

PATH = click.Path(path_type=pathlib.Path, exists=True, dir_okay=False)
PORT = click.IntRange(0, 65535)


class Label(click.ParamType):
    """MODEL:LABEL=VERSION."""

    name = "MODEL:LABEL=VERSION"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, str, int]:
        if isinstance(value, tuple):
            return value
        model, colon, rest = value.partition(":")
        label, equals, version = rest.rpartition("=")
        if not (model and label and equals and version.isdecimal()):
            self.fail(f"{value!r} is not MODEL:LABEL=VERSION, as in cars:stable=3.")
        return model, label, int(version)


class Versions(click.ParamType):
    """latest, latest:N, all or numbers."""

    name = "latest:N|all|N,N"

    def convert(self, value: Any, param: Any, ctx: Any) -> VersionPolicy:
        from tf3d.serving.version_folders import VersionPolicy

        if isinstance(value, VersionPolicy):
            return value
        if value == "all":
            return VersionPolicy(all=True)
        kind, _, count = value.partition(":")
        if kind == "latest":
            count = count or "1"
            if count.isdecimal() and int(count):
                return VersionPolicy(latest=int(count))
        numbers = value.split(",")
        if all(number.isdecimal() for number in numbers):
            return VersionPolicy(specific=frozenset(map(int, numbers)))
        return self.fail(f"{value!r} is none of latest, latest:2, all, and 3,5.")


@click.command()
@click.argument("target", required=False, metavar="[FOLDER|NAME]")
@click.option("--name", help="Serve a single model by this name.")
@click.option("--host", default="127.0.0.1", show_default=True, help="To bind to.")
@click.option("--grpc-port", type=PORT, default=8500, show_default=True)
@click.option("--rest-port", type=PORT, default=8501, show_default=True)
@click.option(
    "--max-batch",
    type=click.IntRange(1),
    default=32,
    show_default=True,
    help="Rows of several requests that run together; 1 for no batching.",
)
@click.option(
    "--batch-delay-ms",
    type=click.FloatRange(0, 10_000),
    default=2.0,
    show_default=True,
    help="Longest wait for others' requests while there are others.",
)
@click.option(
    "--max-queue",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    help="Requests that may wait.",
)
@click.option(
    "--max-message-mb",
    type=click.IntRange(1, 2000),
    default=128,
    show_default=True,
    help="Largest request, and largest gRPC answer.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 10_000),
    default=256,
    show_default=True,
    help="Requests at a time, on each port.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=300.0,
    show_default=True,
    help="Seconds for a request.",
)
@click.option(
    "--grace",
    type=click.FloatRange(0),
    default=30.0,
    show_default=True,
    help="Seconds for requests under way, once it stops.",
)
@click.option(
    "--versions",
    "policy",
    type=Versions(),
    default="latest",
    show_default=True,
    help="Which versions of each model.",
)
@click.option(
    "--label",
    "labels",
    type=Label(),
    multiple=True,
    help="Another name for a version. Repeat for more.",
)
@click.option(
    "--poll-seconds",
    type=click.FloatRange(0.1),
    default=2.0,
    show_default=True,
    help="Between looks for new versions.",
)
@click.option("--tls-cert", type=PATH, help="The server's certificate, PEM.")
@click.option("--tls-key", type=PATH, help="Its key, PEM.")
@click.option(
    "--tls-client-ca", type=PATH, help="Only clients with a certificate of these, PEM."
)
def serve(
    target: str | None,
    name: str | None,
    host: str,
    grpc_port: int,
    rest_port: int,
    max_batch: int,
    batch_delay_ms: float,
    max_queue: int,
    max_message_mb: int,
    concurrency: int,
    timeout: float,
    grace: float,
    policy: VersionPolicy,
    labels: tuple[tuple[str, str, int], ...],
    poll_seconds: float,
    tls_cert: pathlib.Path | None,
    tls_key: pathlib.Path | None,
    tls_client_ca: pathlib.Path | None,
) -> None:
    """Serve models with the protocol of TensorFlow Serving, gRPC and REST.

    FOLDER holds one folder per model, each with numbered SavedModel versions, or the
    versions of one model; any SavedModel will do. NAME is a model that ships. Without
    either, all that ship are served. A model.keras without a version is exported first,
    to the user's cache folder.

    New versions are picked up; the one before answers until they are loaded. A port of
    0 is any that is free. Ctrl-C lets requests under way end; a second one does not.
    """
    from tf3d.errors import InputError

    if (tls_cert is None) != (tls_key is None) or (tls_client_ca and not tls_cert):
        raise InputError("TLS needs --tls-cert and --tls-key together.")

    from tf3d.serving.sources import export_missing, find_sources

    sources = find_sources(target, name)
    export_missing(
        sources,
        announce=lambda name: click.echo(f"{name}: making its SavedModel, once"),
    )

    from tf3d.serving.batching import BatchingOptions
    from tf3d.serving.core import ModelServer
    from tf3d.serving.lifecycle import Endpoint, Endpoints, Signals, TlsFiles
    from tf3d.serving.repository import Repository

    by_model: dict[str, dict[str, int]] = {}
    for model, label, version in labels:
        by_model.setdefault(model, {})[label] = version
    server = ModelServer(
        Repository(sources.models, root=sources.root, policy=policy, labels=by_model),
        BatchingOptions(max_batch, batch_delay_ms / 1000, max_queue),
        poll_seconds=poll_seconds,
    )
    tls = TlsFiles(tls_cert, tls_key, tls_client_ca) if tls_cert and tls_key else None
    endpoint = Endpoint(
        server,
        Endpoints(
            host,
            grpc_port,
            rest_port,
            max_message_mb << 20,
            concurrency,
            timeout,
            tls,
            grace,
        ),
    )
    signals = Signals()
    endpoint.start()
    for line in describe(server):
        click.echo(line)
    scheme = "https" if tls else "http"
    click.echo(f"gRPC {host}:{endpoint.grpc_port}")
    click.echo(f"REST {scheme}://{host}:{endpoint.rest_port}/v1/models")
    click.echo("Ready; Ctrl-C ends it.")
    signals.wait()
    click.echo("Draining.")
    endpoint.stop()
    click.echo("Stopped.")


def describe(server: Any) -> list[str]:
    """Models with their versions, and what is wrong with those that do not answer."""
    from tf3d.serving.errors import ServingError

    lines = []
    for name in server.model_names():
        try:
            statuses = server.status(name)
        except ServingError:
            lines.append(f"{name}: no version yet")
            continue
        for status in statuses:
            line = f"{name} version {status.version}: {status.state.lower()}"
            lines.append(f"{line} ({status.message})" if status.message else line)
    return lines
