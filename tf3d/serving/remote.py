"""A model on a server, used as one in this process: `tf3d query`."""

from __future__ import annotations

from tf3d.prediction.reconstructor import Reconstructor
from tf3d.prediction.signature_networks import Arrays, network_of_signatures
from tf3d.prediction.voxel_reconstructor import VoxelReconstructor
from tf3d.serving.client import Client


def remote_network(
    client: Client,
    model: str,
    *,
    version: int | None = None,
    label: str | None = None,
) -> Reconstructor | VoxelReconstructor:
    """The model of a server, as `tf3d.load` gives one of this machine.

    Photos are framed and surfaces are fused here; the network runs there. The version
    that answers first answers to the end, so that a code is decoded by the network that
    made it.

    Example:

    ```python
    with Client("localhost:8500") as client:
        surface = remote_network(client, "multiview-cars").reconstruct("car.png")
    ```

    Args:
      client: of the server.
      model: its name there.
      version: of it; the newest that is available by default.
      label: of a version, instead of its number.

    Raises:
      RequestError: if the server is not reached, or has no such model.
      InputError: if the model is not one that `tf3d export` made.
    """
    if version is None:
        states = client.status(model, label=label)
        ready = [status.version for status in states if status.state == "AVAILABLE"]
        version = max(ready, default=None)
    signatures = client.signatures(model, version=version)
    shapes = {
        name: {key: info.shape for key, info in signature.inputs.items()}
        for name, signature in signatures.items()
    }

    def run(signature: str, inputs: Arrays) -> Arrays:
        return client.predict(model, inputs, signature=signature, version=version)

    return network_of_signatures(run, shapes, f"{model} at {client.address}")
