"""Serving SavedModels with the protocol of TensorFlow Serving, and asking for them."""
