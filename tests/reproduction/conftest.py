"""A small run and small pictures for experiments."""

import gzip
import json
import struct

import numpy as np
import pytest

from tf3d.reproduction.models import Models
from tf3d.reproduction.registry import Context, Experiment, Result

SIZE = 16


def save_idx(path, array):
    header = struct.pack(">HBB", 0, 8, array.ndim)
    header += struct.pack(f">{array.ndim}I", *array.shape)
    path.write_bytes(gzip.compress(header + array.astype(np.uint8).tobytes()))


def make_run(folder, objective, pose, data, **settings):
    """A run's folder with an untrained model that says what it was trained on."""
    from tf3d.models.voxels import VoxelAutoencoder

    folder.mkdir(parents=True)
    model = VoxelAutoencoder(
        image_size=SIZE,
        latent=3,
        pose=pose,
        texturizer=True,
        clip=objective == "mu-vae",
        encoder_width=8,
        decoder_widths=(8, 4),
        texturizer_width=12,
        **settings,
    )
    model.build()
    model.save(folder / "model.keras")
    sources = [{"data": name, "kinds": kinds} for name, kinds in data.items()]
    config = {"model": objective, "pose": pose, "sources": sources}
    (folder / "config.yaml").write_text(json.dumps(config))
    history = [{"step": 1, "mse": 0.2}, {"step": 9, "mse": 0.1}]
    (folder / "training.json").write_text(json.dumps({"history": history}))
    return folder


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    """A folder of two runs: a µ-VAE of learned pose, and an AAE of uniform pose."""
    folder = tmp_path_factory.mktemp("runs")
    data = {"mnist": None, "shapes": ["chairs", "cups"]}
    make_run(folder / "final", "mu-vae", "learned", data)
    make_run(folder / "other", "aae", "uniform", data)
    return folder


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """A folder with a small MNIST: bars at ten heights."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "mnist").mkdir()
    labels = np.arange(40) % 10
    images = np.zeros((40, 28, 28), np.uint8)
    for image, label in zip(images, labels):
        image[4 + 2 * label : 8 + 2 * label, 6:22] = 220
    for part in ("train", "t10k"):
        save_idx(folder / "mnist" / f"{part}-images-idx3-ubyte.gz", images)
        save_idx(folder / "mnist" / f"{part}-labels-idx1-ubyte.gz", labels)
    return folder


@pytest.fixture
def context(runs, pictures, tmp_path):
    def make(name="test", models=(str(runs),), **options):
        options = {"data_dir": pictures, "count": 16, **options}
        return Context(name, Models(models), tmp_path, **options)

    return make


@pytest.fixture
def experiment():
    """An experiment of a name that returns a result, or raises what it is given."""

    def make(name="one", **values):
        def run(context):
            if "error" in values:
                raise values["error"]
            found = {"sentence_paper": "p", "sentence_ours": "o", "same": True}
            return Result(context.name, **{**found, **values})

        return Experiment(name, f"Title of {name}", "Fig. 0", "nothing", run)

    return make
