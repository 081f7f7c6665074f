"""TensorProto to NumPy and back. The proto comes from a stranger: its shape may lie."""

from __future__ import annotations

import functools
import math

import ml_dtypes
import numpy as np
from tensorflow.core.framework import types_pb2
from tensorflow.core.framework.tensor_pb2 import TensorProto

from tf3d.serving.errors import Code, ServingError

MAX_RANK = 32  # fewer than NumPy's and TensorFlow's limits
MAX_BYTES = 64 << 20  # of a tensor that a shorter list of values is repeated to fill

# DataType -> NumPy's type and the field of TensorProto that lists its values.
_NUMERIC: dict[int, tuple[np.dtype, str]] = {
    getattr(types_pb2, f"DT_{name}"): (np.dtype(dtype), field)
    for name, dtype, field in (
        ("FLOAT", np.float32, "float_val"),
        ("DOUBLE", np.float64, "double_val"),
        ("HALF", np.float16, "half_val"),
        ("BFLOAT16", ml_dtypes.bfloat16, "half_val"),
        ("INT8", np.int8, "int_val"),
        ("INT16", np.int16, "int_val"),
        ("INT32", np.int32, "int_val"),
        ("INT64", np.int64, "int64_val"),
        ("UINT8", np.uint8, "int_val"),
        ("UINT16", np.uint16, "int_val"),
        ("UINT32", np.uint32, "uint32_val"),
        ("UINT64", np.uint64, "uint64_val"),
        ("BOOL", np.bool_, "bool_val"),
        ("COMPLEX64", np.complex64, "scomplex_val"),
        ("COMPLEX128", np.complex128, "dcomplex_val"),
    )
}
_ENUMS = {dtype: number for number, (dtype, _) in _NUMERIC.items()}
# How a list's values lie in the message when that is how they lie in memory: such a
# list is handed over whole instead of value by value, 200 times as fast.
_PACKED = {"float_val", "double_val", "bool_val", "scomplex_val", "dcomplex_val"}


def to_array(proto: TensorProto, name: str, max_bytes: int = MAX_BYTES) -> np.ndarray:
    """The array that a proto holds, without a copy where its bytes lie as they must.

    As in TensorFlow, the last of too few values fills the rest; unlike there, no value
    at all is an error.

    Args:
      proto: as a client sent it.
      name: of the input, for messages.
      max_bytes: the most that too few values are repeated to fill.

    Returns:
      An array that may be read-only; strings as an object array of `bytes`.

    Raises:
      ServingError: INVALID_ARGUMENT if dtype, shape and values contradict each other.
    """
    shape = _shape(proto, name)
    count = math.prod(shape)
    if proto.dtype == types_pb2.DT_STRING:
        if proto.tensor_content:
            raise _bad(name, "strings belong in string_val")
        values = np.empty(len(proto.string_val), object)
        values[:] = list(proto.string_val)
        return _filled(values, count, name, max_bytes).reshape(shape)
    if proto.dtype not in _NUMERIC:
        raise _bad(name, f"unsupported dtype {_dtype_name(proto.dtype)}")
    dtype, field = _NUMERIC[proto.dtype]
    content = proto.tensor_content
    if content:
        if len(content) != count * dtype.itemsize:
            raise _bad(
                name,
                f"shape {list(shape)} of {dtype} holds {count * dtype.itemsize} bytes, "
                f"tensor_content has {len(content)}",
            )
        if dtype == np.bool_:  # any byte that is not zero is true
            return np.frombuffer(content, np.uint8).astype(bool).reshape(shape)
        return np.frombuffer(content, dtype).reshape(shape)
    values = _listed_values(proto, dtype, field, name)
    return _filled(values, count, name, max_bytes).reshape(shape)


def to_proto(array: np.ndarray) -> TensorProto:
    """A proto with its values in the typed list, as TensorFlow Serving answers.

    Args:
      array: of any shape; strings as an object array of `bytes`.

    Raises:
      ServingError: UNIMPLEMENTED for a dtype that the protocol's lists do not hold.
    """
    return TensorProto.FromString(b"".join(to_wire(array)))


def to_wire(array: np.ndarray) -> list[bytes | memoryview]:
    """The bytes of `to_proto`'s message, in pieces, large values without a copy.

    Args:
      array: of any shape; strings as an object array of `bytes`.

    Raises:
      ServingError: UNIMPLEMENTED for a dtype that the protocol's lists do not hold.
    """
    array = np.asarray(array)
    if array.dtype.kind == "O":
        proto = TensorProto(string_val=array.ravel().tolist())
        return [_head(types_pb2.DT_STRING, array.shape), proto.SerializeToString()]
    if array.dtype not in _ENUMS:
        raise ServingError(
            Code.UNIMPLEMENTED, f"An output has the dtype {array.dtype}."
        )
    enum = _ENUMS[array.dtype]
    head, field = _head(enum, array.shape), _NUMERIC[enum][1]
    if not array.size:
        return [head]
    if field not in _PACKED:
        if field == "half_val":
            array = np.ascontiguousarray(array).view(np.uint16)
        proto = TensorProto(**{field: array.ravel().tolist()})
        return [head, proto.SerializeToString()]
    number = TensorProto.DESCRIPTOR.fields_by_name[field].number
    values = memoryview(np.ascontiguousarray(array).reshape(-1).view(np.uint8))
    return [head, length_prefix(number, len(values)), values]


def length_prefix(number: int, length: int) -> bytes:
    """What comes before so many bytes of a field, by the field's number."""
    return _varint(number << 3 | 2) + _varint(length)


@functools.lru_cache(1024)  # a model answers in few shapes
def _head(enum: int, shape: tuple[int, ...]) -> bytes:
    """The fields of a message that tell dtype and shape; those of values follow."""
    proto = TensorProto(dtype=enum)
    for size in shape:
        proto.tensor_shape.dim.add(size=size)
    return proto.SerializeToString()


def _shape(proto: TensorProto, name: str) -> tuple[int, ...]:
    if proto.tensor_shape.unknown_rank:
        raise _bad(name, "the shape has an unknown rank")
    if len(proto.tensor_shape.dim) > MAX_RANK:
        raise _bad(name, f"the shape has more than {MAX_RANK} dimensions")
    shape = tuple(dimension.size for dimension in proto.tensor_shape.dim)
    if any(size < 0 for size in shape):
        raise _bad(name, f"the shape {list(shape)} has a negative size")
    if math.prod(size for size in shape if size) >= 2**60:
        raise _bad(name, f"the shape {list(shape)} is too large")
    return shape


def _listed_values(
    proto: TensorProto, dtype: np.dtype, field: str, name: str
) -> np.ndarray:
    listed = getattr(proto, field)
    if not len(listed):
        return np.empty(0, dtype)
    if field == "half_val":
        wide = np.array(listed, np.int32)
        narrow = wide.astype(np.uint16)
        if not np.array_equal(wide, narrow):
            raise _bad(name, "half_val has a value of more than 16 bits")
        return narrow.view(dtype)
    if field in ("scomplex_val", "dcomplex_val"):
        parts = np.array(listed, np.float32 if field[0] == "s" else np.float64)
        if len(parts) % 2:
            raise _bad(name, f"{field} has half a number")
        return parts.view(dtype)
    values = np.array(listed)
    narrow = values.astype(dtype)
    if field == "int_val" and not np.array_equal(values, narrow):
        raise _bad(name, f"int_val has a value outside {dtype}")
    return narrow


def _filled(values: np.ndarray, count: int, name: str, max_bytes: int) -> np.ndarray:
    if len(values) == count:
        return values
    if not len(values) or len(values) > count:
        raise _bad(name, f"the shape holds {count} values, {len(values)} are given")
    if count * values.itemsize > max_bytes:
        raise _bad(name, f"{len(values)} values cannot fill {count}: too many")
    whole = np.empty(count, values.dtype)
    whole[: len(values)] = values
    whole[len(values) :] = values[-1]
    return whole


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])


def _dtype_name(number: int) -> str:
    # An enum of proto3 may carry a number that has no name.
    known = types_pb2.DataType.values()
    return types_pb2.DataType.Name(number) if number in known else str(number)


def _bad(name: str, why: str) -> ServingError:
    short = name if len(name) <= 100 else name[:100] + "..."
    return ServingError(Code.INVALID_ARGUMENT, f"tensor parsing error: {short} ({why})")
