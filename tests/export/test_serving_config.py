"""Configuration files that TensorFlow Serving can parse."""

import pytest
from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    text_format,
)
from tensorflow_serving.config import model_server_config_pb2

from tf3d.errors import InputError
from tf3d.export.serving_config import (
    batching_config,
    models_config,
    write_serving_config,
)

# The official package leaves out the protobuf of batching parameters
# (tensorflow_serving/servables/tensorflow/session_bundle_config.proto): these are its
# fields as far as they are used, a wrapper message each where "value" stands.
WRAPPED = (
    "max_batch_size",
    "batch_timeout_micros",
    "max_enqueued_batches",
    "num_batch_threads",
)


@pytest.fixture(scope="module")
def batching_parameters():
    """The message type, made from its description."""
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="batching.proto", package="tests", syntax="proto3"
    )
    file.message_type.add(name="Wrapper").field.add(
        name="value", number=1, type=field.TYPE_INT64, label=field.LABEL_OPTIONAL
    )
    message = file.message_type.add(name="BatchingParameters")
    for number, name in enumerate(WRAPPED, 1):
        message.field.add(
            name=name,
            number=number,
            type=field.TYPE_MESSAGE,
            type_name=".tests.Wrapper",
            label=field.LABEL_OPTIONAL,
        )
    message.field.add(
        name="allowed_batch_sizes",
        number=6,
        type=field.TYPE_INT64,
        label=field.LABEL_REPEATED,
    )
    message.field.add(
        name="pad_variable_length_inputs",
        number=7,
        type=field.TYPE_BOOL,
        label=field.LABEL_OPTIONAL,
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(
        pool.FindMessageTypeByName("tests.BatchingParameters")
    )


@pytest.mark.parametrize("name", ["multiview-cars", 'odd "name"', "back\\slash"])
def test_models_config(name):
    config = text_format.Parse(
        models_config(name), model_server_config_pb2.ModelServerConfig()
    )
    (model,) = config.model_config_list.config
    assert model.name == name
    assert model.base_path == f"/models/{name}"
    assert model.model_platform == "tensorflow"
    assert model.model_version_policy.latest.num_versions == 2


def test_batching_config(batching_parameters):
    parameters = text_format.Parse(batching_config(), batching_parameters())
    sizes = list(parameters.allowed_batch_sizes)
    # TensorFlow Serving wants them to ascend, the last to be the largest batch.
    assert sizes == sorted(sizes) and sizes[-1] == parameters.max_batch_size.value
    assert all(getattr(parameters, name).value > 0 for name in WRAPPED)
    assert not parameters.pad_variable_length_inputs


def test_files(tmp_path):
    paths = write_serving_config(tmp_path / "cars", "cars")
    assert [path.name for path in paths] == ["models.config", "batching.config"]
    assert paths[0].read_text() == models_config("cars")
    assert paths[1].read_text() == batching_config()


def test_unwritable(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="Cannot write"):
        write_serving_config(tmp_path / "file", "cars")
