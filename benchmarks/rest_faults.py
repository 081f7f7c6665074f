"""Malformed REST requests, for `serving_faults.py`."""

from __future__ import annotations

import base64
import collections
import concurrent.futures
import gzip
import http.client
import json
import struct
import threading
import urllib.parse
import zlib
from collections.abc import Callable, Iterator

import numpy as np

MODEL = "stranger"
PATH = f"/v1/models/{MODEL}"
GOOD = {"instances": [[0, 1, 2], [3, 4, 5]]}
# What a client's mistake may be answered with.
EXPECTED = {"HTTP 400", "HTTP 404", "HTTP 413", "HTTP 501"}

Request = tuple[str, str, bytes, dict[str, str]]  # method, path, body, headers


def picture_bomb() -> bytes:
    """A PNG that says it has 60,000 x 60,000 pixels, in a hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0" * 999))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


def post(body: object, path: str = f"{PATH}:predict", **headers: str) -> Request:
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    return "POST", path, body, {key.replace("_", "-"): headers[key] for key in headers}


def _pick(rng: np.random.Generator, choices: list) -> object:
    return choices[int(rng.integers(len(choices)))]


def _path(rng: np.random.Generator) -> Request:
    names = ["nobody", "..", "%2e%2e%2fetc", "%2Fetc%2Fpasswd", "%00", "a" * 3000, "é"]
    paths = [
        *(f"/v1/models/{urllib.parse.quote(name, safe='%')}" for name in names),
        *("/", "/v1", "/v1/", "/v2/models/stranger", "/v1/models", "/etc/passwd"),
        *(f"{PATH}/versions/{v}" for v in ("9", "-1", "x", "9" * 30, "1/2")),
        *(f"{PATH}/labels/{label}" for label in ("new", "..", "%2e%2e", "a:b")),
        *("/v1/models/../../etc/passwd", f"{PATH}:train", f"{PATH}:regress"),
    ]
    method = str(_pick(rng, ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]))
    path = str(_pick(rng, paths))
    if method == "POST" and rng.integers(2):
        path += ":predict"
    return method, path, json.dumps(GOOD).encode() if method == "POST" else b"", {}


def _json(rng: np.random.Generator) -> Request:
    whole = json.dumps(GOOD).encode()
    match rng.integers(7):
        case 0:
            return post(whole[: rng.integers(0, len(whole) - 1)])
        case 1:
            return post(b"\xff" + rng.bytes(int(rng.integers(0, 999))))
        case 2:
            deep = int(rng.integers(1_000, 100_000))
            return post(b'{"instances":' + b"[" * deep + b"]" * deep + b"}")
        case 3:
            return post(_pick(rng, [[], 3, "a", None, True, {}, {"input": 1}]))
        case 4:
            return post({**GOOD, "inputs": 1})
        case 5:
            names = [3, None, [], {}, "none", "Picture", "s" * 9999, "\ud800"]
            return post({**GOOD, "signature_name": _pick(rng, names)})
        case _:
            return post(
                whole.replace(b",", bytes(_pick(rng, [b",,", b";", b"'", b""])), 1)
            )


def _values(rng: np.random.Generator) -> Request:
    values = [
        *("a", None, True, {}, {"b64": "AAAA"}, [], [[]], [1, 2], [[1, 2]], 1),
        *([[1, 2, 3], [1, 2]], [[1, 2, 3], 4], [[1, 2, [3]]], [[1, "2", 3]]),
        *([[1, 2, 1e39]], [[1, 2, 10**400]], [[1, 2, 2**24 + 1]], [[[1, 2, 3]]]),
        *([{"x": [1, 2, 3]}, 1], [{"y": [1, 2, 3]}], [{}], [[True, False, True]]),
    ]
    key = str(_pick(rng, ["instances", "inputs"]))
    value = _pick(rng, values)
    if key == "inputs" and value == [[]]:
        value = [[1, 2, 3, 4]]
    return post({key: value})


def _numbers(rng: np.random.Generator) -> Request:
    number = _pick(rng, [b"1e999", b"-1e999", b"9" * 5000, b"01", b"1.", b".5", b"0x1"])
    return post(b'{"instances": [[1, 2, %s]]}' % number)


def _base64(rng: np.random.Generator) -> Request:
    values = ["*", "A", "AAA*", "é", 3, None, [], {"b64": "AA=="}]
    body = {"b64": _pick(rng, values)}
    if rng.integers(4) == 0:
        body = {"b64": "AA==", "more": 1}
    return post({"signature_name": "picture", "instances": [body]})


def _picture(rng: np.random.Generator, bomb: bytes) -> Request:
    data = bomb if rng.integers(2) else rng.bytes(int(rng.integers(0, 999)))
    text = base64.b64encode(data).decode()
    return post({"signature_name": "picture", "instances": [{"b64": text}]})


def _packed(rng: np.random.Generator, bomb: bytes) -> Request:
    if rng.integers(4) == 0:
        return post(bomb, Content_Encoding="gzip")
    data = gzip.compress(json.dumps(GOOD).encode())
    return post(b"\0" * 9 + data[9:], Content_Encoding="gzip")


def malformed_rest(
    rng: np.random.Generator, picture_bomb: bytes
) -> Iterator[tuple[str, Request]]:
    """Malformed requests without end, by kind."""
    spaces = gzip.compress(b" " * 2**28)  # 256 MB, beyond the limit of a body
    kinds: dict[str, Callable[[np.random.Generator], Request]] = {
        "paths and methods": _path,
        "JSON": _json,
        "values and shapes": _values,
        "numbers": _numbers,
        "base64": _base64,
        "pictures that are none": lambda r: _picture(r, picture_bomb),
    }
    for number in range(2**62):
        for kind, make in kinds.items():
            yield kind, make(rng)
        if number % 20 == 0:
            yield "compressed bodies", _packed(rng, spaces)


def ask_rest(address: str, request: Request) -> tuple[str, bytes]:
    """The status and the answer of a request; "closed" where there was none."""
    # A connection of each thread, as a client keeps one.
    host = address.removeprefix("http://")
    held = vars(_local).setdefault("connections", {})
    for _ in range(2):
        connection = held.setdefault(host, http.client.HTTPConnection(host, timeout=60))
        method, path, body, headers = request
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return f"HTTP {response.status}", response.read()
        except (http.client.HTTPException, ConnectionError):
            held.pop(host).close()  # closed after an error, as a server may
    return "closed", b""


_local = threading.local()


def send_rest(
    address: str,
    count: int,
    rng: np.random.Generator,
    picture_bomb: bytes,
    threads: int = 8,
) -> dict[str, collections.Counter]:
    """Sends malformed requests; how many of each kind got which status."""
    cases = [case for _, case in zip(range(count), malformed_rest(rng, picture_bomb))]
    result: dict[str, collections.Counter] = {}
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        codes = pool.map(lambda case: ask_rest(address, case[1])[0], cases)
        for (kind, _), code in zip(cases, codes):
            result.setdefault(kind, collections.Counter())[code] += 1
    return result
