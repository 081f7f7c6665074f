"""The files that a mesh file names: materials and textures, wherever they lie."""

from __future__ import annotations

import pathlib
import re
import urllib.parse

import numpy as np

# Where exporters and simulators put pictures, seen from the mesh's folder. Gazebo keeps
# them in `materials/textures` beside the folder of the meshes, ShapeNet in `images`.
_FOLDERS = (
    "",
    "textures",
    "Textures",
    "images",
    "../materials/textures",
    "../textures",
    "../Textures",
    "../images",
    "..",
)
MAX_TEXTURE = 512


class Assets:
    """Finds the files that a mesh file names; speaks trimesh's resolver interface.

    Args:
      path: the mesh file.

    Attributes:
      missing: the names that could not be found.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self.folder = path.resolve().parent
        self.file_name = path.name
        self.missing: list[str] = []

    def find(self, name: str) -> pathlib.Path | None:
        """The file that `name` means, or None.

        Args:
          name: as written in the mesh: a path with either slash, a `file://` or
            `model://` address, perhaps with map options before it.
        """
        name = urllib.parse.unquote(name.strip().strip("\"'")).replace("\\", "/")
        name = re.sub(r"^(file|model|package)://", "", name)
        # Options such as "-s 1 1 1" or "-clamp on" come before a file's name.
        words = name.split()
        last = words[-1] if words else ""
        for candidate in dict.fromkeys((name, last)):
            base = candidate.rsplit("/", 1)[-1]
            tries = [self.folder / candidate, self.folder / "../.." / candidate]
            tries += [self.folder / folder / base for folder in _FOLDERS]
            for path in tries:
                if (found := _existing(path)) is not None:
                    return found
        return None

    def get(self, name: str) -> bytes:
        """The content of the file that `name` means.

        Raises:
          FileNotFoundError: if there is none.
        """
        path = self.find(str(name))
        if path is None:
            self.missing.append(str(name))
            raise FileNotFoundError(name)
        return path.read_bytes()

    def __getitem__(self, name: str) -> bytes:
        return self.get(name)

    def __contains__(self, name: str) -> bool:
        return self.find(name) is not None

    def namespaced(self, namespace: str) -> Assets:
        """A resolver of a subfolder."""
        return Assets(self.folder / namespace / self.file_name)


def _existing(path: pathlib.Path) -> pathlib.Path | None:
    """The file, by its exact name or by one that differs in case only."""
    try:
        if path.is_file():
            return path
        if path.name and path.parent.is_dir():
            for other in path.parent.iterdir():
                if other.name.lower() == path.name.lower() and other.is_file():
                    return other
    except (OSError, ValueError):
        return None
    return None


def as_texture(image: object) -> np.ndarray | None:
    """A picture as `[h, w, 3]` uint8, at most 512 px wide and high.

    Args:
      image: a PIL image, perhaps not yet read.

    Returns:
      None for a picture that cannot be read.
    """
    from PIL import Image

    if not isinstance(image, Image.Image):
        return None
    try:
        if max(image.size) > MAX_TEXTURE:
            image.draft("RGB", (MAX_TEXTURE, MAX_TEXTURE))
        picture = image.convert("RGBA" if image.mode in ("P", "LA") else image.mode)
        if picture.mode not in ("RGB", "RGBA"):
            picture = picture.convert("RGB")
        if max(picture.size) > MAX_TEXTURE:
            scale = MAX_TEXTURE / max(picture.size)
            size = tuple(max(1, round(side * scale)) for side in picture.size)
            picture = picture.resize(size, Image.Resampling.BOX)
        return np.array(picture.convert("RGB"), np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
