import threading

import pytest

from tf3d.serving.errors import Code, ServingError
from tf3d.serving.repository import Repository, VersionPolicy


class Loaded:
    """Stands for a servable."""

    def __init__(self, path, model, version):
        text = (path / "saved_model.pb").read_text()
        if text == "broken":
            raise ServingError(Code.DATA_LOSS, "it is damaged")
        if text == "crash":
            raise ZeroDivisionError("inside")
        self.model, self.version, self.text = model, version, text


def put(base, version, text="good"):
    folder = base / str(version)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "saved_model.pb").write_text(text)
    return folder


@pytest.fixture
def base(tmp_path):
    put(tmp_path / "cars", 1)
    return tmp_path / "cars"


def follow(base, **options):
    repository = Repository({"cars": [base]}, load=Loaded, **options)
    repository.poll()
    return repository


def states(repository, model="cars"):
    return {s.version: s.state for s in repository.status(model)}


def answering(repository, model="cars", **which):
    with repository.acquire(model, **which) as servable:
        return servable.version


def refusal(call, *arguments, **named):
    with pytest.raises(ServingError) as caught:
        call(*arguments, **named)
    return caught.value.code, caught.value.message


def remove(folder):
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


def test_the_latest_version_answers_and_the_old_one_ends(base):
    repository = follow(base)
    assert answering(repository) == 1
    put(base, 10)
    put(base, 9)
    repository.poll()
    assert answering(repository) == 10
    assert states(repository) == {10: "AVAILABLE", 1: "END"}


def test_the_new_version_is_loaded_before_the_old_one_goes(base):
    repository = follow(base)
    seen = []

    def load(path, model, version):
        seen.append(answering(repository))
        return Loaded(path, model, version)

    repository._load = load
    put(base, 2)
    repository.poll()
    assert seen == [1]
    assert answering(repository) == 2


def test_an_old_version_ends_with_its_last_request(base):
    repository = follow(base)
    first, second = repository.take("cars"), repository.take("cars")
    put(base, 2)
    repository.poll()
    assert states(repository) == {2: "AVAILABLE", 1: "UNLOADING"}
    assert refusal(repository.take, "cars", 1)[0] == Code.NOT_FOUND
    repository.release(first[0])
    assert states(repository)[1] == "UNLOADING"
    assert first[0].servable is first[1]
    repository.release(second[0])
    assert states(repository)[1] == "END"
    assert first[0].servable is None


def test_a_version_on_its_way_out_may_come_back(base):
    repository = follow(base)
    entry, _ = repository.take("cars")
    new = put(base, 2)
    repository.poll()
    remove(new)
    repository.poll()
    assert states(repository) == {1: "AVAILABLE", 2: "END"}
    repository.release(entry)
    assert states(repository)[1] == "AVAILABLE"


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("broken", Code.DATA_LOSS, "it is damaged"),
        ("crash", Code.INTERNAL, "ZeroDivisionError: inside"),
    ],
)
def test_a_broken_version_does_not_replace_the_good_one(base, text, code, message):
    repository = follow(base)
    put(base, 2, text)
    for _ in range(2):
        repository.poll()
        assert answering(repository) == 1
    broken, good = repository.status("cars")
    assert (broken.version, broken.state) == (2, "END")
    assert (broken.code, broken.message) == (code, message)
    assert (good.state, good.code, good.message) == ("AVAILABLE", 0, "")


def test_a_broken_version_is_tried_again_only_when_its_files_change(base):
    repository = follow(base)
    loads = []

    def load(path, model, version):
        loads.append(version)
        return Loaded(path, model, version)

    repository._load = load
    put(base, 2, "broken")
    repository.poll()
    repository.poll()
    assert loads == [2]
    put(base, 2, "mended now")
    repository.poll()
    assert loads == [2, 2]
    assert answering(repository) == 2
    assert states(repository) == {2: "AVAILABLE", 1: "END"}


def test_the_start_finds_the_newest_that_works(base):
    put(base, 2)
    put(base, 3, "broken")
    repository = follow(base)
    assert states(repository) == {3: "END", 2: "AVAILABLE"}


def test_where_a_version_is_deleted_the_one_before_comes_back(base):
    two = put(base, 2)
    repository = follow(base)
    remove(two)
    repository.poll()
    assert states(repository) == {2: "END", 1: "AVAILABLE"}


def test_without_any_version_the_model_ends(base):
    repository = follow(base)
    remove(base / "1")
    repository.poll()
    assert states(repository) == {1: "END"}
    assert refusal(repository.take, "cars") == (
        Code.NOT_FOUND,
        "Servable not found for request: Latest(cars)",
    )


def test_a_folder_that_cannot_be_read_changes_nothing(base, monkeypatch):
    repository = follow(base)

    def fail(paths):
        raise PermissionError("no")

    monkeypatch.setattr("tf3d.serving.repository.version_folders", fail)
    repository.poll()
    assert answering(repository) == 1


@pytest.mark.parametrize(
    ("policy", "available"),
    [
        (VersionPolicy(), [4]),
        (VersionPolicy(latest=2), [4, 3]),
        (VersionPolicy(all=True), [4, 3, 1]),
        (VersionPolicy(specific=frozenset({1, 3})), [3, 1]),
        (VersionPolicy(specific=frozenset({2, 3})), [3]),
    ],
)
def test_policies(base, policy, available):
    for version in (3, 4):
        put(base, version)
    repository = follow(base, policy=policy)
    assert [
        s.version for s in repository.status("cars") if s.state == "AVAILABLE"
    ] == available


def test_labels(base):
    put(base, 2)
    put(base, 3)
    labels = {"cars": {"stable": 1, "gone": 7}}
    repository = follow(base, labels=labels)
    assert answering(repository) == 3
    assert answering(repository, label="stable") == 1  # loaded for its label
    assert states(repository) == {3: "AVAILABLE", 1: "AVAILABLE"}
    assert [s.version for s in repository.status("cars", label="stable")] == [1]
    assert refusal(repository.take, "cars", label="gone") == (
        Code.NOT_FOUND,
        "Servable not found for request: Specific(cars, 7)",
    )
    assert refusal(repository.take, "cars", label="new") == (
        Code.INVALID_ARGUMENT,
        "Unrecognized servable version label: new",
    )
    assert refusal(repository.take, "cars", 3, "stable")[0] == Code.INVALID_ARGUMENT


@pytest.mark.parametrize("model", ["planes", "", "../cars", "cars/1", "x" * 10**6])
def test_models_that_are_not_there(base, model):
    repository = follow(base)
    for call in (repository.take, repository.status):
        code, message = refusal(call, model)
        assert code == Code.NOT_FOUND
        assert len(message) < 200
    assert repository.model_names() == ["cars"]


@pytest.mark.parametrize("version", [0, 2, -1, 2**63 - 1])
def test_versions_that_are_not_there(base, version):
    repository = follow(base)
    assert refusal(repository.take, "cars", version) == (
        Code.NOT_FOUND,
        f"Servable not found for request: Specific(cars, {version})",
    )
    assert refusal(repository.status, "cars", version) == (
        Code.NOT_FOUND,
        f"Could not find version {version} of model cars",
    )


def test_a_model_without_versions_yet(tmp_path):
    repository = follow(tmp_path / "later")
    assert repository.model_names() == ["cars"]
    assert refusal(repository.status, "cars") == (
        Code.NOT_FOUND,
        "Could not find any versions of model cars",
    )
    put(tmp_path / "later", 1)
    repository.poll()
    assert answering(repository) == 1


def test_a_root_gives_its_models_and_those_that_come(tmp_path):
    put(tmp_path / "a", 1)
    put(tmp_path / ".hidden", 1)
    put(tmp_path / "with space", 1)
    (tmp_path / "empty").mkdir()
    repository = Repository({}, root=tmp_path, load=Loaded)
    repository.poll()
    assert repository.model_names() == ["a"]
    put(tmp_path / "b", 5)
    remove(tmp_path / "a" / "1")
    (tmp_path / "a").rmdir()
    repository.poll()
    assert answering(repository, "b") == 5
    assert states(repository, "a") == {1: "END"}


def test_ends_are_not_remembered_for_ever(base, monkeypatch):
    monkeypatch.setattr("tf3d.serving.repository.MAX_ENDED", 3)
    repository = follow(base)
    for version in range(2, 9):
        put(base, version)
        repository.poll()
    assert sorted(states(repository)) == [5, 6, 7, 8]


def test_everything_is_let_go(base):
    repository = follow(base)
    entry, _ = repository.take("cars")
    repository.unload_all()
    assert states(repository) == {1: "UNLOADING"}
    repository.release(entry)
    assert states(repository) == {1: "END"}


def test_swaps_under_load_refuse_nobody(base):
    repository = follow(base)
    failures, stop = [], threading.Event()

    def client():
        while not stop.is_set():
            try:
                answering(repository)
            except ServingError as error:
                failures.append(error)

    clients = [threading.Thread(target=client) for _ in range(4)]
    for thread in clients:
        thread.start()
    for version in range(2, 30):
        put(base, version)
        repository.poll()
    stop.set()
    for thread in clients:
        thread.join()
    assert not failures
    assert answering(repository) == 29
