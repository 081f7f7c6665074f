import shutil

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from tf3d.serving.errors import Code, ServingError
from tf3d.serving.servable import Servable
from tf3d.serving.signatures import check_inputs


@pytest.fixture(scope="module")
def servable(stranger):
    return Servable(stranger / "1", "stranger", 1)


@pytest.fixture
def copy(stranger, tmp_path):
    return shutil.copytree(stranger / "1", tmp_path / "1")


def run(servable, name, **arrays):
    signature = servable.signature(name)
    return servable.run(signature, check_inputs(signature, arrays))


def refusal(folder):
    with pytest.raises(ServingError) as caught:
        Servable(folder, "m", 1)
    return caught.value


def test_every_signature_answers_by_name(servable):
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    answer = run(servable, "serving_default", x=x)
    np.testing.assert_array_equal(answer["y"], 2 * x)
    np.testing.assert_array_equal(answer["sum"], [3, 12])
    text = np.array([b"a\xff", "ä".encode()], object)
    answer = run(servable, "label", text=text, times=np.int32([3, -1]))
    assert answer["text"].tolist() == [b"a\xff-3", "ä--1".encode()]
    trace = run(servable, "trace", matrix=np.eye(2))["trace"]
    assert trace.shape == () and trace == 2


def test_numbers_are_tensorflows_own_memory(servable):
    x = np.ones((2, 3), np.float32)
    answer = run(servable, "serving_default", x=x)["y"]
    assert not answer.flags.writeable and not answer.flags.owndata
    # It lasts as long as the array does.
    for _ in range(100):
        run(servable, "serving_default", x=7 * x)
    np.testing.assert_array_equal(answer, 2 * x)


@pytest.mark.parametrize("dtype", [tf.bfloat16, tf.float16, tf.bool, tf.complex128])
def test_types_that_numpy_knows_and_does_not(tmp_path, dtype):
    class Cast(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x")])
        def cast(self, x):
            return {"y": tf.cast(x, dtype)}

    module = Cast()
    tf.saved_model.save(module, str(tmp_path), signatures={"cast": module.cast})
    answer = run(Servable(tmp_path, "m", 1), "cast", x=np.float32([0, 1]))["y"]
    assert answer.dtype == dtype.as_numpy_dtype and answer.tolist() == [0, 1]


def test_strings_without_dimensions(tmp_path):
    class Scalar(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([], tf.string, "text")])
        def upper(self, text):
            return {"text": tf.strings.upper(text)}

    module = Scalar()
    tf.saved_model.save(module, str(tmp_path), signatures={"upper": module.upper})
    answer = run(Servable(tmp_path, "m", 1), "upper", text=np.array(b"ab", object))
    assert answer["text"].shape == () and answer["text"][()] == b"AB"


def test_what_tensorflow_refuses_keeps_its_code(servable):
    with pytest.raises(ServingError) as caught:
        run(servable, "positive", x=-np.ones((1, 1), np.float32))
    assert caught.value.code == Code.INVALID_ARGUMENT
    assert "\n" not in caught.value.message


def test_signatures_that_are_not_there(servable):
    with pytest.raises(ServingError) as caught:
        servable.signature("predict_images")
    assert caught.value.code == Code.FAILED_PRECONDITION
    assert caught.value.message == ('Serving signature key "predict_images" not found.')


def test_definitions_are_the_files_own(servable):
    definition = servable.signature_defs["serving_default"]
    assert definition.method_name == "tensorflow/serving/predict"
    assert [d.size for d in definition.inputs["x"].tensor_shape.dim] == [-1, 3]


def test_sparse_inputs_are_their_parts(tmp_path):
    class Sparse(tf.Module):
        @tf.function(input_signature=[tf.SparseTensorSpec([None, 3], tf.float32)])
        def total(self, s):
            return {"sum": tf.sparse.reduce_sum(s)}

    module = Sparse()
    tf.saved_model.save(module, str(tmp_path), signatures={"total": module.total})
    parts = {"s": np.array([[0, 1], [1, 2]]), "s_1": np.float32([3, 4])}
    answer = run(Servable(tmp_path, "m", 1), "total", s_2=np.array([2, 3]), **parts)
    assert answer["sum"] == 7


def test_what_cannot_be_sent_is_named_as_not_served(copy):
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    saved = SavedModel.FromString((copy / "saved_model.pb").read_bytes())
    info = saved.meta_graphs[0].signature_def["trace"].inputs["matrix"]
    info.coo_sparse.values_tensor_name = "v:0"
    (copy / "saved_model.pb").write_bytes(saved.SerializeToString())
    servable = Servable(copy, "m", 1)
    assert run(servable, "serving_default", x=np.ones((1, 3), "f"))["sum"] == 3
    with pytest.raises(ServingError, match="trace is not served") as caught:
        servable.signature("trace")
    assert caught.value.code == Code.UNIMPLEMENTED


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda f: (f / "saved_model.pb").unlink(), Code.NOT_FOUND),
        (lambda f: (f / "saved_model.pb").write_bytes(b"\xff" * 99), Code.DATA_LOSS),
        (lambda f: (f / "saved_model.pb").write_bytes(b""), Code.NOT_FOUND),
        (
            lambda f: (f / "saved_model.pb").write_bytes(
                (f / "saved_model.pb").read_bytes()[:-500]
            ),
            Code.DATA_LOSS,
        ),
        (lambda f: shutil.rmtree(f / "variables"), None),
        (
            lambda f: next((f / "variables").glob("*.index")).write_bytes(b"junk"),
            None,
        ),
        (lambda f: next((f / "variables").glob("*.data*")).write_bytes(b""), None),
    ],
)
def test_damaged_files_say_so(copy, damage, code):
    damage(copy)
    error = refusal(copy)
    assert error.message
    assert code is None or error.code == code


def write_warm_up(folder, *requests, junk=None):
    path = folder / "assets.extra" / "tf_serving_warmup_requests"
    path.parent.mkdir()
    with tf.io.TFRecordWriter(str(path)) as writer:
        for request in requests:
            log = prediction_log_pb2.PredictionLog()
            log.predict_log.request.CopyFrom(request)
            writer.write(log.SerializeToString())
        if junk is not None:
            writer.write(junk)


def test_warm_up_requests_are_run(copy, make_request, monkeypatch):
    ran = []
    run = Servable.run
    monkeypatch.setattr(
        Servable, "run", lambda self, *a: ran.append(a[0].name) or run(self, *a)
    )
    write_warm_up(
        copy,
        make_request(x=np.ones((1, 3), "f")),
        make_request(signature="trace", matrix=np.eye(2)),
    )
    Servable(copy, "m", 1)
    assert ran == ["serving_default", "trace"]


def test_a_warm_up_request_that_fails_fails_the_version(copy, make_request):
    write_warm_up(
        copy, make_request(x=np.ones((1, 3), "f")), make_request(x=np.ones((1, 4), "f"))
    )
    error = refusal(copy)
    assert error.code == Code.INVALID_ARGUMENT
    assert error.message.startswith("warm-up request 1: Expects input x")


def test_a_warm_up_file_that_is_none(copy):
    write_warm_up(copy, junk=b"\xff\xff")
    assert refusal(copy).code == Code.DATA_LOSS
