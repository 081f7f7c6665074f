"""Keras' Adam, with one kernel a variable where TensorFlow has it."""

from __future__ import annotations

from typing import Any

import keras


class FusedAdam(keras.optimizers.Adam):
    """The same updates and the same state as `keras.optimizers.Adam`.

    Keras writes Adam as a dozen operations on each variable; on CPU TensorFlow's own
    kernel reads and writes the memory once. Other backends compile Keras' version.
    """

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Updates one variable, its momentum and its velocity."""
        if keras.backend.backend() != "tensorflow" or self.amsgrad:
            super().update_step(gradient, variable, learning_rate)
            return
        import tensorflow as tf

        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, tf.float32)
        tf.raw_ops.ResourceApplyAdam(
            var=_handle(variable),
            m=_handle(self._momentums[index]),
            v=_handle(self._velocities[index]),
            beta1_power=tf.pow(self.beta_1, step),
            beta2_power=tf.pow(self.beta_2, step),
            lr=tf.cast(learning_rate, tf.float32),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.cast(gradient, tf.float32),
        )


def _handle(variable: Any) -> Any:
    """The resource of a Keras or a TensorFlow variable."""
    return getattr(variable, "_value", variable).handle
