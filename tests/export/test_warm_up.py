"""Warm-up records: each is a request that the exported model answers."""

import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from tf3d.export.warm_up import WARM_UP_FILE


def records(folder):
    dataset = tf.data.TFRecordDataset(str(folder / WARM_UP_FILE))
    return [
        prediction_log_pb2.PredictionLog.FromString(record.numpy())
        for record in dataset
    ]


@pytest.mark.parametrize("family", ["multiview", "voxels"])
def test_every_signature_answers_its_record(exported, family):
    logs = records(exported[family])
    loaded = tf.saved_model.load(str(exported[family]))
    requests = [log.predict_log.request for log in logs]
    names = [request.model_spec.signature_name for request in requests]
    assert sorted(names) == sorted(loaded.signatures)
    for request in requests:
        assert request.model_spec.name == ""
        inputs = {
            key: tf.constant(tf.make_ndarray(proto))
            for key, proto in request.inputs.items()
        }
        outputs = loaded.signatures[request.model_spec.signature_name](**inputs)
        for value in outputs.values():
            assert value.shape[0] == 1
            if value.dtype == tf.float32:
                assert bool(tf.reduce_all(tf.math.is_finite(value)))
