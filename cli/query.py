"""`tf3d query`: as `tf3d predict`, by a model on a server."""

from __future__ import annotations

import pathlib
from typing import Any

import click

from tf3d.cli import predict_options as shared


@click.command()
@shared.images
@click.option(
    "--server",
    required=True,
    metavar="HOST:PORT",
    help="A server's gRPC port: of `tf3d serve` or of TensorFlow Serving.",
)
@click.option(
    "--model", default="multiview-cars", show_default=True, help="Its name there."
)
@click.option("--version", type=click.IntRange(0), help="Of it.  [default: the newest]")
@click.option("--label", help="Of a version, instead of its number.")
@click.option("--tls", is_flag=True, help="Encrypt; trust the system's authorities.")
@click.option("--tls-ca", type=shared.PATH, help="Encrypt; trust these, PEM.")
@click.option("--tls-cert", type=shared.PATH, help="Your certificate, PEM.")
@click.option("--tls-key", type=shared.PATH, help="Its key, PEM.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds for each request.",
)
@shared.options
def query(
    server: str,
    model: str,
    version: int | None,
    label: str | None,
    tls: bool,
    tls_ca: pathlib.Path | None,
    tls_cert: pathlib.Path | None,
    tls_key: pathlib.Path | None,
    timeout: float,
    **asked: Any,
) -> None:
    """Photos in, meshes and views out, by a model on a server.

    IMAGE and the options are those of `tf3d predict`, and so is the answer: photos are
    framed and surfaces are fused here, the network runs there.
    """
    from tf3d.errors import InputError
    from tf3d.serving.client import Client, check_address

    check_address(server)
    if version is not None and label is not None:
        raise InputError("--version and --label both name a version: leave one out.")
    if (tls_cert is None) != (tls_key is None):
        raise InputError("--tls-cert and --tls-key go together.")

    def open_network() -> Any:
        from tf3d.serving.remote import remote_network

        certificate = None if tls_cert is None else (tls_cert, tls_key)
        client = Client(
            server, tls=tls_ca or tls, certificate=certificate, timeout=timeout
        )
        return remote_network(client, model, version=version, label=label)

    shared.run(**asked, open_network=open_network)
