import errno
import json
import os

import keras
import numpy as np
import pytest

from tf3d.errors import InputError
from tf3d.training.checkpoints import load_checkpoint, read_state, save_checkpoint

STATE = {"phase": 1, "phase_step": 250, "history": [{"step": 5, "rgb": 0.1}]}


def make(seed=0, units=4):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.layers.Dense(units)])
    model.build((None, 3))
    optimizer = keras.optimizers.Adam(1e-3)
    optimizer.build(model.trainable_variables)
    return model, optimizer


def train(model, optimizer, steps=2):
    rng = np.random.default_rng(0)
    for _ in range(steps):
        gradients = [
            keras.ops.convert_to_tensor(rng.normal(size=v.shape).astype(np.float32))
            for v in model.trainable_variables
        ]
        optimizer.apply(gradients, model.trainable_variables)


@pytest.fixture
def saved(tmp_path):
    model, optimizer = make()
    train(model, optimizer)
    save_checkpoint(tmp_path, model, optimizer, STATE)
    return tmp_path, model, optimizer


def test_round_trip(saved):
    folder, model, optimizer = saved
    assert read_state(folder) == STATE
    other, fresh = make(seed=1)
    load_checkpoint(folder, other, fresh)
    for left, right in zip(
        [*model.variables, *optimizer.variables],
        [*other.variables, *fresh.variables],
        strict=True,
    ):
        np.testing.assert_array_equal(left, right)
    # Both go on alike: the optimiser's moments came, too.
    train(model, optimizer)
    train(other, fresh)
    np.testing.assert_array_equal(model.get_weights()[0], other.get_weights()[0])


def test_model_without_its_optimizer(saved):
    folder, model, _ = saved
    other, _ = make(seed=1)
    load_checkpoint(folder, other)
    np.testing.assert_array_equal(model.get_weights()[0], other.get_weights()[0])


def test_a_checkpoint_replaces_the_last(saved):
    folder, model, optimizer = saved
    save_checkpoint(folder, model, optimizer, {"phase": 2})
    assert read_state(folder) == {"phase": 2}
    assert [path.name for path in folder.iterdir()] == ["checkpoint.npz"]


def test_a_full_disk_leaves_the_last_checkpoint(saved, monkeypatch):
    folder, model, optimizer = saved

    def fail(path, **arrays):
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(InputError, match=r"checkpoint\.npz: No space left on device"):
        save_checkpoint(folder, model, optimizer, {"phase": 2})
    assert read_state(folder) == STATE
    assert [path.name for path in folder.iterdir()] == ["checkpoint.npz"]


def test_no_checkpoint(tmp_path):
    with pytest.raises(InputError, match="holds no checkpoint.npz: nothing to resume"):
        read_state(tmp_path)


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04 cut off"])
def test_what_is_no_checkpoint(tmp_path, content):
    (tmp_path / "checkpoint.npz").write_bytes(content)
    with pytest.raises(InputError, match=r"checkpoint\.npz is damaged: "):
        read_state(tmp_path)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.9])
def test_damage_anywhere(saved, share):
    folder, model, optimizer = saved
    path = folder / "checkpoint.npz"
    content = bytearray(path.read_bytes())
    place = int(len(content) * share)
    content[place : place + 100] = bytes(b ^ 0xFF for b in content[place : place + 100])
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"checkpoint\.npz is damaged: "):
        read_state(folder)
        load_checkpoint(folder, model, optimizer)


def test_checkpoint_without_a_state(tmp_path):
    np.savez(tmp_path / "checkpoint.npz", other=np.zeros(3))
    with pytest.raises(InputError, match="is damaged: .*state"):
        read_state(tmp_path)
    state = np.frombuffer(json.dumps(STATE).encode()[:-5], np.uint8)
    np.savez(tmp_path / "checkpoint.npz", state=state)
    with pytest.raises(InputError, match="is damaged"):
        read_state(tmp_path)


def test_another_network(saved):
    folder, _, _ = saved
    with pytest.raises(InputError, match="another network.*does not fit"):
        load_checkpoint(folder, *make(units=5))
    deeper = keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(2)])
    deeper.build((None, 3))
    with pytest.raises(InputError, match="another network"):
        load_checkpoint(folder, deeper)
