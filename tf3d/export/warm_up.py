"""Requests that TensorFlow Serving runs when it loads a model."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

WARM_UP_FILE = "assets.extra/tf_serving_warmup_requests"
VIEWS = 6  # what a free dimension behind the batch's becomes


def write_warm_up(folder: pathlib.Path, functions: Mapping[str, Any]) -> None:
    """Writes a TFRecord of a `PredictionLog` for each signature.

    The first request to a function builds its kernels; with these, that is over before
    the version answers anyone.

    Args:
      folder: of the SavedModel.
      functions: concrete functions by signature.
    """
    from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

    path = folder / WARM_UP_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for name, function in functions.items():
            request = predict_pb2.PredictRequest()
            # Names no model: these files move with the folder.
            request.model_spec.signature_name = name
            for key, spec in _inputs(function).items():
                request.inputs[key].CopyFrom(_example(spec))
            log = prediction_log_pb2.PredictionLog(
                predict_log=prediction_log_pb2.PredictLog(request=request)
            )
            writer.write(log.SerializeToString())


def _inputs(function: Any) -> dict[str, tf.TensorSpec]:
    positional, named = function.structured_input_signature
    return {spec.name: spec for spec in (*positional, *named.values())}


def _example(spec: tf.TensorSpec) -> Any:
    first, *rest = spec.shape
    shape = [first or 1, *(size or VIEWS for size in rest)]
    if spec.dtype == tf.string:
        grey = np.full((64, 64, 3), 128, np.uint8)
        return tf.make_tensor_proto([tf.io.encode_png(grey).numpy()], shape=shape)
    # One value stands for all of them: the file stays small.
    return tf.make_tensor_proto(0.5, dtype=spec.dtype, shape=shape)
