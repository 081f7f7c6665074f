import numpy as np
import pytest

from tf3d.errors import InputError
from tf3d.fusion import write_voxels


def read_binvox(path):
    """A reader by the format's description: https://www.patrickmin.com/binvox."""
    data = path.read_bytes()
    end = data.index(b"\ndata\n") + len(b"\ndata\n")
    lines = data[:end].decode("ascii").splitlines()
    assert lines[0] == "#binvox 1"
    header = {line.split()[0]: line.split()[1:] for line in lines[1:]}
    size = int(header["dim"][0])
    runs = np.frombuffer(data[end:], np.uint8).reshape(-1, 2)
    assert set(runs[:, 0]) <= {0, 1} and runs[:, 1].min() > 0
    values = np.repeat(runs[:, 0], runs[:, 1])
    assert len(values) == size**3
    grid = np.zeros((size,) * 3, bool)
    for index in np.flatnonzero(values):
        x, rest = divmod(int(index), size * size)
        z, y = divmod(rest, size)  # y runs fastest
        grid[x, y, z] = True
    return grid, header


@pytest.mark.parametrize("size", [3, 9])
def test_binvox(tmp_path, size):
    voxels = np.random.default_rng(0).random((size,) * 3)
    write_voxels(voxels, tmp_path / "a.binvox", 0.6)
    grid, header = read_binvox(tmp_path / "a.binvox")
    np.testing.assert_array_equal(grid, voxels >= 0.6)
    assert header["dim"] == [str(size)] * 3
    # The centre of voxel i is translate + scale (i + 1/2) / dim.
    assert [float(value) for value in header["translate"]] == [-0.5] * 3
    assert float(header["scale"][0]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.binvox"]


@pytest.mark.parametrize("value", [0, 1])
def test_long_runs(tmp_path, value):
    write_voxels(np.full((10, 10, 10), value), tmp_path / "a.BINVOX", 0.5)
    grid, _ = read_binvox(tmp_path / "a.BINVOX")
    assert (grid == bool(value)).all()
    body = (tmp_path / "a.BINVOX").read_bytes().split(b"\ndata\n", 1)[1]
    assert body == bytes((value, 255)) * 3 + bytes((value, 1000 - 3 * 255))


@pytest.mark.parametrize("shape", [(5, 5, 5), (5, 5, 5, 4)])
def test_npy(tmp_path, shape):
    voxels = np.random.default_rng(0).random(shape)
    write_voxels(voxels, tmp_path / "a.npy")
    read = np.load(tmp_path / "a.npy", allow_pickle=False)
    assert read.dtype == np.float32
    np.testing.assert_allclose(read, voxels, atol=1e-7)


def test_occupancy_of_colored_voxels(tmp_path):
    voxels = np.zeros((4, 4, 4, 4))
    voxels[1, 2, 3] = (0, 0, 0, 1)
    voxels[0, 0, 0] = (1, 1, 1, 0)
    write_voxels(voxels, tmp_path / "a.binvox")
    grid, _ = read_binvox(tmp_path / "a.binvox")
    assert np.argwhere(grid).tolist() == [[1, 2, 3]]


def test_bad_input(tmp_path):
    voxels = np.zeros((4, 4, 4))
    with pytest.raises(InputError, match=r"Use .npy, .binvox"):
        write_voxels(voxels, tmp_path / "a.vox")
    with pytest.raises(InputError, match="between 0 and 1"):
        write_voxels(voxels, tmp_path / "a.binvox", 1.5)
    with pytest.raises(ValueError, match="Expected voxels of shape"):
        write_voxels(voxels[0], tmp_path / "a.npy")
    assert list(tmp_path.iterdir()) == []
