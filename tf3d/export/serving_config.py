"""Configuration files of TensorFlow Serving, as text protobufs."""

from __future__ import annotations

import pathlib

from tf3d.files import replacing

MODELS_FILE = "models.config"
BATCHING_FILE = "batching.config"
MOUNT = "/models"  # where the official image looks for models
MAX_BATCH = 32
SIZES = (1, 2, 4, 8, 16, MAX_BATCH)  # batches are padded to these: few shapes to plan


def models_config(name: str) -> str:
    """A `ModelServerConfig` with one model, of which two versions stay loaded.

    Args:
      name: of the model, and of its folder in /models.
    """
    # Names of folders may hold quotes.
    quoted, path = (
        '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for text in (name, f"{MOUNT}/{name}")
    )
    return f"""\
# --model_config_file=.../{MODELS_FILE}; several models: one `config {{ }}` for each.
model_config_list {{
  config {{
    name: {quoted}
    base_path: {path}
    model_platform: "tensorflow"
    model_version_policy {{ latest {{ num_versions: 2 }} }}
  }}
}}
"""


def batching_config() -> str:
    """`BatchingParameters`, for a few cores."""
    sizes = "\n".join(f"allowed_batch_sizes: {size}" for size in SIZES)
    return f"""\
# --enable_batching --batching_parameters_file=.../{BATCHING_FILE}
# Requests of one signature run together. All must ask for equally many viewpoints.
max_batch_size {{ value: {MAX_BATCH} }}
batch_timeout_micros {{ value: 2000 }}
max_enqueued_batches {{ value: 100 }}
num_batch_threads {{ value: 4 }}
{sizes}
# Padding would give a request with fewer viewpoints more views than it asked for.
pad_variable_length_inputs: false
"""


def write_serving_config(out: pathlib.Path, name: str) -> list[pathlib.Path]:
    """Writes both files into a model's base folder.

    Args:
      out: the base folder, where its versions are.
      name: to serve the model under.

    Returns:
      The paths.

    Raises:
      InputError: if a file cannot be written.
    """
    contents = {MODELS_FILE: models_config(name), BATCHING_FILE: batching_config()}
    for file, content in contents.items():
        with replacing(out / file) as temporary:
            temporary.write_text(content, encoding="utf-8")
    return [out / file for file in contents]
