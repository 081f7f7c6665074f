"""Tensors as JSON, as TensorFlow Serving's REST API has them: requests and answers.

A request names its inputs in rows, `{"instances": [...]}`, or in columns,
`{"inputs": ...}`; the answer is `{"predictions": [...]}` or `{"outputs": ...}`. Bytes
are `{"b64": "..."}`.
"""

from __future__ import annotations

import base64
import binascii
import itertools
import json
import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from tf3d.serving.errors import Code, ServingError
from tf3d.serving.signatures import Signature, TensorInfo

MAX_RANK = 32
SHOWN = 100  # characters of a bad value that an error repeats
BLOCK = 16_384  # numbers written at once; between blocks other threads may run
# The whole numbers up to which a float type has all, as TensorFlow Serving counts.
WHOLE = {"float64": 2**53 - 1, "float32": 2**24 - 1, "float16": 2**11 - 1}
WHOLE["bfloat16"] = 2**8 - 1
_WHOLE_NUMBER = re.compile(r"(?<![\d.e+-])-?\d+(?=[,\]]|$)")
_SPACE = str.maketrans("", "", " \t\r\n")


def _invalid(message: str) -> ServingError:
    return ServingError(Code.INVALID_ARGUMENT, message)


def _shown(value: Any) -> str:
    # A value may be a whole picture: only its beginning is turned into text.
    if isinstance(value, dict):
        text = "an object with the keys " + ", ".join(map(repr, list(value)[:8]))
    elif isinstance(value, list):
        text = f"a list of {len(value)}"
    elif isinstance(value, str):
        text = json.dumps(value[:SHOWN])
    elif isinstance(value, int) and value.bit_length() > 1000:
        text = "a very large number"
    else:
        text = json.dumps(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


# --- requests ---


def parse_body(body: bytes) -> dict[str, Any]:
    """The JSON object of a request's body.

    Raises:
      ServingError: INVALID_ARGUMENT if it is none.
    """
    if not body:
        raise _invalid("JSON Parse error: The document is empty")
    try:
        # A function of Python's for floats lets other threads run meanwhile.
        document = json.loads(body.decode("utf-8"), parse_float=_parse_float)
    except RecursionError as error:
        raise _invalid("JSON Parse error: it is nested too deeply") from error
    except ValueError as error:  # bad UTF-8, bad JSON, a number of too many digits
        raise _invalid(f"JSON Parse error: {str(error)[:200]}") from error
    if not isinstance(document, dict):
        raise _invalid(f"JSON Value: {_shown(document)} Is not object")
    return document


def _parse_float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"Number too big to be stored in double: {text[:SHOWN]}")
    return value


def signature_name(document: Mapping[str, Any]) -> str:
    """The signature that a request asks for; empty for the default one.

    Raises:
      ServingError: INVALID_ARGUMENT if it is no string.
    """
    name = document.get("signature_name", "")
    if not isinstance(name, str):
        raise _invalid(
            f"JSON Value: {_shown(name)} not formatted correctly. "
            "'signature_name' key must be a string value."
        )
    return name


def decode_inputs(
    document: Mapping[str, Any], signature: Signature
) -> tuple[dict[str, np.ndarray], bool]:
    """The input tensors of a request.

    Args:
      document: as `parse_body` returned it.
      signature: says what inputs there are, and their dtypes. Shapes are only made
        consistent here; whether they fit is for who runs the signature.

    Returns:
      Arrays by name (strings as object arrays of `bytes`), and whether the request came
      in rows, in which the answer goes, too.

    Raises:
      ServingError: INVALID_ARGUMENT if the request does not fit.
    """
    rows = "instances" in document
    if rows and "inputs" in document:
        raise _invalid(
            "Not formatted correctly expecting only one of 'inputs' or 'instances' "
            "keys to exist"
        )
    if rows:
        return _from_instances(document["instances"], signature), True
    if "inputs" in document:
        return _from_columns(document["inputs"], signature), False
    raise _invalid("Missing 'inputs' or 'instances' key")


def _is_bytes(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and type(value.get("b64")) is str


def _is_named(value: Any) -> bool:
    return isinstance(value, dict) and not _is_bytes(value)


def _from_instances(instances: Any, signature: Signature) -> dict[str, np.ndarray]:
    if not isinstance(instances, list):
        raise _invalid("Expecting 'instances' to be an list/array")
    if not instances:
        raise _invalid("No values in 'instances' array")
    if not _is_named(instances[0]):
        name = _only_input(
            signature, "instances is a plain list, but expecting list of objects"
        )
        return {name: _to_array(instances, signature.inputs[name], name)}
    names = instances[0].keys()
    required = signature.inputs.keys() - signature.defaults.keys()
    for index, instance in enumerate(instances):
        if not _is_named(instance):
            raise _invalid(f"Expecting object at item {index} of input list")
        known = required <= instance.keys() <= signature.inputs.keys()
        if not known or instance.keys() != names:
            raise _invalid(
                f"Failed to process element: {index} of 'instances' list. JSON object: "
                f"{_shown(instance)} keys must be equal to: "
                f"{','.join(sorted(signature.inputs))}"
            )
    return {
        name: _to_array(
            [instance[name] for instance in instances], signature.inputs[name], name
        )
        for name in names
    }


def _from_columns(value: Any, signature: Signature) -> dict[str, np.ndarray]:
    if not _is_named(value):
        name = _only_input(
            signature, "inputs is a plain value/list, but expecting an object"
        )
        return {name: _to_array(value, signature.inputs[name], name)}
    for name in signature.inputs.keys() - signature.defaults.keys():
        if name not in value:
            raise _invalid(f"Missing named input: {name} in 'inputs' object.")
    return {
        name: _to_array(value[name], info, name)
        for name, info in signature.inputs.items()
        if name in value
    }


def _only_input(signature: Signature, problem: str) -> str:
    """The one input that a signature needs: a request need not name it."""
    needed = [name for name in signature.inputs if name not in signature.defaults]
    if len(needed) > 1:
        raise _invalid(
            f"{problem} as multiple input tensors required as per tensorinfo_map"
        )
    if not needed:
        raise _invalid("The signature has no inputs that need a value")
    return needed[0]


def _to_array(value: Any, info: TensorInfo, name: str) -> np.ndarray:
    """An array of nested lists, all of whose sizes and types are checked."""
    shape: list[int] = []
    level = [value]
    while level and type(level[0]) is list:
        if len(shape) == MAX_RANK:
            raise _invalid(f"Input {name}: more than {MAX_RANK} dimensions")
        if set(map(type, level)) != {list}:
            raise _invalid(
                f"Input {name}: lists and values side by side at level {len(shape)}"
            )
        sizes = set(map(len, level))
        if len(sizes) > 1:
            raise _invalid(
                f"Input {name}: Encountered list at unexpected size: "
                f"{max(sizes)} at level: {len(shape)} expected size: {min(sizes)}"
            )
        shape.append(sizes.pop())
        level = list(itertools.chain.from_iterable(level))
    return _leaves(level, info, name).reshape(shape)


def _leaves(values: list[Any], info: TensorInfo, name: str) -> np.ndarray:
    dtype = info.dtype
    if dtype.name == "string":
        array = np.empty(len(values), object)
        array[:] = [_to_bytes(value, name) for value in values]
        return array
    numpy_type = np.dtype(dtype.as_numpy_dtype)
    if dtype.is_bool:
        _check_types(values, (bool,), dtype.name, name)
        return np.array(values, numpy_type)
    if dtype.is_integer and not dtype.is_quantized:
        _check_types(values, (int,), dtype.name, name)
        if values and not (dtype.min <= min(values) and max(values) <= dtype.max):
            raise _invalid(f"Input {name}: a value is out of range for {dtype.name}")
        return np.array(values, numpy_type)
    if dtype.is_floating:
        _check_types(values, (int, float), dtype.name, name)
        return _floats(values, numpy_type, float(dtype.max), name)
    raise ServingError(
        Code.UNIMPLEMENTED, f"Input {name}: no conversion of JSON to {dtype.name}"
    )


def _check_types(
    values: list[Any], allowed: tuple[type, ...], expected: str, name: str
) -> None:
    if set(map(type, values)) <= set(allowed):
        return
    bad = next(value for value in values if type(value) not in allowed)
    raise _invalid(
        f"Input {name}: JSON Value: {_shown(bad)} is not of expected type: {expected}"
    )


def _floats(
    values: list[Any], numpy_type: np.dtype, largest: float, name: str
) -> np.ndarray:
    lossy = _invalid(
        f"Input {name}: a value cannot become {numpy_type.name} without loss of "
        "precision"
    )
    if int in set(map(type, values)):
        whole = WHOLE.get(numpy_type.name, 0)
        # A whole number beyond 64 bits counts as a decimal, as it does elsewhere.
        if any(type(value) is int and whole < abs(value) < 2**63 for value in values):
            raise lossy
    try:
        array = np.array(values, np.float64)
    except OverflowError as error:
        raise lossy from error
    finite = np.isfinite(array)
    if (np.abs(array, where=finite, out=np.zeros_like(array)) > largest).any():
        raise lossy
    return array.astype(numpy_type)


def _to_bytes(value: Any, name: str) -> bytes:
    if type(value) is str:
        try:
            return value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise _invalid(f"Input {name}: a string has half a character") from error
    if not isinstance(value, dict):
        raise _invalid(
            f"Input {name}: JSON Value: {_shown(value)} is not of expected type: string"
        )
    if not _is_bytes(value):
        raise _invalid(
            f"Input {name}: JSON Value: {_shown(value)} not formatted correctly for "
            "base64 data"
        )
    text = value["b64"].translate(_SPACE).rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _invalid(f"Input {name}: Unable to base64 decode") from error


# --- answers ---


def encode_outputs(outputs: Mapping[str, np.ndarray], rows: bool) -> bytes:
    """The body of an answer.

    Args:
      outputs: name -> array; strings are object arrays of `bytes`.
      rows: as `decode_inputs` returned it.

    Returns:
      JSON. A single output is not named. Strings are `{"b64": ...}` where the output's
      name ends in `_bytes`, and where they are not UTF-8. Not-a-number is NaN, infinity
      is Infinity, as JavaScript and Python write and read them.

    Raises:
      ServingError: INVALID_ARGUMENT where an output has no rows, or another number.
    """
    if not outputs:
        raise _invalid("Cannot convert empty tensor map to JSON")
    pieces: list[str] = []
    if not rows:
        pieces.append('{"outputs":')
        _write_named(pieces, outputs, ())
        pieces.append("}")
        return "".join(pieces).encode("utf-8")
    count = -1
    for name, array in outputs.items():
        if np.ndim(array) == 0:
            raise _invalid(f"Tensor name: {name} has no shape information")
        if count not in (-1, len(array)):
            raise _invalid(
                f"Tensor name: {name} has inconsistent batch size: {len(array)} "
                f"expecting: {count}"
            )
        count = len(array)
    pieces.append('{"predictions":[')
    for row in range(count):
        if row:
            pieces.append(",")
        _write_named(pieces, outputs, (row,))
    pieces.append("]}")
    return "".join(pieces).encode("utf-8")


def _write_named(
    pieces: list[str], outputs: Mapping[str, np.ndarray], index: tuple[int, ...]
) -> None:
    named = len(outputs) > 1
    for position, (name, array) in enumerate(outputs.items()):
        if named:
            pieces.append(f"{',' if position else '{'}{json.dumps(name)}:")
        _write(pieces, np.asarray(array[index]), name.endswith("_bytes"))
    if named:
        pieces.append("}")


def _write(pieces: list[str], array: np.ndarray, as_bytes: bool) -> None:
    if array.dtype == object or array.dtype.kind in "SU":
        pieces.append(json.dumps(_strings(array.tolist(), as_bytes)))
    elif array.dtype.kind == "b":
        pieces.append(json.dumps(array.tolist()))
    elif array.dtype.kind in "iu":
        _write_numbers(pieces, array, "%d")
    elif array.dtype.name in WHOLE:
        # As many digits as bring the same number back.
        wide = array.dtype == np.float64
        floats = array if wide else array.astype(np.float32)
        _write_numbers(pieces, floats, "%.17g" if wide else "%.9g")
    else:
        raise _invalid(
            f"Failed to write JSON value for tensor type: {array.dtype.name}"
        )


def _write_numbers(pieces: list[str], array: np.ndarray, template: str) -> None:
    if array.size > BLOCK and array.ndim > 1:
        for index, part in enumerate(array):
            pieces.append("," if index else "[")
            _write_numbers(pieces, part, template)
        pieces.append("]")
        return
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        # The short way through a number's own text: float32 as short as it comes.
        text = np.vectorize(lambda value: float(f"{value:.9g}"), otypes=[float])
        short = text(array) if array.dtype == np.float32 else array
        pieces.append(json.dumps(short.tolist()))
        return
    for size in reversed(array.shape):
        template = "[" + ",".join([template] * size) + "]"
    text = template % tuple(array.ravel().tolist())
    if array.dtype.kind == "f":  # whole ones, too, look like floats
        text = _WHOLE_NUMBER.sub(r"\g<0>.0", text)
    pieces.append(text)


def _strings(value: Any, as_bytes: bool) -> Any:
    if isinstance(value, list):
        return [_strings(item, as_bytes) for item in value]
    if isinstance(value, str):
        value = value.encode("utf-8")
    if not as_bytes:
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            pass  # JSON is UTF-8: these bytes fit no string of it
    return {"b64": base64.b64encode(value).decode("ascii")}
