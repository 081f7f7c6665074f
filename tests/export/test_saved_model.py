"""SavedModels: whole or not there, the weights once, nothing random in them."""

import json

import keras
import pytest
import tensorflow as tf

from tf3d.errors import InputError
from tf3d.export import saved_model
from tf3d.export.saved_model import export_saved_model, versions
from tf3d.export.warm_up import WARM_UP_FILE

SIGNATURES = {
    "multiview": {"serving_default", "encode", "decode", "from_bytes", "from_bytes_at"},
    "voxels": {"serving_default", "encode", "decode", "render", "render_codes"},
}
FAMILIES = tuple(SIGNATURES)


@pytest.fixture(scope="module")
def loaded(exported):
    return {name: tf.saved_model.load(str(path)) for name, path in exported.items()}


def operations(function) -> set[str]:
    """Names of all operations, those of nested functions included."""
    graph = function.graph.as_graph_def()
    nodes = [*graph.node]
    for nested in graph.library.function:
        nodes += nested.node_def
    return {node.op for node in nodes}


def string_tensors(function) -> list[str]:
    """Names of operations with a string among their inputs or outputs."""
    graph = function.graph.as_graph_def()
    nodes = [*graph.node]
    for nested in graph.library.function:
        nodes += nested.node_def
    return [
        node.name
        for node in nodes
        for value in node.attr.values()
        if value.type == tf.string.as_datatype_enum
        or tf.string.as_datatype_enum in value.list.type
    ]


@pytest.mark.parametrize("family", FAMILIES)
def test_signatures(loaded, family):
    assert set(loaded[family].signatures) == SIGNATURES[family]


@pytest.mark.parametrize("family", FAMILIES)
def test_files_are_those_that_tensorflow_serving_looks_for(exported, family):
    folder = exported[family]
    assert folder.name == "1"
    names = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert {
        "saved_model.pb",
        "variables/variables.index",
        "assets.extra/tf_serving_warmup_requests",
    } < names
    assert [path.name for path in folder.parent.iterdir()] == ["1"]
    # Another user's server reads it.
    assert folder.stat().st_mode & 0o055 == 0o055
    assert json.loads((folder / "assets.extra/tf3d.json").read_text())["name"] == family


@pytest.mark.parametrize("family", FAMILIES)
def test_weights_are_in_it_once(exported, family, request):
    model = request.getfixturevalue(family)
    weights = sum(weight.nbytes for weight in model.get_weights())
    files = exported[family].rglob("variables.data*")
    assert sum(path.stat().st_size for path in files) < 1.05 * weights + 10_000


def test_the_graph_is_small_beside_the_weights(exported):
    assert (exported["multiview"] / "saved_model.pb").stat().st_size < 1_000_000
    assert (exported["multiview"] / WARM_UP_FILE).stat().st_size < 10_000


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_random_anywhere(loaded, family):
    for name, function in loaded[family].signatures.items():
        assert not [op for op in operations(function) if "Random" in op], name


@pytest.mark.parametrize("family", FAMILIES)
def test_no_strings_where_other_runtimes_run_it(loaded, family):
    for name, function in loaded[family].signatures.items():
        if not name.startswith("from_bytes"):
            assert string_tensors(function) == [], name
            assert not [op for op in operations(function) if "String" in op], name


def test_the_checks_find_strings_and_random_numbers(loaded):
    function = loaded["multiview"].signatures["from_bytes"]
    assert string_tensors(function)
    noise = tf.function(lambda: tf.random.normal((2,))).get_concrete_function()
    assert "RandomStandardNormal" in operations(noise)


@pytest.mark.parametrize("family", FAMILIES)
def test_batches_are_free(loaded, family):
    for function in loaded[family].signatures.values():
        _, inputs = function.structured_input_signature
        for spec in [*inputs.values(), *function.structured_outputs.values()]:
            assert spec.shape[0] is None


@pytest.fixture
def plain(monkeypatch):
    """Exports of one small function: tracing a network's takes seconds."""
    spec = tf.TensorSpec((None, 2), tf.float32, "images")
    function = tf.function(lambda images: {"codes": 2 * images})
    functions = {"encode": function.get_concrete_function(spec)}
    monkeypatch.setattr(saved_model, "signature_functions", lambda *_: functions)


def test_versions_count_on_and_are_not_overwritten(plain, multiview, tmp_path):
    out = tmp_path / "new" / "model"
    assert versions(out) == []
    (tmp_path / "new" / "model" / "7").mkdir(parents=True)
    (out / "notes").mkdir()
    assert export_saved_model(multiview, out, name="m") == out / "8"
    for version in (7, 8):
        with pytest.raises(InputError, match=f"{version} exists.*as 9"):
            export_saved_model(multiview, out, version, name="m")
    assert export_saved_model(multiview, out, 3, name="m") == out / "3"
    assert versions(out) == [3, 7, 8]


def test_two_at_once_take_two_numbers(plain, multiview, tmp_path, monkeypatch):
    """The number that was free is gone when the folder is ready."""
    save = saved_model._save

    def late(*arguments):
        save(*arguments)
        (tmp_path / "1").mkdir()

    monkeypatch.setattr(saved_model, "_save", late)
    assert export_saved_model(multiview, tmp_path, name="m") == tmp_path / "2"


def test_failure_leaves_nothing(plain, multiview, tmp_path, monkeypatch):
    def fail(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saved_model, "_describe", fail)
    with pytest.raises(InputError, match="No space left"):
        export_saved_model(multiview, tmp_path / "m", name="m")
    assert list((tmp_path / "m").iterdir()) == []


@pytest.mark.parametrize("version", [0, -1])
def test_bad_version(multiview, tmp_path, version):
    with pytest.raises(InputError, match="expected 1 or above"):
        export_saved_model(multiview, tmp_path, version, name="m")


def test_unwritable_folder(plain, multiview, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="Cannot write"):
        export_saved_model(multiview, tmp_path / "file" / "m", name="m")


def test_other_models_are_refused(tmp_path):
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    with pytest.raises(InputError, match="Sequential cannot be exported"):
        export_saved_model(model, tmp_path, name="m")
    assert list(tmp_path.iterdir()) == []


def test_other_backends_are_refused(multiview, tmp_path, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(InputError, match="KERAS_BACKEND=tensorflow"):
        export_saved_model(multiview, tmp_path, name="m")
