import pytest

from tf3d.errors import InputError
from tf3d.training.config import (
    MultiViewConfig,
    PhaseConfig,
    config_path,
    read_config,
)


def write(tmp_path, text):
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    "name",
    [
        "multiview",
        "multiview-paper",
        "multiview-cars",
        "multiview-adversarial",
        "multiview-simple-rendering",
    ],
)
def test_shipped_configs_are_valid(name):
    config = read_config(name)
    assert config.total_steps > 1000
    assert read_config(f"{name}.yaml") == config


def test_papers_recipe():
    config = read_config("multiview-paper")
    objective = config.objective
    assert (objective.rgb, objective.chroma_weight) == ("squared", 1)
    assert (objective.depth_weight, objective.mask_weight) == (0.1, 0)
    (phase,) = config.phases
    assert (phase.rate, phase.warmup, phase.decay) == (1e-4, 0, 0)
    assert config.batch_size == 64
    assert config.data.target_light == "random" and not config.data.mirror


def test_ablations_differ_from_the_model_that_ships_in_one_thing():
    cars, simple = (
        read_config("multiview-cars"),
        read_config("multiview-simple-rendering"),
    )
    changed = {"input_light": "studio", "clutter": 0.0, "shift": 0, "tone": 0.0}
    assert simple == cars.model_copy(
        update={"data": cars.data.model_copy(update=changed)}
    )
    adversarial = read_config("multiview-adversarial").objective
    assert adversarial.adversarial_weight > 0
    assert cars.objective == adversarial.model_copy(update={"adversarial_weight": 0.0})


def test_defaults_without_a_file():
    assert read_config(None) == MultiViewConfig()


def test_file_and_settings(tmp_path):
    name = write(
        tmp_path,
        "model: multiview-mask\n"
        "data: {reuse: 4, sources: [{data: chairs}, {data: cars, share: 0.5}]}\n"
        "phases:\n  - {steps: 10, rate: 1e-3}\n  - {steps: 20}\n",
    )
    config = read_config(
        name,
        (
            "data.views=3",
            "data.sources.1.data=meshes",
            "phases.0.steps=500",
            "phases.1.rate=2e-4",
            "batch_size=1e2",
            "network.code_width=16",
            "network.depth_range=[-0.5, 0.5]",
            "data.mirror=false",
            "data.sources.0.split=null",
        ),
    )
    assert config.model == "multiview-mask"
    assert (config.data.reuse, config.data.views) == (4, 3)
    assert [source.data for source in config.data.sources] == ["chairs", "meshes"]
    assert [phase.steps for phase in config.phases] == [500, 20]
    # YAML takes 1e-3 for text: both ways of giving it must work.
    assert [phase.rate for phase in config.phases] == [1e-3, 2e-4]
    assert config.batch_size == 100
    assert config.network == {"code_width": 16, "depth_range": (-0.5, 0.5)}
    assert config.data.mirror is False
    assert config.total_steps == 520


def test_later_settings_win():
    assert read_config(None, ("seed=1", "seed=2")).seed == 2


def test_a_whole_section_can_be_set():
    config = read_config(None, ("phases=[{steps: 5}]", "data.sources=[{data: a}]"))
    assert config.total_steps == 5
    assert config.data.sources[0].data == "a"


def test_base_lies_under_the_file_and_is_left_alone(tmp_path):
    base = {"seed": 5, "batch_size": 7, "data": {"views": 3}}
    config = read_config(write(tmp_path, "seed: 6"), ("data.views=4",), base)
    assert (config.seed, config.batch_size, config.data.views) == (6, 7, 4)
    assert base == {"seed": 5, "batch_size": 7, "data": {"views": 3}}


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("steps=3", "unknown key 'steps'"),
        ("data.reusing=3", "unknown key 'data.reusing'"),
        ("phases=[{steps: 5, rates: 1}]", "unknown key 'phases.0.rates'"),
        ("phases=[{rate: 1}]", "missing key 'phases.0.steps'"),
        ("network.width=16", "unknown key 'network.width'"),
        ("network.dtype=float16", "unknown key 'network.dtype'"),
        ("network.code_width=wide", "'network.code_width': .*received 'wide'"),
        ("network.depth_range=[1]", "'network.depth_range"),
        ("batch_size=many", "'batch_size': .*integer.*received 'many'"),
        ("batch_size=0", "'batch_size': .*greater than 0.*received 0"),
        ("batch_size=1.5", "'batch_size': .*received 1.5"),
        ("data.clutter=2", "'data.clutter': .*less than or equal to 1"),
        ("data.livery=0.5", "'data': .*livery is for a view estimator"),
        ("data.letterbox=1", "'data': .*letterbox is for a view estimator"),
        ("data.mirror=perhaps", "'data.mirror': .*boolean"),
        ("data.target_light=sun", "'data.target_light': .*'studio' or 'random'"),
        ("objective.rgb=l1", "'objective.rgb': .*'squared' or 'euclidean'"),
        ("phases=[{steps: 5, image_size: 32}]", "'phases.0.image_size'"),
        ("model=multi", "'model': .*unknown model; choose multiview"),
    ],
)
def test_what_does_not_fit_is_named(setting, message):
    with pytest.raises(InputError, match=f"the settings: .*{message}"):
        read_config(None, (setting,))


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("seed", "Expected key=value. Received: 'seed'"),
        ("=3", "Expected key=value"),
        ("seed=[1", "'seed=\\[1': the value is not valid YAML"),
        ("seed.low=3", "'seed' holds a single value"),
        ("seed.low.lower=3", "'seed' holds a single value"),
        ("phases.1.steps=3", "a number below 1 instead of '1'"),
        ("phases.last.steps=3", "a number below 1 instead of 'last'"),
        ("phases.-1=3", "a number below 1 instead of '-1'"),
    ],
)
def test_settings_that_lead_nowhere(tmp_path, setting, message):
    name = write(tmp_path, "seed: 1\nphases: [{steps: 4}]\n")
    with pytest.raises(InputError, match=message):
        read_config(name, (setting,))


@pytest.mark.parametrize("setting", ["phases.0.steps=7", "data.sources.0.data=a"])
def test_lists_of_the_defaults_can_be_set(setting):
    config = read_config(None, (setting,))
    assert config.total_steps == 7 or config.data.sources[0].data == "a"
    assert len(config.phases) == len(config.data.sources) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n- b\n", "expected keys and values at the top"),
        ("seed: [1\n", "Cannot read the config"),
        ("seed: {low: 1}\n", r"config\.yaml: 'seed': .*integer"),
        ("sed: 1\nmodel: x\n", r"config\.yaml: .*unknown model.*; unknown key 'sed'"),
    ],
)
def test_bad_files(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_config(write(tmp_path, text))


def test_file_that_is_no_text(tmp_path):
    (tmp_path / "config.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="Cannot read the config"):
        read_config(str(tmp_path / "config.yaml"))


def test_empty_file_is_the_defaults(tmp_path):
    assert read_config(write(tmp_path, "# nothing\n")) == MultiViewConfig()


def test_missing_config():
    with pytest.raises(InputError, match="There is no config file nowhere"):
        read_config("nowhere")


def test_a_folder_does_not_hide_a_shipped_config(tmp_path, monkeypatch):
    (tmp_path / "multiview").mkdir()
    monkeypatch.chdir(tmp_path)
    assert config_path("multiview").name == "multiview.yaml"


def test_config_survives_its_own_file():
    config = read_config("multiview-cars", ("network.depth_range=[-1, 1]",))
    again = read_config(None, (), config.model_dump(mode="json"))
    assert again == config


@pytest.mark.parametrize("steps", [1, 10, 100, 1001, 80_000])
def test_with_steps_gives_as_many(steps):
    config = MultiViewConfig(
        phases=(
            PhaseConfig(steps=333, warmup=100, image_size=64),
            PhaseConfig(steps=333, rate=2e-4),
            PhaseConfig(steps=334),
        )
    )
    stretched = config.with_steps(steps)
    assert stretched.total_steps == max(steps, 3)
    assert stretched.phases[1].rate == 2e-4
    warmup = stretched.phases[0].warmup
    assert warmup == (100 if steps > 1000 else round(100 * steps / 1000))
