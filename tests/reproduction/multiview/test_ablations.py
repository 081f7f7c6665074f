"""Two models side by side, and what is said where the second is not trained."""

import dataclasses
import json
import shutil

import numpy as np
import pytest

from tf3d.geometry import orbit
from tf3d.rendering import render_views
from tf3d.reproduction.models import Models, read_facts
from tf3d.reproduction.multiview.ablations import noise
from tf3d.reproduction.registry import Context, NotPossible, experiments
from tf3d.shapes.primitives import box

NAMES = {"adversarial": "adversarial", "simple": "simple-rendering"}
CONFIGS = {
    "adversarial": {"objective": {"adversarial_weight": 0.1}},
    "simple": {"data": {"input_light": "studio"}},
    "usual": {"objective": {"rgb": "squared"}, "data": None},
}


@pytest.fixture
def run(ball_model, tmp_path):
    def make(recipe):
        folder = tmp_path / recipe
        shutil.copytree(ball_model, folder)
        (folder / "config.yaml").write_text(json.dumps(CONFIGS[recipe]))
        return folder

    return make


@pytest.mark.parametrize("recipe", list(CONFIGS))
def test_the_recipe_of_a_run(run, recipe):
    assert read_facts(run(recipe) / "model.keras").recipe == recipe


@pytest.mark.parametrize("recipe", list(NAMES))
def test_both_are_measured(run, tmp_path, recipe):
    models = Models([str(run(recipe)), str(run("usual"))])
    name = f"multiview-{NAMES[recipe]}"
    context = Context(name, models, tmp_path / "out", count=1)
    result = experiments()[name].run(context)
    first, second = result.numbers["usual"], result.numbers[recipe]
    assert first == second  # the same ball
    assert set(first) == {"plain", "clutter"}
    assert result.same is False
    assert result.notes[0] == f"Models: usual: usual, {recipe}: {recipe}."
    assert result.pictures[0].path.is_file()


@pytest.mark.parametrize("recipe", list(NAMES))
def test_not_trained_yet(run, tmp_path, recipe):
    context = Context("x", Models([str(run("usual"))]), tmp_path)
    with pytest.raises(NotPossible, match="none is trained yet"):
        experiments()[f"multiview-{NAMES[recipe]}"].run(context)


def test_noise_counts_where_the_truth_is_flat():
    truth = render_views(box((0, 0, 0), (0.6, 0.6, 0.6)), orbit(2), size=32)
    assert noise(truth, truth) < 0.005
    rng = np.random.default_rng(0)
    rgb = np.clip(truth.rgb + rng.normal(0, 0.1, truth.rgb.shape), 0, 1)
    speckled = dataclasses.replace(truth, rgb=rgb.astype(np.float32))
    assert noise(speckled, truth) > 0.05
