"""Writing files so that a crash or a full disk leaves the old one whole."""

from __future__ import annotations

import contextlib
import os
import pathlib
import tempfile
import zipfile
import zlib
from collections.abc import Iterator

from tf3d.errors import InputError

# What NumPy raises for a missing, foreign or damaged `.npz` file.
UNREADABLE = (
    *(OSError, EOFError, ValueError, KeyError, TypeError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error),
)


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[pathlib.Path]:
    """Yields a temporary path beside `path`, and renames it to `path` on success.

    The temporary file keeps the suffix of `path`, since many writers go by it. Missing
    parent folders are made.

    Args:
      path: the file to write.

    Raises:
      InputError: if the file cannot be written there.
    """
    target = pathlib.Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            raise InputError(f"Cannot write {target}: it is a folder.")
        handle, name = tempfile.mkstemp(
            suffix=target.suffix, prefix=f".{target.stem[:40]}-", dir=target.parent
        )
        os.close(handle)
    except (FileExistsError, NotADirectoryError) as error:
        raise InputError(
            f"Cannot write {target}: a part of {target.parent} is a file."
        ) from error
    except OSError as error:
        raise InputError(f"Cannot write {target}: {error.strerror}.") from error
    temporary = pathlib.Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        os.replace(temporary, target)
    except OSError as error:
        raise InputError(
            f"Cannot write {target}: {error.strerror or error}."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
