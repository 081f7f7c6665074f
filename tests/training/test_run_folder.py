import pytest
import yaml

from tf3d.errors import InputError
from tf3d.training.config import MultiViewConfig
from tf3d.training.run_folder import begin


def test_config_is_kept_as_it_is(tmp_path):
    config = MultiViewConfig(seed=3, batch_size=8)
    begin(tmp_path / "a" / "run", config)
    content = yaml.safe_load((tmp_path / "a" / "run" / "config.yaml").read_text())
    assert MultiViewConfig(**content) == config


def test_another_run_is_not_overwritten(tmp_path):
    (tmp_path / "checkpoint.npz").write_bytes(b"")
    with pytest.raises(InputError, match=f"--resume {tmp_path}"):
        begin(tmp_path, MultiViewConfig())
    assert not (tmp_path / "config.yaml").exists()
