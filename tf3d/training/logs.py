"""Scalars for TensorBoard, where TensorFlow is."""

from __future__ import annotations

import os
import pathlib

import keras

from tf3d.training.progress import Progress


class ScalarLog:
    """Writes the progress of a run where TensorBoard finds it.

    Args:
      folder: of the event files.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self._writer = None
        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            self._tf = tf
            self._writer = tf.summary.create_file_writer(os.fspath(folder))

    def write(self, report: Progress, rate: float) -> None:
        """One report, and the learning rate of its last step."""
        if self._writer is None:
            return
        values = {
            **{f"loss/{name}": value for name, value in report.terms.items()},
            **{f"held_out/{name}": v for name, v in (report.held_out or {}).items()},
            "speed/samples_per_second": report.samples_per_second,
            **{f"speed/{name}": value for name, value in report.speeds.items()},
            "rate": rate,
        }
        with self._writer.as_default(step=report.step):
            for name, value in values.items():
                self._tf.summary.scalar(name, value)
        self._writer.flush()
