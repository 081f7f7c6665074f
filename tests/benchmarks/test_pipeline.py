"""The benchmark of the pipeline trains what `tf3d train` does."""

import importlib
import math
import pathlib
import sys

import pytest

from tf3d.training.config import read_config

FOLDER = pathlib.Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def pipeline(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    yield importlib.import_module("pipeline")
    sys.modules.pop("pipeline", None)


@pytest.mark.parametrize("name", ["multiview", "multiview-adversarial"])
def test_step_of_a_shipped_config(pipeline, name, capsys):
    config = read_config(name, ["network.code_width=8", "batch_size=2"])
    step = pipeline.make_training(config)
    assert "batch 2, 128 x 128" in capsys.readouterr().out
    assert math.isfinite(pool_terms(pipeline, config, step)["total"])


def pool_terms(pipeline, config, step):
    from tf3d.data.pool import ViewPool
    from tf3d.training.sources import open_renderers

    config = config.model_copy(
        update={"data": config.data.model_copy(update={"shapes": 2, "views": 2})}
    )
    render, _ = open_renderers(config, config.phases[-1], lambda line: None)
    pool = ViewPool(render, pipeline.pool_settings(config, 2.0, workers=0))
    try:
        pool.fill()
        return {name: float(value) for name, value in step(*pool.draw()).items()}
    finally:
        pool.close()
