import math

import pytest

from tf3d.training.config import PhaseConfig
from tf3d.training.schedules import learning_rate, position


def rates(**settings):
    phase = PhaseConfig(**{"steps": 100, "rate": 1e-3, **settings})
    return [learning_rate(phase, step) for step in range(phase.steps)]


def test_constant_as_in_the_paper():
    assert set(rates()) == {1e-3}


def test_linear_warmup():
    values = rates(warmup=10)
    assert values[:10] == pytest.approx([1e-4 * (step + 1) for step in range(10)])
    assert set(values[9:]) == {1e-3}


def test_cosine_decay():
    values = rates(decay=0.25)
    assert set(values[:76]) == {1e-3}
    for step in range(75, 100):
        share = (step - 75) / 25
        expected = 1e-3 * (1 + math.cos(math.pi * share)) / 2
        assert values[step] == pytest.approx(expected)
    assert 0 < values[-1] < 1e-5


def test_decay_of_the_whole_phase():
    values = rates(decay=1.0)
    assert values[0] == 1e-3
    assert values[50] == pytest.approx(5e-4)
    assert values == sorted(values, reverse=True)


def test_warmup_and_decay_may_meet():
    values = rates(warmup=60, decay=0.8)
    assert max(values) < 1e-3
    assert min(values) > 0


def test_after_the_end_nothing_is_learned():
    assert learning_rate(PhaseConfig(steps=10, decay=0.5), 10) == 0
    assert learning_rate(PhaseConfig(steps=10, decay=0.5), 15) == 0


def test_position_by_steps_or_by_the_clock():
    assert position(100, 30) == 30
    assert position(100, 30, seconds=1e6) == 30
    # A minute of four: a quarter.
    assert position(100, 10, seconds=60, minutes=4) == 25
    assert position(100, 30, seconds=60, minutes=4) == 30
    assert position(100, 30, seconds=900, minutes=4) == 100


def test_rates_between_steps():
    phase = PhaseConfig(steps=100, rate=1e-3, decay=0.5)
    assert learning_rate(phase, 74) > learning_rate(phase, 74.5)
    assert learning_rate(phase, 74.5) > learning_rate(phase, 75)
