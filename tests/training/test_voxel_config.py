import pytest

from tf3d.errors import InputError
from tf3d.resources import resource_folder
from tf3d.training.voxel_config import VoxelConfig, read_voxel_config

SHIPPED = sorted(p.stem for p in resource_folder("configs").glob("voxels-*.yaml"))


def test_file_then_settings(tmp_path):
    path = tmp_path / "run.yaml"
    path.write_text("model: vae\npose: fixed\nsources: [{data: mnist, share: 2}]\n")
    config = read_voxel_config(
        str(path), ["rate=1e-4", "sources.0.data=shapes", "network.latent=2"]
    )
    assert (config.model, config.pose, config.rate) == ("vae", "fixed", 1e-4)
    assert config.sources[0].data == "shapes" and config.sources[0].share == 2
    assert config.network == {"latent": 2}


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("model=vae-128", "'model': value error, unknown model; choose vae, "),
        ("pose=guess", "'pose'"),
        ("steps=0", "'steps'"),
        ("speed=9", "unknown key 'speed'"),
        ("sources=[]", "'sources'"),
        ("rate", "Expected key=value"),
        ("novel_views.realism=-1", "'novel_views.realism'"),
        ("novel_views.agreement=1", "adversarial, amortized, hypotheses; not learned"),
        ("sources.4.data=x", "a number below 1"),
        ("sources.0.elevation=91", "'sources.0.elevation"),
        ("sources.0.elevation=[45,0]", "the lower elevation comes first; not 45, 0"),
    ],
)
def test_bad_settings(setting, message):
    base = {"sources": [{"data": "mnist"}]}
    with pytest.raises(InputError, match=message):
        read_voxel_config(None, [setting], base)


def test_elevations_of_a_source():
    base = {"sources": [{"data": "shapes"}]}
    one = read_voxel_config(None, ["sources.0.elevation=30"], base)
    assert one.sources[0].elevation == 30
    some = read_voxel_config(None, ["sources.0.elevation=[0,45]"], base)
    assert some.sources[0].elevation == (0, 45)


def test_with_steps_shrinks_the_warmup():
    config = VoxelConfig(steps=1000, warmup=100)
    assert config.with_steps(100).warmup == 10
    assert config.with_steps(5000).warmup == 100
    assert config.with_steps(7).total_steps == 7


def test_configs_ship():
    assert len(SHIPPED) >= 8


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_configs_are_valid_and_say_how(name):
    read_voxel_config(name)
    text = (resource_folder("configs") / f"{name}.yaml").read_text("utf-8")
    lines = text.splitlines()
    assert lines[0].startswith("# tf3d train --config " + name)
    assert any(line.startswith("# Cost: ") for line in lines[:4])
    assert any("Fig" in line or "Sec." in line for line in lines[:12])
