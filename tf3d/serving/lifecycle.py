"""Both ports of a server, from start to drained end."""

from __future__ import annotations

import dataclasses
import pathlib
import signal
import ssl
import threading
import types

import grpc

from tf3d.errors import InputError
from tf3d.serving.core import ModelServer
from tf3d.serving.errors import ServingError
from tf3d.serving.grpc_service import GrpcOptions, GrpcServer
from tf3d.serving.rest import RestLimits, RestServer


@dataclasses.dataclass(frozen=True)
class TlsFiles:
    """PEM files for TLS on both ports.

    Attributes:
      certificate: of the server, with its chain.
      key: of it.
      client_ca: clients must show a certificate of these authorities; None for any
        client.
    """

    certificate: pathlib.Path
    key: pathlib.Path
    client_ca: pathlib.Path | None = None

    def grpc_credentials(self) -> grpc.ServerCredentials:
        """For gRPC.

        Raises:
          InputError: if a file cannot be read.
        """
        pair = (_read(self.key), _read(self.certificate))
        authorities = None if self.client_ca is None else _read(self.client_ca)
        return grpc.ssl_server_credentials(
            [pair],
            root_certificates=authorities,
            require_client_auth=authorities is not None,
        )

    def ssl_context(self) -> ssl.SSLContext:
        """For REST; also finds what is wrong with the files.

        Raises:
          InputError: if the files are no pair of certificate and key.
        """
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(self.certificate, self.key)
            if self.client_ca is not None:
                context.load_verify_locations(self.client_ca)
                context.verify_mode = ssl.CERT_REQUIRED
        except (OSError, ssl.SSLError) as error:
            raise InputError(
                f"The TLS files {self.certificate} and {self.key} cannot be used: "
                f"{error}. Name a certificate and its key, both in PEM."
            ) from error
        return context


@dataclasses.dataclass(frozen=True)
class Endpoints:
    """Where and how to listen.

    Attributes:
      host: of both ports.
      grpc_port: 0 for any that is free; None for no gRPC.
      rest_port: likewise.
      max_message_bytes: of a request, and of a gRPC answer.
      concurrency: most requests at a time, on each port.
      timeout: seconds that a request takes at most.
      tls: files; None for plain connections.
      grace: seconds that requests under way get to end, once it stops.
    """

    host: str = "127.0.0.1"
    grpc_port: int | None = 8500
    rest_port: int | None = 8501
    max_message_bytes: int = 128 << 20
    concurrency: int = 256
    timeout: float = 300.0
    tls: TlsFiles | None = None
    grace: float = 30.0


class Endpoint:
    """A model server with its ports.

    Attributes:
      grpc_port: that it listens on, or None.
      rest_port: likewise.
    """

    def __init__(self, server: ModelServer, endpoints: Endpoints) -> None:
        """Binds gRPC's port; nothing is loaded yet.

        Args:
          server: that answers.
          endpoints: where and how to listen.

        Raises:
          InputError: if a port is taken, or a TLS file is not right.
        """
        self._server = server
        self._grace = endpoints.grace
        tls = endpoints.tls
        context = None if tls is None else tls.ssl_context()
        self._grpc: GrpcServer | None = None
        self._rest: RestServer | None = None
        self.grpc_port: int | None = None
        self.rest_port: int | None = None
        if endpoints.grpc_port is not None:
            try:
                self._grpc = GrpcServer(
                    server,
                    GrpcOptions(
                        endpoints.host,
                        endpoints.grpc_port,
                        endpoints.max_message_bytes,
                        endpoints.concurrency,
                        endpoints.timeout,
                        None if tls is None else tls.grpc_credentials(),
                    ),
                )
            except OSError as error:
                raise _taken(endpoints.host, endpoints.grpc_port, "grpc") from error
            self.grpc_port = self._grpc.port
        if endpoints.rest_port is not None:
            self._rest = RestServer(
                server,
                endpoints.host,
                endpoints.rest_port,
                ssl_context=context,
                limits=RestLimits(
                    body_bytes=endpoints.max_message_bytes,
                    held_bytes=max(256 << 20, 2 * endpoints.max_message_bytes),
                    requests=endpoints.concurrency,
                    seconds=endpoints.timeout,
                ),
                grace=endpoints.grace,
            )

    def start(self) -> None:
        """Opens the ports, then loads the models: health checks tell the difference.

        Raises:
          InputError: if the REST port is taken.
        """
        if self._rest is not None:
            try:
                self.rest_port = self._rest.start()
            except OSError as error:
                raise _taken(self._rest.host, self._rest.port, "rest") from error
        if self._grpc is not None:
            self._grpc.start()
        self._server.start(self._tell_health)

    def stop(self) -> None:
        """Drains: no new requests, those under way end, then everything is closed."""
        closing = []
        for port in (self._grpc, self._rest):
            if port is None:
                continue
            arguments = (self._grace,) if port is self._grpc else ()
            closing.append(threading.Thread(target=port.stop, args=arguments))
            closing[-1].start()
        for thread in closing:
            thread.join()
        self._server.stop(self._grace)

    def _tell_health(self) -> None:
        if self._grpc is not None:
            self._grpc.set_serving(all(available(self._server).values()))


def available(server: ModelServer) -> dict[str, list[int]]:
    """Model -> its versions that answer, newest first."""
    result: dict[str, list[int]] = {}
    for name in server.model_names():
        try:
            statuses = server.status(name)
        except ServingError:
            statuses = []
        result[name] = [s.version for s in statuses if s.state == "AVAILABLE"]
    return result


class Signals:
    """Waits for SIGINT or SIGTERM; a second one ends the process at once."""

    def __init__(self) -> None:
        """Takes over both signals; call it from the main thread."""
        self._caught = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._catch)

    def wait(self) -> None:
        """Returns once one has come."""
        # Short waits: a handler runs only when the main thread does.
        while not self._caught.wait(0.5):
            pass

    def _catch(self, number: int, frame: types.FrameType | None) -> None:
        if self._caught.is_set():
            raise KeyboardInterrupt
        self._caught.set()


def _read(path: pathlib.Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror}.") from error


def _taken(host: str, port: int, kind: str) -> InputError:
    return InputError(
        f"Cannot listen on {host}:{port}. Another program may have this port, or the "
        f"host is none of this machine: choose another with --{kind}-port or --host."
    )
