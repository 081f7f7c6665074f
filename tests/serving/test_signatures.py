import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef

from tf3d.serving.errors import Code, ServingError
from tf3d.serving.signatures import (
    Signature,
    TensorInfo,
    batch_rows,
    check_inputs,
    check_outputs,
    read_signature,
)

SIGNATURE = Signature(
    "serving_default",
    {
        "x": TensorInfo(tf.float32, (None, 3)),
        "text": TensorInfo(tf.string, (None,)),
    },
    {"y": TensorInfo(tf.float32, (None,)), "z": TensorInfo(tf.float32, (None, 2))},
)
GOOD = {"x": np.ones((2, 3), np.float32), "text": np.array([b"a", b"b\0"], object)}


def refused(inputs, signature=SIGNATURE):
    with pytest.raises(ServingError) as caught:
        check_inputs(signature, inputs)
    assert caught.value.code == Code.INVALID_ARGUMENT
    return caught.value.message


def test_good_inputs_pass_as_they_are():
    checked = check_inputs(SIGNATURE, GOOD)
    assert checked["x"] is GOOD["x"]
    assert checked["text"] is GOOD["text"]


@pytest.mark.parametrize("text", [["ä", "b"], np.array([b"ab", b"c"]), ["ä", b"\xff"]])
def test_strings_become_bytes(text):
    checked = check_inputs(SIGNATURE, {**GOOD, "text": np.array(text, object)})
    assert checked["text"].dtype == object
    assert all(type(item) is bytes for item in checked["text"])
    assert checked["text"][0] == (
        text[0].encode() if isinstance(text[0], str) else text[0]
    )


def test_missing_and_extra_inputs_in_tensorflow_servings_words():
    assert refused({"x": GOOD["x"]}) == (
        "input size does not match signature: 1!=2 len({x}) != len({text,x}). "
        "Sent extra: {}. Missing but required: {text}."
    )
    assert "Sent extra: {u}" in refused({**GOOD, "u": GOOD["x"]})


def test_wrong_name_in_tensorflow_servings_words():
    assert refused({"text": GOOD["text"], "u": GOOD["x"]}) == (
        "input tensor alias not found in signature: u. Inputs expected to be in the "
        "set {text,x}."
    )


def test_a_long_name_is_not_repeated_whole():
    message = refused({"text": GOOD["text"], "u" * 10**6: GOOD["x"]})
    assert len(message) < 500


def test_many_names_are_not_repeated_all():
    assert len(refused({str(n): GOOD["x"] for n in range(10_000)})) < 2000


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ones((2, 3)), "Expects input x to be float32 but float64 is provided."),
        (np.array([["a"] * 3]), "Expects input x to be float32 but string is provided"),
        (np.ones((2, 4), "f"), "of shape [-1, 3] but shape [2, 4] is provided"),
        (np.ones(3, "f"), "of shape [-1, 3] but shape [3] is provided"),
        (np.ones((1, 2, 3), "f"), "but shape [1, 2, 3] is provided"),
    ],
)
def test_wrong_dtypes_and_shapes(x, message):
    assert message in refused({**GOOD, "x": x})


@pytest.mark.parametrize("text", [[1, 2], [b"a", None], [b"a", [b"b"]]])
def test_what_is_no_string(text):
    array = np.empty(2, object)
    array[:] = text
    assert "input text to be string" in refused({**GOOD, "text": array})


def test_an_unknown_rank_takes_any():
    signature = Signature("s", {"x": TensorInfo(tf.int32, None)}, {})
    for shape in ((), (2,), (2, 0, 3)):
        array = np.zeros(shape, np.int32)
        assert check_inputs(signature, {"x": array})["x"].shape == shape


def test_defaults_are_filled_in():
    default = np.full((1, 3), 7, np.float32)
    signature = Signature("s", SIGNATURE.inputs, {}, {"x": default})
    assert check_inputs(signature, {"text": GOOD["text"]})["x"] is default
    assert check_inputs(signature, GOOD)["x"] is GOOD["x"]
    assert "Missing but required: {text}" in refused({"x": GOOD["x"]}, signature)


def test_outputs_wanted():
    assert check_outputs(SIGNATURE, []) == ["y", "z"]
    assert check_outputs(SIGNATURE, ["z"]) == ["z"]


@pytest.mark.parametrize("names", [["u"], ["y", "u"], ["y", "y"], ["u" * 10**6]])
def test_outputs_that_are_none(names):
    with pytest.raises(ServingError, match="output tensor alias") as caught:
        check_outputs(SIGNATURE, names)
    assert caught.value.code == Code.INVALID_ARGUMENT
    assert len(caught.value.message) < 500


def test_rows_of_a_batch():
    assert batch_rows(SIGNATURE, GOOD) == 2
    assert batch_rows(SIGNATURE, {**GOOD, "text": np.array([b""], object)}) == 0


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        ({"x": (2, 2)}, {"y": (None,)}),
        ({"x": (None, 2)}, {"y": ()}),
        ({"x": (None, 2)}, {"y": None}),
        ({"x": None}, {"y": (None,)}),
        ({}, {"y": (None,)}),
    ],
)
def test_signatures_that_cannot_be_batched(inputs, outputs):
    signature = Signature(
        "s",
        {name: TensorInfo(tf.float32, shape) for name, shape in inputs.items()},
        {name: TensorInfo(tf.float32, shape) for name, shape in outputs.items()},
    )
    assert not signature.batched
    arrays = {name: np.zeros((2, 2), "f") for name in inputs}
    assert batch_rows(signature, arrays) == 0


def test_definitions_with_sparse_tensors_are_refused():
    definition = SignatureDef()
    definition.inputs["x"].coo_sparse.values_tensor_name = "v:0"
    with pytest.raises(ValueError, match="dense tensors only. Received: x"):
        read_signature("s", definition, {})


def test_definition_with_unknown_sizes():
    definition = SignatureDef()
    definition.inputs["x"].name = "x:0"
    definition.inputs["x"].dtype = tf.int64.as_datatype_enum
    definition.inputs["x"].tensor_shape.dim.add(size=-1)
    definition.inputs["x"].tensor_shape.dim.add(size=4)
    definition.outputs["y"].name = "y:0"
    definition.outputs["y"].dtype = tf.string.as_datatype_enum
    definition.outputs["y"].tensor_shape.unknown_rank = True
    signature = read_signature("s", definition, {})
    assert signature.inputs == {"x": TensorInfo(tf.int64, (None, 4))}
    assert signature.outputs == {"y": TensorInfo(tf.string, None)}
