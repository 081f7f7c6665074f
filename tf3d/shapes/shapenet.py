"""ShapeNetCore trees, versions 1 and 2.

Up is +y in both. The front is +x in version 1 and -z in version 2, as the releases'
readme files say; after reading it is +X, as everywhere.
"""

from __future__ import annotations

import pathlib
import re

from tf3d.errors import InputError
from tf3d.shapes.manifests import Entry

# The 55 categories of ShapeNetCore by WordNet synset.
SYNSETS = {
    "airplane": "02691156",
    "bag": "02773838",
    "basket": "02801938",
    "bathtub": "02808440",
    "bed": "02818832",
    "bench": "02828884",
    "birdhouse": "02843684",
    "bookshelf": "02871439",
    "bottle": "02876657",
    "bowl": "02880940",
    "bus": "02924116",
    "cabinet": "02933112",
    "camera": "02942699",
    "can": "02946921",
    "cap": "02954340",
    "car": "02958343",
    "cellphone": "02992529",
    "chair": "03001627",
    "clock": "03046257",
    "dishwasher": "03207941",
    "display": "03211117",
    "earphone": "03261776",
    "faucet": "03325088",
    "file": "03337140",
    "guitar": "03467517",
    "helmet": "03513137",
    "jar": "03593526",
    "keyboard": "03085013",
    "knife": "03624134",
    "lamp": "03636649",
    "laptop": "03642806",
    "loudspeaker": "03691459",
    "mailbox": "03710193",
    "microphone": "03759954",
    "microwave": "03761084",
    "motorcycle": "03790512",
    "mug": "03797390",
    "piano": "03928116",
    "pillow": "03938244",
    "pistol": "03948459",
    "pot": "03991062",
    "printer": "04004475",
    "remote": "04074963",
    "rifle": "04090263",
    "rocket": "04099429",
    "skateboard": "04225987",
    "sofa": "04256520",
    "stove": "04330267",
    "table": "04379243",
    "telephone": "04401088",
    "tower": "04460130",
    "train": "04468005",
    "trash bin": "02747177",
    "washer": "04554684",
    "watercraft": "04530566",
}
_NAMES = {synset: name for name, synset in SYNSETS.items()}
_SYNSET = re.compile(r"\d{8}")

# Where the front lies once +y is up and (x, y, z) has become (z, x, y).
_FILES = {
    "models/model_normalized.obj": Entry(up="y", front=180.0),
    "model.obj": Entry(up="y", front=90.0),
}


def is_shapenet(folder: pathlib.Path) -> bool:
    """Whether a folder is a ShapeNetCore tree, or one synset's folder of it."""
    return bool(_synset_folders(folder))


def _synset_folders(folder: pathlib.Path) -> dict[str, pathlib.Path]:
    if _SYNSET.fullmatch(folder.resolve().name):
        return {folder.resolve().name: folder}
    return {
        path.name: path
        for path in sorted(folder.iterdir())
        if _SYNSET.fullmatch(path.name) and path.is_dir()
    }


def find_shapenet(
    folder: pathlib.Path, category: str | None = None
) -> tuple[list[pathlib.Path], list[str], list[Entry], list[str]]:
    """The models of one category in a tree.

    Args:
      folder: holds `<synset>/<id>/model.obj` (version 1) or
        `<synset>/<id>/models/model_normalized.obj` (version 2).
      category: a name such as "car", or a synset's number; may be left out where the
        tree has one only.

    Returns:
      Paths, names (`<synset>/<id>`), entries and a report of models without a mesh.

    Raises:
      InputError: if the category is not there, or none is given where there are more.
    """
    synsets = _synset_folders(folder)
    there = ", ".join(f"{_NAMES.get(synset, '?')} ({synset})" for synset in synsets)
    if category is None:
        if len(synsets) > 1:
            raise InputError(f"{folder} has several categories: choose one of {there}.")
        synset = next(iter(synsets))
    else:
        synset = SYNSETS.get(category, category)
        if synset not in synsets:
            raise InputError(f"{folder} has no category {category!r}. It has: {there}.")
    paths, names, entries, report = [], [], [], []
    for model in sorted(synsets[synset].iterdir()):
        if not model.is_dir() or model.name.startswith("."):
            continue
        for file, entry in _FILES.items():
            if (model / file).is_file():
                paths.append(model / file)
                names.append(f"{synset}/{model.name}")
                entries.append(entry)
                break
        else:
            report.append(f"skipped: {model} has none of {', '.join(_FILES)}")
    if not paths:
        raise InputError(
            f"{synsets[synset]}: no folder in it has {' or '.join(_FILES)}."
        )
    return paths, names, entries, report
