"""The models that experiments ask for: the user's, or those that ship."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tf3d.errors import InputError
from tf3d.prediction.catalogue import MODEL_FILE, find_model, shipped_models
from tf3d.reproduction.registry import NotPossible

if TYPE_CHECKING:
    import keras

    from tf3d.prediction import Reconstructor, VoxelReconstructor

FAMILIES = ("multi-view", "voxel", "comparison")
UNREADABLE = (OSError, ValueError, KeyError, zipfile.BadZipFile)


@dataclasses.dataclass(frozen=True)
class Facts:
    """What a model's file and the files beside it tell, before it is loaded.

    Attributes:
      family: one of `FAMILIES`; "comparison" are other papers' networks.
      objective: "vae", "beta-vae", "aae", "mu-vae", a multi-view preset, a comparison
        network, or None.
      pose: of voxel models, or None.
      texturizer: the same.
      data: names of the sets it was trained on; empty if that is not written down.
      kinds: of the shapes among them: "chairs", "cups", ...; empty for all.
      history: losses over the training, each with "step".
      trained: steps, samples and hours of the training, as far as they are known.
      recipe: of multi-view models: "adversarial", "simple" (rendering), or "usual".
    """

    family: str
    objective: str | None = None
    pose: str | None = None
    texturizer: bool | None = None
    data: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    history: tuple[dict[str, float], ...] = ()
    trained: dict[str, float] = dataclasses.field(default_factory=dict)
    recipe: str = "usual"

    @property
    def steps(self) -> int | None:
        """Of the training, if that is written down."""
        steps = self.trained.get("steps")
        return steps if isinstance(steps, int) else None

    def matches(self, wanted: dict[str, Any]) -> int:
        """How many of the wanted facts hold; a name of data or kinds must be among."""
        hits = 0
        for key, value in wanted.items():
            own = getattr(self, key)
            if isinstance(own, tuple):
                hits += bool(
                    set(own) & set((value,) if isinstance(value, str) else value)
                )
            else:
                # Several values: any of them.
                hits += own in value if isinstance(value, tuple) else own == value
        return hits


@dataclasses.dataclass(frozen=True)
class Rival:
    """A comparison network, which does nothing that predicts for users."""

    model: keras.Model
    name: str


@dataclasses.dataclass(frozen=True)
class Loaded:
    """A model, ready to predict, and its facts."""

    network: Reconstructor | VoxelReconstructor | Rival
    facts: Facts
    path: pathlib.Path

    @property
    def name(self) -> str:
        """Of the model, for people."""
        return self.network.name


class Models:
    """Finds and loads models once each.

    Args:
      named: models or folders that hold folders of models, as the user named them.

    Raises:
      InputError: if one is not there.
    """

    def __init__(self, named: Sequence[str] = ()) -> None:
        self._named = [path for name in named for path in _models_of(name)]
        self._facts: dict[pathlib.Path, Facts] = {}
        self._loaded: dict[pathlib.Path, Loaded] = {}
        self.used: list[str] = []  # models in words, since the last time it was emptied

    def paths(self, family: str) -> list[pathlib.Path]:
        """Files of a family: the user's, or if there are none, those that ship."""
        for group in (self._named, [entry.path for entry in shipped_models()]):
            found = [path for path in group if self.facts(path).family == family]
            if found:
                return found
        return []

    def facts(self, path: pathlib.Path) -> Facts:
        """What is known of a model without loading it."""
        if path not in self._facts:
            self._facts[path] = read_facts(path)
        return self._facts[path]

    def best(
        self,
        family: str,
        *,
        must: dict[str, Any] | None = None,
        or_shipped: bool = False,
        **wanted: Any,
    ) -> Loaded:
        """Loads the model of a family of which most of the wanted facts hold.

        Args:
          family: one of `FAMILIES`.
          must: facts (see `Facts`) without which a model will not do.
          or_shipped: whether one that ships will do beside those that were named.
          **wanted: facts that it should have; the first named model of equals.

        Raises:
          NotPossible: if there is none.
        """
        must = must or {}
        paths = self.paths(family)
        if or_shipped:
            shipped = [entry.path for entry in shipped_models()]
            paths += [p for p in shipped if self.facts(p).family == family]
        if not paths:
            raise NotPossible(
                f"It needs a {family} model: none ships and none was named with "
                "--model."
            )
        fitting = [p for p in paths if self.facts(p).matches(must) == len(must)]
        if not fitting:
            told = ", ".join(f"{key} {_told(value)}" for key, value in must.items())
            raise NotPossible(
                f"It needs a {family} model with {told}: none of those at hand is one. "
                "Train one and name it with --model."
            )
        return self.load(max(fitting, key=lambda p: self.facts(p).matches(wanted)))

    def load(self, path: pathlib.Path) -> Loaded:
        """Loads a file once."""
        if path not in self._loaded:
            from tf3d.prediction import load
            from tf3d.prediction.reconstructor import load_keras

            facts = self.facts(path)
            is_rival = facts.family == "comparison"
            network = Rival(*load_keras(path)) if is_rival else load(path)
            self._loaded[path] = Loaded(network, facts, path)
        self.note_use(path)
        return self._loaded[path]

    def note_use(self, path: pathlib.Path) -> None:
        """Notes that a model, or what stands beside it, goes into a result."""
        steps = self.facts(path).steps
        # A run's folder, or a shipped model's, is its name.
        name = path.parent.name if path.name == MODEL_FILE else path.stem
        told = name if steps is None else f"{name} ({steps:,} steps)"
        if told not in self.used:
            self.used.append(told)


def read_facts(path: pathlib.Path) -> Facts:
    """Reads what a `.keras` file, and config, card and history beside it, tell.

    Args:
      path: of the file, or of a SavedModel's folder.
    """
    folder = path if path.is_dir() else path.parent
    config = _json_in(path, "config.json") if path.is_file() else {}
    network = config.get("config", {})
    is_voxels = config.get("class_name") == "VoxelAutoencoder" if config else None
    if is_voxels is None:  # a SavedModel tells only when it is loaded
        from tf3d.prediction import VoxelReconstructor, load

        is_voxels = isinstance(load(path), VoxelReconstructor)
    training, sources = _training(folder)
    card = _read_json(folder / "card.json")
    told_data = card.get("data") if isinstance(card.get("data"), list) else []
    sources = sources or [one for one in told_data if isinstance(one, dict)]
    told = card.get("training") if isinstance(card.get("training"), dict) else {}
    own = _read_json(folder / "training.json")
    history = own.get("history") or told.get("history") or ()
    objective = training.get("model") or own.get("model") or told.get("model")
    trained = {key: told[key] for key in ("steps", "hours") if key in told}
    if not is_voxels:
        rival = _rival(config.get("class_name"))
        return Facts(
            "comparison" if rival else "multi-view",
            rival or objective,
            data=tuple(str(source["data"]) for source in sources if "data" in source),
            history=tuple(history),
            trained=trained,
            recipe=_recipe(training),
        )
    kinds = [kind for source in sources for kind in source.get("kinds") or ()]
    return Facts(
        "voxel",
        objective,
        network.get("pose"),
        network.get("texturizer"),
        tuple(str(source["data"]) for source in sources if "data" in source),
        tuple(kinds),
        tuple(history),
        trained,
    )


def _rival(class_name: str | None) -> str | None:
    """The comparison network of a class."""
    from tf3d.models.rivals import RIVALS

    names = [name for name, kind in RIVALS.items() if kind.__name__ == class_name]
    return names[0] if names else None


def _models_of(name: str) -> list[pathlib.Path]:
    """A model's file, or those in the folders of a folder of runs."""
    folder = pathlib.Path(name)
    try:
        return [find_model(name)]
    except InputError:
        inside = sorted(folder.glob(f"*/{MODEL_FILE}")) if folder.is_dir() else []
        if not inside:
            raise
        return inside


def _training(folder: pathlib.Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The run's config and its sources; empty where there is none."""
    import yaml

    try:
        content = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return {}, []
    content = content if isinstance(content, dict) else {}
    data = content.get("data")
    sources = content.get("sources") or (
        data.get("sources") if isinstance(data, dict) else None
    )
    sources = sources if isinstance(sources, list) else []
    return content, [one for one in sources if isinstance(one, dict)]


def _recipe(training: dict[str, Any]) -> str:
    """Which of the paper's ablations a multi-view run is, by its config."""
    objective, data = training.get("objective") or {}, training.get("data") or {}
    if isinstance(objective, dict) and objective.get("adversarial_weight"):
        return "adversarial"
    simple = isinstance(data, dict) and data.get("input_light") == "studio"
    return "simple" if simple else "usual"


def _json_in(archive: pathlib.Path, name: str) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(archive) as opened:
            content = json.loads(opened.read(name))
    except UNREADABLE:
        return {}
    return content if isinstance(content, dict) else {}


def _read_json(path: pathlib.Path) -> dict[str, Any]:
    # What stands beside a model only informs: it works without.
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _told(value: Any) -> str:
    return value if isinstance(value, str) else " or ".join(map(str, value))
