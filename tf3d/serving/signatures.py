"""A SavedModel's signatures, and whether a request fits one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from tf3d.serving.errors import Code, ServingError

if TYPE_CHECKING:
    import tensorflow as tf
    from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef
    from tensorflow.core.protobuf.meta_graph_pb2 import TensorInfo as TensorInfoProto


@dataclasses.dataclass(frozen=True)
class TensorInfo:
    """An input or output of a signature.

    Attributes:
      dtype: TensorFlow's; `dtype.as_numpy_dtype` is NumPy's, object for strings.
      shape: None in it for any size; None for any rank.
    """

    dtype: tf.DType
    shape: tuple[int | None, ...] | None


@dataclasses.dataclass(frozen=True)
class Signature:
    """What a signature takes and gives.

    Attributes:
      name: such as "serving_default".
      inputs: by name.
      outputs: by name.
      defaults: inputs that a request may leave out -> what they are then.
    """

    name: str
    inputs: Mapping[str, TensorInfo]
    outputs: Mapping[str, TensorInfo]
    defaults: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)

    @property
    def batched(self) -> bool:
        """Whether all inputs and outputs share a free first dimension."""
        infos = [*self.inputs.values(), *self.outputs.values()]
        return (
            bool(self.inputs)
            and not self.defaults
            and all(info.shape and info.shape[0] is None for info in infos)
        )


def read_signature(
    name: str, definition: SignatureDef, defaults: Mapping[str, np.ndarray]
) -> Signature:
    """The signature of a definition.

    Args:
      name: of it.
      definition: the protobuf.
      defaults: arrays of the definition's `defaults`.

    Raises:
      ValueError: if it takes or gives something else than dense tensors.
    """
    return Signature(
        name,
        {key: _tensor_info(key, info) for key, info in definition.inputs.items()},
        {key: _tensor_info(key, info) for key, info in definition.outputs.items()},
        dict(defaults),
    )


def _tensor_info(name: str, info: TensorInfoProto) -> TensorInfo:
    import tensorflow as tf

    if info.WhichOneof("encoding") != "name":
        raise ValueError(f"Expected dense tensors only. Received: {name}")
    shape = None
    if not info.tensor_shape.unknown_rank:
        shape = tuple(
            None if dimension.size < 0 else dimension.size
            for dimension in info.tensor_shape.dim
        )
    return TensorInfo(tf.dtypes.as_dtype(info.dtype), shape)


def check_inputs(
    signature: Signature, inputs: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Checks names, dtypes and shapes, and fills in defaults.

    Args:
      signature: to fit.
      inputs: by name.

    Returns:
      The arrays by name, strings as object arrays of `bytes`.

    Raises:
      ServingError: INVALID_ARGUMENT, in TensorFlow Serving's words for names.
    """
    given, wanted = set(inputs), set(signature.inputs)
    missing = wanted - given - set(signature.defaults)
    if len(given) != len(wanted) and (missing or given - wanted):
        raise ServingError(
            Code.INVALID_ARGUMENT,
            f"input size does not match signature: {len(given)}!={len(wanted)} "
            f"len({{{_listed(given)}}}) != len({{{_listed(wanted)}}}). "
            f"Sent extra: {{{_listed(given - wanted)}}}. "
            f"Missing but required: {{{_listed(missing)}}}.",
        )
    for name in sorted(given - wanted):
        raise ServingError(
            Code.INVALID_ARGUMENT,
            f"input tensor alias not found in signature: {_short(name)}. "
            f"Inputs expected to be in the set {{{_listed(wanted)}}}.",
        )
    return {
        name: _check_array(name, inputs[name], info)
        if name in inputs
        else signature.defaults[name]
        for name, info in signature.inputs.items()
    }


def check_outputs(signature: Signature, names: Iterable[str]) -> list[str]:
    """The outputs wanted: those named, or all.

    Raises:
      ServingError: INVALID_ARGUMENT for a name that is none, or named twice.
    """
    chosen = list(names)
    for name in chosen:
        if name not in signature.outputs:
            raise ServingError(
                Code.INVALID_ARGUMENT,
                f"output tensor alias not found in signature: {_short(name)} Outputs "
                f"expected to be in the set {{{_listed(signature.outputs)}}}.",
            )
    if len(set(chosen)) != len(chosen):
        raise ServingError(
            Code.INVALID_ARGUMENT, f"duplicate output tensor alias: {_listed(chosen)}"
        )
    return chosen or list(signature.outputs)


def batch_rows(signature: Signature, inputs: Mapping[str, np.ndarray]) -> int:
    """The size of the first dimension that checked inputs share; 0 if they do not."""
    if not signature.batched:
        return 0
    sizes = {array.shape[0] for array in inputs.values()}
    return sizes.pop() if len(sizes) == 1 else 0


def _check_array(name: str, array: np.ndarray, info: TensorInfo) -> np.ndarray:
    array = np.asarray(array)
    if info.dtype.name == "string" and array.dtype.kind in "OSU":
        array = _as_bytes(name, array)
    elif array.dtype != np.dtype(info.dtype.as_numpy_dtype):
        kind = "string" if array.dtype.kind in "OSU" else array.dtype.name
        raise ServingError(
            Code.INVALID_ARGUMENT,
            f"Expects input {name} to be {info.dtype.name} but {kind} is provided.",
        )
    fits = info.shape is None or (
        len(info.shape) == array.ndim
        and all(want in (None, size) for want, size in zip(info.shape, array.shape))
    )
    if not fits:
        wanted = [-1 if size is None else size for size in info.shape or ()]
        raise ServingError(
            Code.INVALID_ARGUMENT,
            f"Expects input {name} to be of shape {wanted} but shape "
            f"{list(array.shape)} is provided.",
        )
    return array


def _as_bytes(name: str, array: np.ndarray) -> np.ndarray:
    if array.dtype.kind == "O" and all(type(item) is bytes for item in array.flat):
        return array
    result = np.empty(array.shape, object)
    for index, item in np.ndenumerate(array):
        if isinstance(item, str):
            item = item.encode("utf-8", "surrogatepass")
        if not isinstance(item, bytes):
            raise ServingError(
                Code.INVALID_ARGUMENT,
                f"Expects input {name} to be string but {type(item).__name__} "
                "is provided.",
            )
        result[index] = bytes(item)
    return result


def _short(name: str) -> str:
    # A name may be as long as a message: an error names it, no more.
    return name if len(name) <= 100 else name[:100] + "..."


def _listed(names: Iterable[str]) -> str:
    listed = sorted(names)
    more = f",... {len(listed) - 50} more" if len(listed) > 50 else ""
    return ",".join(_short(name) for name in listed[:50]) + more
