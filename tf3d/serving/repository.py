"""Which versions of which models are loaded: follows the folders."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import os
import pathlib
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

from tf3d.serving.errors import Code, ServingError
from tf3d.serving.servable import Servable
from tf3d.serving.version_folders import VersionPolicy, stamp, version_folders

MODEL_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*\Z")
MAX_ENDED = 100  # versions whose end is remembered, per model

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class VersionStatus:
    """The state of one version, as `ModelService.GetModelStatus` tells it.

    Attributes:
      version: its number.
      state: "START", "LOADING", "AVAILABLE", "UNLOADING" or "END".
      code: OK, or why it ended (a number of `Code`).
      message: empty, or why it ended.
    """

    version: int
    state: str
    code: int = 0
    message: str = ""


class _Version:
    """A version of a model; guarded by the repository's lock."""

    def __init__(self, number: int, folder: pathlib.Path) -> None:
        self.number = number
        self.folder = folder
        self.state = "START"
        self.error: ServingError | None = None
        self.stamp: object = None  # of the files that did not load
        self.servable: Servable | None = None
        self.users = 0

    def status(self) -> VersionStatus:
        code, message = 0, ""
        if self.error is not None:
            code, message = int(self.error.code), self.error.message
        return VersionStatus(self.number, self.state, code, message)


class Repository:
    """Loads new versions, then lets go of old ones when their last request is done.

    A version that cannot be loaded ends with its error, and the ones before it go on.
    It is tried again when its files change. Nothing is written to disk.
    """

    def __init__(
        self,
        models: Mapping[str, Sequence[str | os.PathLike[str]]],
        *,
        root: str | os.PathLike[str] | None = None,
        policy: VersionPolicy | None = None,
        labels: Mapping[str, Mapping[str, int]] | None = None,
        load: Callable[[pathlib.Path, str, int], Servable] = Servable,
    ) -> None:
        """Notes what to follow; `poll` does it.

        Args:
          models: name -> base paths, each with folders named by version numbers. Where
            two have the same number the first counts.
          root: a folder whose subfolders with versions are models, too, by their names.
          policy: which versions to serve.
          labels: model -> label -> version.
          load: makes a servable of a folder, name and version.
        """
        self._models = {
            name: [pathlib.Path(path) for path in paths]
            for name, paths in models.items()
        }
        self._root = None if root is None else pathlib.Path(root)
        self._policy = policy or VersionPolicy()
        self._labels = {name: dict(parts) for name, parts in (labels or {}).items()}
        self._load = load
        self._versions: dict[str, dict[int, _Version]] = {}
        self._lock = threading.Lock()
        self._polling = threading.Lock()

    def model_names(self) -> list[str]:
        """Names of all models that are configured or have had a version."""
        with self._lock:
            return sorted({*self._models, *self._versions})

    def poll(self) -> None:
        """Looks at the folders once: loads what is new, drops what is not wanted."""
        with self._polling:
            for name, paths in self._base_paths().items():
                try:
                    found = version_folders(paths)
                except OSError as error:  # keeps what it has
                    log.warning("Cannot read the folder of %s: %s", name, error)
                    continue
                self._follow(name, found)

    @contextlib.contextmanager
    def acquire(
        self, model: str, version: int | None = None, label: str | None = None
    ) -> Iterator[Servable]:
        """A loaded version, which stays loaded as long as this is held.

        Raises:
          ServingError: NOT_FOUND if it is not there, INVALID_ARGUMENT for a label that
            nobody gave.
        """
        entry, servable = self.take(model, version, label)
        try:
            yield servable
        finally:
            self.release(entry)

    def take(
        self, model: str, version: int | None = None, label: str | None = None
    ) -> tuple[_Version, Servable]:
        """As `acquire`, for who calls `release` with the first result later."""
        with self._lock:
            version = self._resolve(model, version, label)
            versions = self._versions.get(model, {})
            available = [n for n, v in versions.items() if v.state == "AVAILABLE"]
            number = max(available, default=None) if version is None else version
            if number not in available:
                wanted = (
                    f"Latest({model[:100]})"
                    if version is None
                    else f"Specific({model[:100]}, {version})"
                )
                raise ServingError(
                    Code.NOT_FOUND, f"Servable not found for request: {wanted}"
                )
            entry = versions[number]
            entry.users += 1
            assert entry.servable is not None
            return entry, entry.servable

    def release(self, entry: _Version) -> None:
        """Gives back what `take` gave."""
        with self._lock:
            entry.users -= 1
            dropped = self._end_if_idle(entry)
        del dropped  # outside the lock: freeing a model takes its time

    def status(
        self, model: str, version: int | None = None, label: str | None = None
    ) -> list[VersionStatus]:
        """States, newest first.

        Raises:
          ServingError: NOT_FOUND, INVALID_ARGUMENT for a label that nobody gave.
        """
        with self._lock:
            version = self._resolve(model, version, label)
            versions = self._versions.get(model, {})
            if not versions:
                raise ServingError(
                    Code.NOT_FOUND,
                    f"Could not find any versions of model {model[:100]}",
                )
            if version is None:
                return [versions[n].status() for n in sorted(versions, reverse=True)]
            if version not in versions:
                raise ServingError(
                    Code.NOT_FOUND,
                    f"Could not find version {version} of model {model[:100]}",
                )
            return [versions[version].status()]

    def unload_all(self) -> None:
        """Lets go of every version; those in use end with their last request."""
        with self._lock:
            for versions in self._versions.values():
                for entry in versions.values():
                    if entry.state == "AVAILABLE":
                        entry.state = "UNLOADING"
                        self._end_if_idle(entry)

    def _base_paths(self) -> dict[str, list[pathlib.Path]]:
        paths = dict(self._models)
        if self._root is None:
            return paths
        try:
            children = sorted(self._root.iterdir())
        except OSError as error:
            log.warning("Cannot read %s: %s", self._root, error)
            children = []
        for child in children:
            if child.name not in paths and MODEL_NAME.match(child.name):
                with contextlib.suppress(OSError):
                    if version_folders([child]) or child.name in self._versions:
                        paths[child.name] = [child]
        for name in self._versions:  # its folder has gone
            paths.setdefault(name, [self._root / name])
        return paths

    def _follow(self, name: str, found: Mapping[int, pathlib.Path]) -> None:
        """Loads what the policy wants of what was found, then drops the others."""
        policy, wanted = self._policy, set[int]()
        newest_first = sorted(found, reverse=True)
        if policy.specific:
            newest_first = [n for n in newest_first if n in policy.specific]
        for number in newest_first:
            if (
                not policy.all
                and not policy.specific
                and len(wanted) >= policy.latest
                and number not in self._labels.get(name, {}).values()
            ):
                continue
            if self._ensure(name, number, found[number]):
                wanted.add(number)
        with self._lock:
            versions = self._versions.get(name, {})
            for number, entry in versions.items():
                # Where nothing loads, what still answers goes on answering.
                if entry.state == "AVAILABLE" and number not in wanted:
                    if wanted or not found:
                        entry.state = "UNLOADING"
                        log.info("%s: version %d is drained", name, number)
                        self._end_if_idle(entry)
            ended = [n for n in sorted(versions) if versions[n].state == "END"]
            for number in ended[: max(0, len(ended) - MAX_ENDED)]:
                del versions[number]

    def _ensure(self, name: str, number: int, folder: pathlib.Path) -> bool:
        """Whether a version is available, after loading it where it is new."""
        with self._lock:
            entry = self._versions.get(name, {}).get(number)
            if entry is not None and entry.state == "AVAILABLE":
                return True
            if entry is not None and entry.state == "UNLOADING":
                entry.state = "AVAILABLE"  # wanted again before its last request
                return True
        files = stamp(folder)
        if entry is not None and entry.error is not None and entry.stamp == files:
            return False
        entry = _Version(number, folder)
        entry.state = "LOADING"
        with self._lock:
            self._versions.setdefault(name, {})[number] = entry
        log.info("%s: loading version %d", name, number)
        try:
            servable = self._load(folder, name, number)
        except ServingError as error:
            failure = error
        except Exception as error:
            failure = ServingError(Code.INTERNAL, f"{type(error).__name__}: {error}")
        else:
            with self._lock:
                entry.servable = servable
                entry.state = "AVAILABLE"
            log.info("%s: version %d is available", name, number)
            return True
        with self._lock:
            entry.error, entry.state, entry.stamp = failure, "END", files
        log.error("%s: version %d is broken: %s", name, number, failure)
        return False

    def _end_if_idle(self, entry: _Version) -> Servable | None:
        if entry.state != "UNLOADING" or entry.users:
            return None
        entry.state = "END"
        servable, entry.servable = entry.servable, None
        return servable

    def _resolve(
        self, model: str, version: int | None, label: str | None
    ) -> int | None:
        if label is None:
            return version
        if version is not None:
            raise ServingError(
                Code.INVALID_ARGUMENT, "Expected a version or a label, not both."
            )
        labels = self._labels.get(model, {})
        if label not in labels:
            raise ServingError(
                Code.INVALID_ARGUMENT,
                f"Unrecognized servable version label: {label[:100]}",
            )
        return labels[label]
