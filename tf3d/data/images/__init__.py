"""Image sets for the voxel family: readers, renderings of shapes, mixed batches."""

from tf3d.data.images.combined import SHARES, Batches, default_shares
from tf3d.data.images.image_set import ImageSet
from tf3d.data.images.opening import COMBINED, NAMES, open_image_sets, open_images
from tf3d.data.images.orthographic import azimuths, render_orthographic

__all__ = [
    "COMBINED",
    "NAMES",
    "SHARES",
    "Batches",
    "ImageSet",
    "azimuths",
    "default_shares",
    "open_image_sets",
    "open_images",
    "render_orthographic",
]
