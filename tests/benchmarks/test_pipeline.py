"""The benchmark of the pipeline trains what `tf3d train` does."""

import math

import pytest

from tf3d.training.config import read_config


@pytest.fixture
def pipeline(benchmark_module):
    return benchmark_module("pipeline")


@pytest.mark.parametrize("name", ["multiview", "multiview-adversarial"])
def test_step_of_a_shipped_config(pipeline, name, capsys):
    config = read_config(name, ["network.code_width=8", "batch_size=2"])
    step = pipeline.make_training(config)
    assert "batch 2, 128 x 128" in capsys.readouterr().out
    render, draw = opened(pipeline, config)
    assert math.isfinite(float(step(*draw())["total"]))
    clock = pipeline.Clock()
    pipeline.render_piecewise(render, 0, clock)
    assert "view: rasterise" in clock.seconds


def opened(pipeline, config):
    from tf3d.data.pool import ViewPool
    from tf3d.training.sources import open_renderers

    data = config.data.model_copy(update={"shapes": 2, "views": 2})
    config = config.model_copy(update={"data": data})
    render, _ = open_renderers(config, config.phases[-1], lambda line: None)
    pool = ViewPool(render, pipeline.pool_settings(config, 2.0, workers=0))
    pool.fill()
    return render, pool.draw
