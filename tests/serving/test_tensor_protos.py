import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto

from tf3d.serving.errors import Code, ServingError
from tf3d.serving.tensor_protos import to_array, to_proto

DTYPES = [
    *("float16", "float32", "float64", "bool", "complex64", "complex128"),
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    ml_dtypes.bfloat16,
]


def proto(dtype=tf.float32, shape=(), **fields):
    result = TensorProto(dtype=dtype.as_datatype_enum, **fields)
    for size in shape:
        result.tensor_shape.dim.add(size=size)
    return result


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (0, 3), (1, 1, 1)])
def test_there_and_back_and_as_tensorflow_reads_it(dtype, shape):
    count = int(np.prod(shape))
    array = (np.arange(count) * 37 % 100).reshape(shape).astype(dtype)
    sent = to_proto(array)
    for read in (to_array(sent, "x"), tf.make_ndarray(sent)):
        assert read.dtype == array.dtype
        np.testing.assert_array_equal(read, array)
    for written in (tf.make_tensor_proto(array), sent):
        np.testing.assert_array_equal(to_array(written, "x"), array)


def test_negative_and_large_integers():
    array = np.array([-(2**63), 2**63 - 1, 0])
    np.testing.assert_array_equal(to_array(to_proto(array), "x"), array)
    np.testing.assert_array_equal(
        to_array(to_proto(np.int8([-128, 127])), "x"), [-128, 127]
    )


def test_answers_list_their_values_as_tensorflow_serving():
    assert list(to_proto(np.array([1.5, 2], np.float32)).float_val) == [1.5, 2]
    assert list(to_proto(np.array([3, 4], np.int64)).int64_val) == [3, 4]
    assert list(to_proto(np.array([True, False])).bool_val) == [True, False]
    # A list longer than one byte's length prefix.
    assert list(to_proto(np.arange(300.0)).double_val) == list(np.arange(300.0))


def test_shapes_and_types_seen_before():
    for dtype in (np.float32, np.float64, np.float32):
        for array in (np.zeros((2, 3), dtype), np.ones((3, 2), dtype)):
            read = tf.make_ndarray(to_proto(array))
            assert read.dtype == dtype
            np.testing.assert_array_equal(read, array)


def test_transposed_arrays_are_written_in_their_order():
    array = np.arange(6, dtype=np.float32).reshape(2, 3).T
    np.testing.assert_array_equal(tf.make_ndarray(to_proto(array)), array)


def test_strings_with_any_bytes():
    array = np.array([[b"a\0b\xff", b""], [b"c", b"\0"]], object)
    np.testing.assert_array_equal(to_array(to_proto(array), "x"), array)
    np.testing.assert_array_equal(tf.make_ndarray(to_proto(array)), array)
    scalar = to_array(tf.make_tensor_proto(b"abc"), "x")
    assert scalar.shape == () and scalar[()] == b"abc"


def test_content_is_not_copied():
    sent = tf.make_tensor_proto(np.ones((4, 4), np.float32))
    assert to_array(sent, "x").base is not None


def test_the_last_value_fills_the_rest_as_in_tensorflow():
    for values in ([7.0], [1.0, 2.0]):
        sent = proto(tf.float32, (2, 3), float_val=values)
        np.testing.assert_array_equal(to_array(sent, "x"), tf.make_ndarray(sent))


def test_any_byte_is_a_boolean():
    sent = proto(tf.bool, (3,), tensor_content=b"\x00\x02\x01")
    np.testing.assert_array_equal(to_array(sent, "x"), [False, True, True])


@pytest.mark.parametrize(
    "bad",
    [
        proto(tf.float32, (10**9,), float_val=[1.0]),
        proto(tf.float32, (10**9, 10**9, 10**9), float_val=[1.0]),
        proto(tf.float32, (2**62, 0), float_val=[]),
        proto(tf.float32, (-1,), float_val=[1.0]),
        proto(tf.float32, (-2, -3), float_val=[1.0] * 6),
        proto(tf.float32, (2,), float_val=[1.0] * 3),
        proto(tf.float32, (2,)),
        proto(tf.float32, (2,), double_val=[1.0, 2.0]),
        proto(tf.float32, (2,), tensor_content=b"\0" * 7),
        proto(tf.float32, (2,), tensor_content=b"\0" * 12),
        proto(tf.float32, (10**12,), tensor_content=b"\0" * 4),
        proto(tf.float32, (1,) * 300, float_val=[1.0]),
        proto(tf.int8, (1,), int_val=[300]),
        proto(tf.uint8, (1,), int_val=[-1]),
        proto(tf.float16, (1,), half_val=[70_000]),
        proto(tf.complex64, (1,), scomplex_val=[1.0]),
        proto(tf.string, (2,), string_val=[b"a"] * 3),
        proto(tf.string, (10**9,), string_val=[b"a"]),
        proto(tf.string, (1,), tensor_content=b"\x01a"),
        proto(tf.resource, ()),
        proto(tf.variant, ()),
        proto(tf.qint8, (1,), int_val=[1]),
        TensorProto(),
        TensorProto(dtype=9999),
        TensorProto(dtype=101, float_val=[1.0]),
    ],
    ids=repr,
)
def test_contradictions(bad):
    with pytest.raises(ServingError, match="tensor parsing error: x ") as caught:
        to_array(bad, "x")
    assert caught.value.code == Code.INVALID_ARGUMENT


def test_unknown_rank():
    bad = proto(tf.float32, (), float_val=[1.0])
    bad.tensor_shape.unknown_rank = True
    with pytest.raises(ServingError, match="unknown rank"):
        to_array(bad, "x")


def test_dtypes_that_cannot_be_sent():
    with pytest.raises(ServingError) as caught:
        to_proto(np.zeros(2, "M8[s]"))
    assert caught.value.code == Code.UNIMPLEMENTED
