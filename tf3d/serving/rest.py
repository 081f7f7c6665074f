"""TensorFlow Serving's REST API over HTTP, on the server's facade."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
import re
import ssl
import threading
import time
import urllib.parse
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from aiohttp import web

from tf3d.serving.core import ModelServer, Prediction
from tf3d.serving.errors import Code, ServingError
from tf3d.serving.json_tensors import (
    decode_inputs,
    encode_outputs,
    parse_body,
    signature_name,
)

VERSION = r"(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"
PREDICT = re.compile(
    rf"/v1/models/(?P<name>[^/:]+){VERSION}:(?P<method>predict|classify|regress)",
    re.IGNORECASE | re.ASCII,
)
STATUS = re.compile(
    rf"/v1/models(?:/(?P<name>[^/:]+))?{VERSION}(?P<metadata>/metadata)?",
    re.IGNORECASE | re.ASCII,
)
HEALTH = "/healthz"
MAX_VERSION = 2**63 - 1
SHOWN = 200  # characters of a path that an error repeats
WORKERS = 4  # threads for JSON; more would only wait for each other

_log = logging.getLogger(__name__)
# What aiohttp says of clients' mistakes, with tracebacks: anyone could fill the log.
_protocol_log = logging.getLogger(f"{__name__}.protocol")
_protocol_log.setLevel(logging.CRITICAL + 1)


@dataclasses.dataclass(frozen=True)
class RestLimits:
    """What a client may ask of the server.

    Attributes:
      body_bytes: of one request, decompressed.
      held_bytes: of all requests' bodies that are held at once.
      requests: that are answered at once; one more gets RESOURCE_EXHAUSTED.
      seconds: for a request from its first byte to its answer.
    """

    body_bytes: int = 32 * 2**20
    held_bytes: int = 256 * 2**20
    requests: int = 256
    seconds: float = 30.0


class RestApi:
    """The requests of the REST API, answered by a `ModelServer`.

    Args:
      server: that predicts.
      limits: for clients.
    """

    def __init__(self, server: ModelServer, limits: RestLimits | None = None) -> None:
        self.server = server
        self.limits = limits or RestLimits()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="rest")
        self._held = 0
        self._running = 0

    def application(self) -> web.Application:
        """The aiohttp application."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self.handle)
        return application

    def close(self) -> None:
        """Ends the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def handle(self, request: web.Request) -> web.Response:
        """Answers any request; errors are `{"error": "..."}`."""
        if self._running >= self.limits.requests:
            return _error(429, "Too many requests at once; try again later.")
        self._running += 1
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await self._route(request)
        except ServingError as error:
            return _error(error.http_status, error.message)
        except TimeoutError:
            return _error(504, f"No answer within {self.limits.seconds:g} seconds.")
        except web.HTTPException as error:
            return _error(error.status, error.text or error.reason)
        except MemoryError:
            return _error(429, "The server has no memory for this request.")
        except Exception:  # a bug: the client learns nothing of the inside
            _log.exception("%s failed", request.method)
            return _error(500, "Internal error.")
        finally:
            self._running -= 1

    async def _route(self, request: web.Request) -> web.Response:
        path = request.rel_url.raw_path
        if path == HEALTH and request.method == "GET":
            return await self._in_thread(self._health)
        if not path.lower().startswith("/v1/"):
            raise ServingError(Code.NOT_FOUND, f"Not found: {path[:SHOWN]}")
        if request.method == "POST" and (match := PREDICT.fullmatch(path)):
            return await self._predict(request, match)
        if request.method == "GET" and (match := STATUS.fullmatch(path)):
            answer = self._metadata if match["metadata"] else self._status
            return await self._in_thread(answer, match)
        raise ServingError(
            Code.INVALID_ARGUMENT, f"Malformed request: {request.method} {path[:SHOWN]}"
        )

    async def _in_thread(self, work: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, work, *arguments
        )

    # --- predictions ---

    async def _predict(self, request: web.Request, match: re.Match) -> web.Response:
        which = _which(match)
        if match["method"].lower() != "predict":
            raise ServingError(
                Code.UNIMPLEMENTED, f"The method {match['method']} is not implemented."
            )
        deadline = time.monotonic() + self.limits.seconds
        body = await self._body(request)
        try:
            running, rows = await self._in_thread(self._submit, which, body, deadline)
        finally:
            self._held -= len(body)
        del body
        prediction = await asyncio.wrap_future(running)
        text = await self._in_thread(encode_outputs, prediction.outputs, rows)
        return web.Response(body=text, content_type="application/json")

    def _submit(
        self, which: dict[str, Any], body: bytes, deadline: float
    ) -> tuple[Future[Prediction], bool]:
        document = parse_body(body)
        wanted = signature_name(document)
        try:
            signature = self.server.signature(
                which["model"],
                wanted,
                version=which["version"],
                label=which["label"],
            )
        except ServingError as error:
            if error.code != Code.FAILED_PRECONDITION:
                raise
            # No such signature: gRPC's status differs from that of REST.
            raise ServingError(Code.INVALID_ARGUMENT, error.message) from error
        inputs, rows = decode_inputs(document, signature)
        running = self.server.submit(
            inputs=inputs, signature=wanted, deadline=deadline, **which
        )
        return running, rows

    async def _body(self, request: web.Request) -> bytes:
        """The body; what is held of all is counted, by the caller given back."""
        limit = self.limits.body_bytes
        too_large = web.HTTPRequestEntityTooLarge(
            limit, limit, text=f"The body is larger than {limit} bytes."
        )
        if (request.content_length or 0) > limit:
            raise too_large
        body = bytearray()
        held = 0
        try:
            async for chunk in request.content.iter_any():
                if len(body) + len(chunk) > limit:
                    raise too_large
                if self._held + len(chunk) > self.limits.held_bytes:
                    raise ServingError(
                        Code.RESOURCE_EXHAUSTED,
                        "Too many large requests at once; try again later.",
                    )
                body += chunk
                held += len(chunk)
                self._held += len(chunk)
        except web.RequestPayloadError as error:  # encoded or cut otherwise than said
            self._held -= held
            raise ServingError(
                Code.INVALID_ARGUMENT, "The body cannot be read as its headers say."
            ) from error
        except BaseException:
            self._held -= held
            raise
        return bytes(body)

    # --- what is served ---

    def _status(self, match: re.Match) -> web.Response:
        if not match["name"]:
            raise ServingError(Code.INVALID_ARGUMENT, "Missing model name in request.")
        which = _which(match)
        statuses = self.server.status(**which)
        return _json(
            {
                "model_version_status": [
                    {
                        "version": str(status.version),
                        "state": status.state,
                        "status": {
                            "error_code": Code(status.code).name,
                            "error_message": status.message,
                        },
                    }
                    for status in statuses
                ]
            }
        )

    def _metadata(self, match: re.Match) -> web.Response:
        from google.protobuf.json_format import MessageToDict

        if not match["name"]:
            raise ServingError(Code.INVALID_ARGUMENT, "Missing model name in request.")
        metadata = self.server.metadata(**_which(match))
        definitions = {
            name: MessageToDict(
                definition,
                preserving_proto_field_name=True,
                always_print_fields_with_no_presence=True,
            )
            for name, definition in metadata.signature_defs.items()
        }
        return _json(
            {
                "model_spec": {
                    "name": metadata.model,
                    "signature_name": "",
                    "version": str(metadata.version),
                },
                "metadata": {"signature_def": {"signature_def": definitions}},
            }
        )

    def _health(self) -> web.Response:
        """200 once every model has a version that answers."""
        waiting = []
        for name in self.server.model_names():
            try:
                states = [status.state for status in self.server.status(name)]
            except ServingError:
                states = []
            if "AVAILABLE" not in states:
                waiting.append(name)
        if waiting:
            return _error(503, f"Not available: {', '.join(waiting)}")
        return _json({"status": "SERVING"})


def _which(match: re.Match) -> dict[str, Any]:
    """The model, version and label of a path, percent-decoded after its parts."""
    version = match["version"]
    if version is not None:
        # The number of digits first: Python takes its time with a million of them.
        if len(version) > 19 or int(version) > MAX_VERSION:
            raise ServingError(
                Code.INVALID_ARGUMENT,
                f"Failed to convert version: {version[:40]} to numeric.",
            )
        version = int(version)
    label = match["label"]
    return {
        "model": urllib.parse.unquote(match["name"]),
        "version": version,
        "label": None if label is None else urllib.parse.unquote(label),
    }


def _json(document: dict[str, Any]) -> web.Response:
    text = json.dumps(document, indent=1)
    return web.Response(text=text, content_type="application/json")


def _error(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)


class RestServer:
    """The REST API on a port, in a thread of its own.

    Args:
      server: that predicts.
      host: to bind to.
      port: 0 for any that is free.
      ssl_context: of a TLS server; plain HTTP without one.
      limits: for clients.
      grace: seconds that requests under way get to end, once it stops.
    """

    def __init__(
        self,
        server: ModelServer,
        host: str = "127.0.0.1",
        port: int = 8501,
        *,
        ssl_context: ssl.SSLContext | None = None,
        limits: RestLimits | None = None,
        grace: float = 30.0,
    ) -> None:
        self.api = RestApi(server, limits)
        self.host, self.port, self.grace = host, port, grace
        self._ssl_context = ssl_context
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="rest-loop", daemon=True
        )
        self._runner: web.AppRunner | None = None

    def start(self) -> int:
        """Binds and answers from now on.

        Returns:
          The port.

        Raises:
          OSError: if the port cannot be had.
        """
        self._thread.start()
        try:
            return self._call(self._start())
        except BaseException:
            self._end()
            raise

    def stop(self) -> None:
        """Takes no new connection, lets requests under way end, and closes."""
        if self._thread.is_alive():
            self._call(self._stop())
            self._end()

    def _call(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _start(self) -> int:
        self._runner = web.AppRunner(
            self.api.application(),
            handler_cancellation=True,  # of a client that hangs up
            access_log=None,
            logger=_protocol_log,
            shutdown_timeout=self.grace,
        )
        await self._runner.setup()
        site = web.TCPSite(
            self._runner,
            self.host,
            self.port,
            ssl_context=self._ssl_context,
            backlog=1024,
        )
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self.port

    async def _stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.api.close()
