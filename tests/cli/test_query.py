import json
import pathlib

import keras
import numpy as np
import PIL.Image
import pytest
import tensorflow as tf
import trimesh
from click.testing import CliRunner

from tf3d.cli.main import main
from tf3d.export.saved_model import export_saved_model
from tf3d.prediction.pictures import read_depth
from tf3d.serving.core import ModelServer
from tf3d.serving.grpc_service import GrpcOptions, GrpcServer
from tf3d.serving.repository import Repository


class BallSignatures(tf.Module):
    """The ball's network behind a multi-view model's signatures."""

    def __init__(self, ball):
        super().__init__()
        self._ball = [ball]

    @tf.function(
        input_signature=[tf.TensorSpec([None, 128, 128, 3], tf.float32, "images")]
    )
    def encode(self, images):
        return {"codes": self._ball[0].encode(images)}

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, 3], tf.float32, "codes"),
            tf.TensorSpec([None, None, 3], tf.float32, "viewpoints"),
        ]
    )
    def decode(self, codes, viewpoints):
        shape = tf.shape(viewpoints)[:2]
        repeated = tf.repeat(codes, shape[1], axis=0)
        views = self._ball[0].decode(repeated, tf.reshape(viewpoints, (-1, 3)))
        views = {
            key: tf.reshape(value, tf.concat([shape, tf.shape(value)[1:]], 0))
            for key, value in views.items()
        }
        return {**views, "mask": views["alpha"] >= 0.5}


@pytest.fixture(scope="module")
def server(ball_model, voxel_model, tmp_path_factory):
    """A server's address: with the ball, the voxel model, and something else."""
    folder = tmp_path_factory.mktemp("served")
    ball = BallSignatures(keras.models.load_model(ball_model / "model.keras"))
    tf.saved_model.save(
        ball,
        str(folder / "ball" / "1"),
        {"encode": ball.encode, "decode": ball.decode},
    )
    voxels = keras.models.load_model(voxel_model / "model.keras")
    export_saved_model(voxels, folder / "small-voxels", name="small-voxels")
    tf.saved_model.save(ball, str(folder / "other" / "1"), {"encode": ball.encode})
    core = ModelServer(
        Repository(
            {name: [folder / name] for name in ("ball", "small-voxels", "other")}
        )
    )
    core.start()
    grpc = GrpcServer(core, GrpcOptions(port=0))
    grpc.start()
    yield f"127.0.0.1:{grpc.port}"
    grpc.stop(0)
    core.stop(5)


@pytest.fixture
def call(server, tmp_path, monkeypatch):
    """Runs a command in an empty folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def call(command, *arguments):
        arguments = [str(argument) for argument in arguments]
        if command == "query" and "--server" not in arguments:
            arguments += ["--server", server]
        return CliRunner().invoke(main, [command, *arguments])

    return call


def check_error(result, *words):
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in result.stderr
    assert not list(pathlib.Path.cwd().iterdir())


def same_picture(first, second):
    pictures = [np.asarray(PIL.Image.open(path), np.int32) for path in (first, second)]
    assert np.abs(pictures[0] - pictures[1]).max() <= 1


def test_the_same_views_and_mesh_as_predict(call, ball_model, car_picture):
    asked = (car_picture, "--views", 3, "--elevation", 10, "--viewpoint", "20,5,1.9")
    local = call(
        *("predict", *asked, "--model", ball_model),
        *("--images", "a", "--mesh", "a.ply", "--cloud", "a-cloud.ply"),
    )
    remote = call(
        *("query", *asked, "--model", "ball"),
        *("--images", "b", "--mesh", "b.ply", "--cloud", "b-cloud.ply"),
    )
    assert (local.exit_code, remote.exit_code) == (0, 0), remote.output
    assert "ball at 127.0.0.1" in remote.stdout and "fused" in remote.stdout
    assert json.loads(pathlib.Path("a/views.json").read_text()) == json.loads(
        pathlib.Path("b/views.json").read_text()
    )
    same_picture("a/00-rgb.png", "b/00-rgb.png")
    same_picture("a/00-mask.png", "b/00-mask.png")
    np.testing.assert_allclose(
        read_depth("a/00-depth.png"), read_depth("b/00-depth.png"), atol=2e-4
    )
    for name in ("ply", "-cloud.ply"):
        dot = "" if name[0] == "-" else "."
        a, b = (trimesh.load(f"{x}{dot}{name}", process=False) for x in "ab")
        assert len(a.vertices) == len(b.vertices)
        np.testing.assert_allclose(a.vertices, b.vertices, atol=1e-5)


def test_the_same_voxels_as_predict(call, voxel_model, digit):
    # A bar is its own mirror image: seen from azimuths 180° apart it fits as well, and
    # the last bit would choose. With a serif it is not.
    with PIL.Image.open(digit) as bar:
        one = np.array(bar)
    one[6:10, 10:14] = 250
    PIL.Image.fromarray(one).save(digit)
    outputs = ("--voxels", "{}.npy", "--images", "{}", "--views", 3)
    for command, name in (("predict", "a"), ("query", "b")):
        model = voxel_model if command == "predict" else "small-voxels"
        places = [str(place).format(name) for place in outputs]
        result = call(command, digit, "--model", model, *places)
        assert result.exit_code == 0, result.output
    np.testing.assert_allclose(np.load("a.npy"), np.load("b.npy"), atol=1e-5)
    for picture in ("input", "00-rgb", "02-projection"):
        same_picture(f"a/{picture}.png", f"b/{picture}.png")
    sources = [json.loads(pathlib.Path(x, "views.json").read_text()) for x in "ab"]
    assert sources[0]["views"] == sources[1]["views"]
    for angle in ("azimuth", "elevation"):
        assert sources[0]["input"][angle] == pytest.approx(
            sources[1]["input"][angle], abs=0.02
        )


def test_json(call, car_picture):
    result = call("query", car_picture, "--model", "ball", "--images", "a", "--json")
    assert result.exit_code == 0, result.output
    record = json.loads(result.stdout)
    assert record["model"].startswith("ball at 127.0.0.1")
    assert record["images"][0]["written"] == ["a"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--model", "nobody"), "nobody"),
        (("--model", "ball", "--version", 7), "7"),
        (("--model", "ball", "--label", "new"), "new"),
        (("--model", "ball", "--label", "new", "--version", 1), "--label"),
        (("--model", "other"), "tf3d export"),
        (("--model", "ball", "--voxels", "a.npy"), "--voxels"),
        (("--model", "small-voxels", "--cloud", "a.ply"), "--cloud"),
        (("--server", "localhost"), "HOST:PORT"),
        (("--server", "127.0.0.1:1", "--timeout", 2), "127.0.0.1:1"),
        (("--tls-ca", "none.pem"), "none.pem"),
        (("--tls-cert", "none.pem"), "--tls-key"),
        (("--mesh", "a.xyz"), "unknown extension"),
    ],
)
def test_errors(call, car_picture, arguments, words):
    check_error(call("query", car_picture, *arguments), words)


def test_a_picture_that_is_none_is_found_before_the_server_is_asked(call, tmp_path):
    path = tmp_path / "text.png"
    path.write_text("no picture")
    result = call("query", path, "--server", "127.0.0.1:1")
    check_error(result, "no picture that can be read")
