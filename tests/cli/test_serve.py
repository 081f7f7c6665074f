import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request

import click.testing
import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from tf3d.cli.main import main
from tf3d.cli.serve import serve

CODE = "from tf3d.cli.main import main; main(prog_name='tf3d')"


def write_model(folder, factor):
    module = tf.Module()
    module.factor = tf.Variable(factor)
    module.scale = tf.function(
        lambda x: {"y": x * module.factor},
        input_signature=[tf.TensorSpec([None], tf.float32, "x")],
    )
    tf.saved_model.save(module, str(folder), signatures=module.scale)


class Process:
    """`tf3d serve` on ports of the system's choice."""

    def __init__(self, *arguments, **environment):
        command = [sys.executable, "-u", "-c", CODE, "serve", *map(str, arguments)]
        command += ["--grpc-port", "0", "--rest-port", "0"]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        self.lines = []
        # A server that says nothing is ended, or the next line would be waited for.
        watchdog = threading.Timer(120, self.process.kill)
        watchdog.start()
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if line.startswith("Ready"):
                break
        watchdog.cancel()
        text = "\n".join(self.lines)
        assert "Ready" in text, text + self.process.stderr.read()
        self.grpc = re.search(r"^gRPC (\S+)$", text, re.M)[1]
        self.rest = re.search(r"^REST (\S+)/v1/models$", text, re.M)[1]

    def end(self, number):
        """Sends a signal; the exit code, and what was printed since."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


def ask(address, model, values):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model
    request.inputs["x"].CopyFrom(tf.make_tensor_proto(np.float32(values)))
    with grpc.insecure_channel(address) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        response = stub.Predict(request, timeout=30)
    return tf.make_ndarray(response.outputs["y"]).tolist()


def test_killed_and_started_again(tmp_path):
    write_model(tmp_path / "models" / "doubling" / "1", 2.0)
    write_model(tmp_path / "models" / "tripling" / "7", 3.0)
    files = sorted((tmp_path / "models").rglob("*"))
    for end in (signal.SIGKILL, signal.SIGINT):
        server = Process(tmp_path / "models", "--label", "doubling:stable=1")
        assert "doubling version 1: available" in server.lines
        assert "tripling version 7: available" in server.lines
        assert server.grpc.startswith("127.0.0.1:")
        assert ask(server.grpc, "doubling", [1, 2]) == [2, 4]
        assert ask(server.grpc, "tripling", [1, 2]) == [3, 6]
        url = f"{server.rest}/v1/models/doubling/labels/stable:predict"
        body = json.dumps({"instances": [5]}).encode()
        with urllib.request.urlopen(url, body, timeout=30) as response:
            assert json.load(response) == {"predictions": [10.0]}
        code, out, err = server.end(end)
        if end == signal.SIGKILL:
            assert code == -signal.SIGKILL
        else:
            assert (code, out.split()) == (0, ["Draining.", "Stopped."]), err
    # Nothing was written beside the models.
    assert sorted((tmp_path / "models").rglob("*")) == files


def run(*arguments):
    return click.testing.CliRunner().invoke(main, ["serve", *map(str, arguments)])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "There is no model nowhere"),
        (["--versions", "newest"], "none of latest"),
        (["--versions", "latest:0"], "none of latest"),
        (["--label", "stable=1"], "is not MODEL:LABEL=VERSION"),
        (["--label", "cars:stable=x"], "is not MODEL:LABEL=VERSION"),
        (["--grpc-port", "70000"], "--grpc-port"),
        (["--tls-cert", __file__], "--tls-cert and --tls-key together"),
        (["--tls-client-ca", __file__], "--tls-cert and --tls-key together"),
        (["--tls-cert", "nowhere.pem"], "nowhere.pem"),
    ],
)
def test_mistakes(arguments, message):
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_tensorflow_is_not_loaded_before_its_kernels_are_chosen(tmp_path):
    code = (
        "import sys; import tf3d.kernels as kernels;"
        "kernels.prefer_onednn = lambda: sys.exit('tensorflow' in sys.modules);"
        "from tf3d.cli.main import main; main(prog_name='tf3d')"
    )
    command = [sys.executable, "-c", code, "serve", str(tmp_path), "--versions", "all"]
    assert subprocess.run(command, timeout=60).returncode == 0


def test_an_empty_folder(tmp_path):
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "holds nothing to serve" in result.output


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("latest", {"latest": 1}),
        ("latest:3", {"latest": 3}),
        ("all", {"all": True}),
        ("2,5", {"specific": frozenset({2, 5})}),
    ],
)
def test_versions(text, policy):
    from tf3d.serving.repository import VersionPolicy

    option = next(p for p in serve.params if p.name == "policy")
    assert option.type.convert(text, option, None) == VersionPolicy(**policy)


def test_labels():
    option = next(p for p in serve.params if p.name == "labels")
    convert = option.type.convert
    assert convert("cars:stable=3", option, None) == ("cars", "stable", 3)


def test_help_loads_no_tensorflow():
    code = (
        "import sys; from tf3d.cli.serve import serve;"
        "serve(['--help'], standalone_mode=False);"
        "assert 'tensorflow' not in sys.modules"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert "--grpc-port" in done.stdout
