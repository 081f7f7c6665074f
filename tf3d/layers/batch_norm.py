"""Keras' batch normalisation, with one kernel where TensorFlow has it."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


# The name is Keras' own on purpose: weight files hold it, and stay the same.
@keras.saving.register_keras_serializable(package="tf3d")
class BatchNormalization(keras.layers.BatchNormalization):
    """The same outputs, averages and weights as `keras.layers.BatchNormalization`.

    Keras writes the normalisation of a training batch as a dozen operations, each of
    which goes through the whole array, and as many for the gradient. TensorFlow's own
    kernel takes two passes. Other backends, other axes than the last, masks and
    float64 take Keras' way; so does a network in use.

    Example:

    >>> BatchNormalization()(keras.ops.ones((2, 7, 7, 7, 8)), training=True).shape
    TensorShape([2, 7, 7, 7, 8])
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        if not (training and self.trainable and self._fits(inputs, mask)):
            return super().call(inputs, training=training, mask=mask)
        import tensorflow as tf

        shape, channels = tf.shape(inputs), inputs.shape[-1]
        rows = tf.reshape(inputs, (-1, 1, 1, channels))
        count = tf.cast(tf.shape(rows)[0], tf.float32)
        zeros, ones = tf.zeros([channels]), tf.ones([channels])
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=rows,
            scale=tf.convert_to_tensor(self.gamma) if self.scale else ones,
            offset=tf.convert_to_tensor(self.beta) if self.center else zeros,
            mean=[],
            variance=[],
            epsilon=self.epsilon,
            is_training=True,
        )
        # The kernel divides by count - 1, Keras by count.
        variance *= (count - 1) / count
        for average, value in (
            (self.moving_mean, mean),
            (self.moving_variance, variance),
        ):
            average.assign(
                average * self.momentum + tf.stop_gradient(value) * (1 - self.momentum)
            )
        return ops.reshape(outputs, shape)

    def _fits(self, inputs: Any, mask: Any) -> bool:
        """Whether TensorFlow's kernel computes just this."""
        dtype = keras.backend.standardize_dtype(inputs.dtype)
        return (
            keras.backend.backend() == "tensorflow"
            and mask is None
            and dtype in ("float32", "bfloat16", "float16")
            and dtype == self.compute_dtype
            and self.axis in (-1, len(inputs.shape) - 1)
            and not self.synchronized
            and not self.renorm
        )
