"""The voxel paper's experiments by name; their work is imported when they run."""

from __future__ import annotations

from tf3d.reproduction.registry import Experiment

EXPERIMENTS: tuple[Experiment, ...] = ()
