import pytest

from tf3d.errors import InputError
from tf3d.serving.sources import export_missing, find_sources


def put_version(base, version=1):
    folder = base / str(version)
    folder.mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"x")


def put_keras(folder, content=b"weights"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.keras").write_bytes(content)


class Exporter:
    def __init__(self, fails=False):
        self.calls, self.fails = [], fails

    def __call__(self, file, folder, name):
        self.calls.append((file, name))
        put_version(folder)
        if self.fails:
            raise InputError("The model is of no known family.")


def test_a_folder_of_models(tmp_path):
    put_version(tmp_path / "ours" / "a")
    put_keras(tmp_path / "ours" / "b")
    put_version(tmp_path / "ours" / "c")
    put_keras(tmp_path / "ours" / "c")  # has a version: is not exported
    (tmp_path / "ours" / "README.md").write_text("")
    (tmp_path / "ours" / "notes").mkdir()
    sources = find_sources(tmp_path / "ours")
    assert sources.root == tmp_path / "ours"
    assert list(sources.missing) == ["b"]
    exporter = Exporter()
    assert export_missing(sources, exporter, tmp_path / "cache") == ["b"]
    # Versions that come into its own folder later count, too.
    own, cached = sources.models["b"]
    assert own == tmp_path / "ours" / "b"
    assert (cached / "1" / "saved_model.pb").is_file()
    assert sorted(path.name for path in cached.iterdir()) == ["1"]
    assert exporter.calls == [(tmp_path / "ours" / "b" / "model.keras", "b")]


def test_one_models_folder(tmp_path):
    put_version(tmp_path / "m", 3)
    sources = find_sources(tmp_path / "m")
    assert sources.models == {"m": [tmp_path / "m"]}
    assert sources.root is None and not sources.missing
    assert list(find_sources(tmp_path / "m", "other").models) == ["other"]


def test_the_working_folder_has_a_name(tmp_path, monkeypatch):
    put_version(tmp_path / "m")
    monkeypatch.chdir(tmp_path / "m")
    assert list(find_sources(".").models) == ["m"]


def test_a_run_and_a_file(ball_model):
    for target in (ball_model, ball_model / "model.keras"):
        sources = find_sources(target)
        assert sources.missing == {ball_model.name: ball_model / "model.keras"}


def test_what_ships_by_name_and_by_default():
    sources = find_sources("multiview-cars")
    assert list(sources.models) == ["multiview-cars"]
    assert "multiview-cars" in {
        *find_sources().models,
        *(path.name for path in find_sources().root.iterdir()),
    }


def test_exports_are_made_once_and_again_for_another_file(tmp_path):
    exporter, announced = Exporter(), []

    def bases():
        sources = find_sources(tmp_path / "m")
        export_missing(sources, exporter, tmp_path / "cache", announced.append)
        return sources.models["m"]

    put_keras(tmp_path / "m", b"one")
    first = bases()
    assert bases() == first and len(exporter.calls) == 1
    put_keras(tmp_path / "m", b"two")
    assert bases() != first and len(exporter.calls) == 2
    assert announced == ["m", "m"]


def test_an_export_that_fails_leaves_nothing(tmp_path):
    put_keras(tmp_path / "m")
    with pytest.raises(InputError, match="no known family"):
        export_missing(find_sources(tmp_path / "m"), Exporter(True), tmp_path / "c")
    assert not list((tmp_path / "c").rglob("saved_model.pb"))
    assert not [p for p in (tmp_path / "c").rglob("*") if p.name.startswith(".export")]


def test_a_cache_that_cannot_be_written(tmp_path):
    put_keras(tmp_path / "m")
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(InputError, match="XDG_CACHE_HOME"):
        export_missing(find_sources(tmp_path / "m"), Exporter(), tmp_path / "cache")


@pytest.mark.parametrize(
    ("prepare", "name", "message"),
    [
        (lambda p: None, None, "There is no model"),
        (lambda p: p.mkdir(), None, "holds nothing to serve"),
        (lambda p: put_version(p.parent, p.name), None, "is a SavedModel itself"),
        (lambda p: put_version(p / "a"), "b", "has nothing to name"),
        (lambda p: put_version(p), "../b", "cannot be served by the name"),
        (lambda p: p.write_text("text"), None, "no model in the .keras format"),
    ],
)
def test_what_cannot_be_served(tmp_path, prepare, name, message):
    prepare(tmp_path / "thing")
    with pytest.raises(InputError, match=message):
        find_sources(tmp_path / "thing", name)
