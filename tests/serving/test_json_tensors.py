import json

import numpy as np
import pytest
import tensorflow as tf

from tf3d.serving.errors import Code, ServingError
from tf3d.serving.json_tensors import (
    decode_inputs,
    encode_outputs,
    parse_body,
    signature_name,
)
from tf3d.serving.signatures import Signature, TensorInfo


def signature(**dtypes):
    infos = {name: TensorInfo(dtype, None) for name, dtype in dtypes.items()}
    return Signature("serving_default", infos, {})


def decode(text, **dtypes):
    text = text if isinstance(text, str) else json.dumps(text)
    return decode_inputs(parse_body(text.encode()), signature(**dtypes))


def refused(text, code=Code.INVALID_ARGUMENT, **dtypes):
    with pytest.raises(ServingError) as caught:
        decode(text, **(dtypes or {"x": tf.float32}))
    assert caught.value.code == code
    assert len(caught.value.message) < 400
    return caught.value.message


def test_rows_of_one_input_need_no_name():
    inputs, rows = decode({"instances": [[1, 2.5], [3, 4]]}, x=tf.float32)
    assert rows
    assert inputs["x"].dtype == np.float32
    np.testing.assert_array_equal(inputs["x"], [[1, 2.5], [3, 4]])


def test_rows_with_names():
    rows = [{"x": [1, 2], "s": "a"}, {"x": [3, 4], "s": {"b64": "/w=="}}]
    inputs, _ = decode({"instances": rows}, x=tf.int64, s=tf.string)
    np.testing.assert_array_equal(inputs["x"], [[1, 2], [3, 4]])
    assert inputs["x"].dtype == np.int64
    assert inputs["s"].tolist() == [b"a", b"\xff"]


def test_columns():
    inputs, rows = decode({"inputs": [[1, 2]]}, x=tf.float32)
    assert not rows and inputs["x"].shape == (1, 2)
    inputs, _ = decode({"inputs": {"x": 7, "b": [True]}}, x=tf.uint8, b=tf.bool)
    assert inputs["x"].shape == () and inputs["x"].dtype == np.uint8
    assert inputs["b"].tolist() == [True]
    inputs, _ = decode({"inputs": {"b64": "YWI"}}, s=tf.string)
    assert inputs["s"].item() == b"ab"


def test_more_inputs_than_the_signature_has_do_not_matter_in_columns():
    assert set(decode({"inputs": {"x": [1], "y": [2]}}, x=tf.float32)[0]) == {"x"}


@pytest.mark.parametrize(
    ("value", "shape"),
    [([], (0,)), ([[], []], (2, 0)), ([[[1]], [[2]]], (2, 1, 1)), (3, ())],
)
def test_shapes(value, shape):
    assert decode({"inputs": value}, x=tf.float32)[0]["x"].shape == shape


@pytest.mark.parametrize("dtype", [tf.float16, tf.bfloat16, tf.float32, tf.float64])
def test_floats(dtype):
    text = '{"inputs": [1, 0.5, NaN, Infinity, -Infinity, 1e-3]}'
    array = decode(text, x=dtype)[0]["x"]
    assert array.dtype == dtype.as_numpy_dtype
    np.testing.assert_allclose(
        array.astype(np.float64), [1, 0.5, np.nan, np.inf, -np.inf, 1e-3], rtol=4e-3
    )


def test_signature_name():
    assert signature_name({}) == ""
    assert signature_name({"signature_name": "encode"}) == "encode"
    with pytest.raises(ServingError, match="must be a string"):
        signature_name({"signature_name": 3})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("{", "Parse error"),
        ('{"inputs": [1,]}', "Parse error"),
        ('{"inputs": 1} 2', "Parse error"),
        ("[1]", "Is not object"),
        ("3", "Is not object"),
        ("{}", "Missing 'inputs' or 'instances' key"),
        ('{"inputs": 1, "instances": [1]}', "only one of"),
        ('{"instances": 1}', "list/array"),
        ('{"instances": []}', "No values"),
        ('{"inputs": [1, [2]]}', "not of expected type"),
        ('{"inputs": [[1], 2]}', "side by side"),
        ('{"inputs": [[1], [2, 3]]}', "unexpected size"),
        ('{"inputs": "1"}', "not of expected type"),
        ('{"inputs": null}', "not of expected type"),
        ('{"inputs": true}', "not of expected type"),
        ('{"inputs": [1, true]}', "not of expected type"),
        ('{"inputs": {"b64": "AA=="}}', "not of expected type"),
        ('{"inputs": {"y": 1}}', "Missing named input: x"),
        ('{"instances": [{"y": 1}]}', "keys must be equal to: x"),
        ('{"instances": [{"x": 1}, 2]}', "Expecting object"),
        ('{"instances": [1, {"x": 2}]}', "not of expected type"),
        ('{"instances": [{"x": 1}, {}]}', "keys must be equal to: x"),
        ('{"inputs": 16777217}', "loss of precision"),
        ('{"inputs": 1e39}', "loss of precision"),
        ('{"inputs": 1e999}', "too big"),
        ('{"inputs": 1' + "0" * 400 + "}", "loss of precision"),
        ('{"inputs": ' + "9" * 5000 + "}", "Parse error"),
        ('{"inputs": ' + "[" * 200_000 + "]" * 200_000 + "}", "deep"),
        ('{"inputs": ' + "[" * 40 + "1" + "]" * 40 + "}", "32 dimensions"),
        ('{"inputs": "' + "a" * 100_000 + '"}', "aaa"),
    ],
)
def test_bad_requests(text, words):
    assert words in refused(text)


def test_text_that_is_not_utf8():
    with pytest.raises(ServingError, match="Parse error"):
        parse_body(b'{"inputs": "\xff"}')


@pytest.mark.parametrize(
    ("value", "dtype", "words"),
    [
        (1.0, tf.int32, "expected type: int32"),
        (2**31, tf.int32, "out of range"),
        (10**3000, tf.int64, "out of range"),
        (-1, tf.uint8, "out of range"),
        (1, tf.bool, "expected type: bool"),
        (1, tf.string, "expected type: string"),
        ({"b64": "!!"}, tf.string, "Unable to base64 decode"),
        ({"b64": "A"}, tf.string, "Unable to base64 decode"),
        ({"b64": "ä"}, tf.string, "Unable to base64 decode"),
        ([{"b64": 3}], tf.string, "base64"),
        ([{"b64": "AA==", "c": 1}], tf.string, "base64"),
        ("\ud800", tf.string, "half a character"),
        (70000, tf.float16, "loss of precision"),
    ],
)
def test_bad_values(value, dtype, words):
    assert words in refused({"inputs": value}, x=dtype)


def test_several_inputs_want_names():
    dtypes = {"x": tf.float32, "y": tf.float32}
    assert "multiple input tensors" in refused({"inputs": [1]}, **dtypes)
    assert "multiple input tensors" in refused({"instances": [1]}, **dtypes)
    assert "keys must be" in refused({"instances": [{"x": 1}]}, **dtypes)


def test_inputs_with_a_default_may_be_left_out():
    infos = {name: TensorInfo(tf.float32, None) for name in ("x", "y")}
    takes = Signature("s", infos, {}, {"y": np.float32(1)})

    def names(text):
        return sorted(decode_inputs(parse_body(text), takes)[0])

    assert names(b'{"instances": [1]}') == ["x"]
    assert names(b'{"instances": [{"x": 1}]}') == ["x"]
    assert names(b'{"instances": [{"x": 1, "y": 2}]}') == ["x", "y"]
    assert names(b'{"inputs": 1}') == ["x"]
    assert names(b'{"inputs": {"x": 1, "y": 2}}') == ["x", "y"]
    with pytest.raises(ServingError, match="keys must be equal"):
        names(b'{"instances": [{"x": 1}, {"x": 1, "y": 2}]}')


def test_a_type_that_json_does_not_have():
    refused({"inputs": 1}, Code.UNIMPLEMENTED, x=tf.complex64)


def test_a_single_output_has_no_name():
    array = np.array([[1, 2], [3, 4]], np.float32)
    assert encode_outputs({"y": array}, False) == b'{"outputs":[[1.0,2.0],[3.0,4.0]]}'
    text = encode_outputs({"y": array}, True)
    assert json.loads(text) == {"predictions": [[1, 2], [3, 4]]}
    assert encode_outputs({"y": np.float32(2)}, False) == b'{"outputs":2.0}'


def test_several_outputs_have_names():
    outputs = {"y": np.array([1, 2], np.int64), "z": np.array([[True], [False]])}
    assert json.loads(encode_outputs(outputs, True)) == {
        "predictions": [{"y": 1, "z": [True]}, {"y": 2, "z": [False]}]
    }
    assert json.loads(encode_outputs(outputs, False)) == {
        "outputs": {"y": [1, 2], "z": [[True], [False]]}
    }


def test_strings_and_bytes():
    strings = np.array([b'a"b', "ä".encode(), b"\xff\xfe"], object)
    assert json.loads(encode_outputs({"s": strings}, False)) == {
        "outputs": ['a"b', "ä", {"b64": "//4="}]
    }
    assert json.loads(encode_outputs({"s_bytes": strings[:1]}, True)) == {
        "predictions": [{"b64": "YSJi"}]
    }


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(), (3,), (7, 5), (3, 90, 70, 2), (0, 4), (2, 0)])
def test_floats_come_back_the_same(dtype, shape):
    array = np.random.default_rng(0).normal(size=shape).astype(dtype) * 1000
    array = np.asarray(array, dtype)
    if array.size > 1:
        array.flat[1] = 3
    back = json.loads(encode_outputs({"y": array}, False))["outputs"]
    np.testing.assert_array_equal(np.array(back, dtype).reshape(shape), array)


def test_numbers_that_json_does_not_have():
    array = np.array([np.nan, np.inf, -np.inf, 0.5, 2], np.float32)
    text = encode_outputs({"y": array}, False)
    assert text == b'{"outputs":[NaN, Infinity, -Infinity, 0.5, 2.0]}'


def test_whole_numbers_look_like_floats_also_in_exponents():
    array = np.array([1e20, -3, 1e-20, 0, 100000, 0.5, 123456789012], np.float64)
    values = encode_outputs({"y": array}, False).decode()[12:-2].split(",")
    assert [float(value) for value in values] == array.tolist()
    assert all("." in value or "e" in value for value in values)


def test_large_whole_numbers():
    array = np.array([2**63 - 1, -(2**63)], np.int64)
    assert json.loads(encode_outputs({"y": array}, True)) == {
        "predictions": [2**63 - 1, -(2**63)]
    }


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        ({}, "empty tensor map"),
        ({"y": np.float32(1)}, "no shape information"),
        ({"y": np.zeros(2), "z": np.zeros(3)}, "inconsistent batch size"),
        ({"y": np.zeros(2, np.complex64)}, "tensor type: complex64"),
    ],
)
def test_outputs_that_make_no_rows(outputs, words):
    with pytest.raises(ServingError, match=words):
        encode_outputs(outputs, True)
