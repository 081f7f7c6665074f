import json

import numpy as np
import PIL.Image
import pytest
from click.testing import CliRunner

from tf3d.cli.main import main
from tf3d.prediction.pictures import read_depth


@pytest.fixture
def predict(ball_model, tmp_path, monkeypatch):
    """Runs `tf3d predict` with the ball model in an empty folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def predict(*arguments):
        arguments = [str(argument) for argument in arguments]
        if "--model" not in arguments:
            arguments += ["--model", str(ball_model)]
        return CliRunner().invoke(main, ["predict", *arguments])

    predict.folder = folder
    return predict


def written(folder):
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
    )


def check_error(result, folder, *words):
    """One clear line, exit code 2, nothing written."""
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("Error: ")
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in result.stderr
    assert written(folder) == []


def test_mesh(predict, car_picture):
    import trimesh

    result = predict(car_picture, "--views", 6, "--mesh", "out.ply")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    for word in ("loaded in", "car.png", "predicted in", "fused", "wrote out.ply"):
        assert word in result.stdout
    mesh = trimesh.load_mesh("out.ply", process=False)
    assert mesh.is_watertight
    np.testing.assert_allclose(mesh.extents, 0.5, atol=0.03)
    assert mesh.visual.kind == "vertex"


def test_without_an_output_the_mesh_takes_the_pictures_name(predict, car_picture):
    assert predict(car_picture).exit_code == 0
    assert written(predict.folder) == ["car.ply"]


@pytest.mark.parametrize("name", ["a.obj", "a.glb", "a.stl", "new/a.PLY"])
def test_mesh_formats_and_length(predict, car_picture, name):
    import trimesh

    result = predict(car_picture, "--mesh", name, "--length", 4.2)
    assert result.exit_code == 0, result.output
    mesh = trimesh.load(name, force="mesh")
    np.testing.assert_allclose(mesh.extents, 4.2, rtol=0.05)
    assert ("STL holds no colours" in result.stdout) == name.endswith(".stl")


def test_everything(predict, car_picture):
    result = predict(
        *(car_picture, "--views", 3, "--elevation", 10, "--seed", 3),
        *("--mesh", "a.ply", "--cloud", "b.ply", "--images", "views"),
        *("--turntable", "c.gif"),
    )
    assert result.exit_code == 0, result.output
    views = [
        f"views/{i:02d}-{kind}.png"
        for i in range(3)
        for kind in ("depth", "mask", "rgb")
    ]
    files = ["a.ply", "b.ply", "c.gif", *views, "views/views.json"]
    assert written(predict.folder) == sorted(files)
    description = json.loads((predict.folder / "views" / "views.json").read_text())
    assert [view["azimuth"] for view in description["views"]] == [0, 120, 240]
    assert {view["elevation"] for view in description["views"]} == {10}
    depth = read_depth(predict.folder / "views" / "00-depth.png")
    assert depth[64, 64] == pytest.approx(1.75, abs=1e-3)
    with PIL.Image.open("c.gif") as film:
        assert film.format == "GIF" and film.size == (256, 256)


def test_viewpoints(predict, car_picture):
    result = predict(
        *(car_picture, "--images", "views"),
        *("--viewpoint", "30,-5,1.8", "--viewpoint", "-90,40,2.2"),
    )
    assert result.exit_code == 0, result.output
    views = json.loads((predict.folder / "views" / "views.json").read_text())["views"]
    assert [(v["azimuth"], v["elevation"], v["distance"]) for v in views] == [
        (30, -5, 1.8),
        (-90, 40, 2.2),
    ]


def test_several_pictures_and_a_folder(predict, car_picture, tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("b.jpg", "a.png"):
        PIL.Image.new("RGB", (40, 30), (200, 100, 50)).save(photos / name)
    result = predict(car_picture, photos, "--cloud", "out.ply", "--images", "views")
    assert result.exit_code == 0, result.output
    assert {"out-a.ply", "out-b.ply", "out-car.ply"} < set(written(predict.folder))
    assert (predict.folder / "views" / "b" / "05-rgb.png").is_file()


def test_json(predict, car_picture):
    result = predict(car_picture, "--mesh", "a.ply", "--images", "views", "--json")
    assert result.exit_code == 0
    record = json.loads(result.stdout)
    (image,) = record["images"]
    assert record["load_seconds"] > 0
    assert image["views"] == 6
    assert image["written"] == ["a.ply", "views"]
    assert image["surface"]["faces"] > 100
    assert set(image["seconds"]) == {"read", "predict", "fuse", "write"}


def test_quiet(predict, car_picture):
    result = predict(car_picture, "--images", "views", "--quiet")
    assert result.exit_code == 0
    assert result.output == ""


def test_mask(predict, car_picture):
    """The model paints the mean colour: of the red block, or of the white ground."""
    inside = np.zeros((64, 96), np.uint8)
    inside[4:20, 4:36] = 255
    PIL.Image.fromarray(inside).save("mask.png")
    predict(car_picture, "--mask", "mask.png", "--images", "white")
    predict(car_picture, "--images", "red")
    white, red = (
        np.asarray(PIL.Image.open(predict.folder / name / "00-rgb.png"))[64, 64] / 255
        for name in ("white", "red")
    )
    assert np.ptp(white) < 0.02
    assert red[0] > red[1] + 0.1


@pytest.mark.parametrize("crop", ["auto", "none"])
def test_crop(predict, car_picture, crop):
    predict(car_picture, "--crop", crop, "--images", "views")
    rgb = np.asarray(PIL.Image.open(predict.folder / "views" / "00-rgb.png"))[64, 64]
    redness = (float(rgb[0]) - rgb[1]) / 255
    assert (redness > 0.1) == (crop == "auto")  # scaled up, the block counts more


def odd_pictures():
    """Every kind of odd picture, by name."""
    rgb = PIL.Image.new("RGB", (60, 40), (200, 40, 40))
    cut = rgb.copy()
    cut.putalpha(PIL.Image.new("L", (60, 40), 255))
    cut.paste((0, 0, 0, 0), (0, 0, 20, 40))
    rotated = PIL.Image.Exif()
    rotated[0x0112] = 6
    deep = PIL.Image.fromarray(np.full((40, 60), 50000, np.uint16))
    return {
        "alpha.png": (cut, {}),
        "deep.png": (deep, {}),
        "grey.png": (rgb.convert("L"), {}),
        "palette.png": (rgb.quantize(8), {}),
        "cmyk.jpg": (rgb.convert("CMYK"), {}),
        "rotated.jpg": (rgb, {"exif": rotated}),
        "wide.png": (rgb.resize((900, 9)), {}),
        "tall.png": (rgb.resize((9, 900)), {}),
    }


def test_odd_pictures(predict, tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    pictures = odd_pictures()
    for name, (image, settings) in pictures.items():
        image.save(photos / name, **settings)
    result = predict(photos, "--images", "views", "--views", 1)
    assert result.exit_code == 0, result.output
    for name in pictures:
        folder = predict.folder / "views" / name.split(".")[0]
        assert (folder / "00-rgb.png").is_file()


def bad_picture(kind, folder):
    path = folder / f"{kind}.png"
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_text("no picture at all")
    elif kind == "truncated":
        noise = np.random.default_rng(0).integers(0, 255, (100, 100, 3), np.uint8)
        PIL.Image.fromarray(noise).save(path)
        path.write_bytes(path.read_bytes()[:5000])
    elif kind == "single":
        PIL.Image.new("RGB", (1, 1)).save(path)
    elif kind == "huge":
        PIL.Image.new("1", (30_000, 30_000)).save(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "transparent":
        PIL.Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(path)
    return path


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "There is no picture"),
        ("empty", "is empty"),
        ("text", "no picture that can be read"),
        ("truncated", "damaged or truncated"),
        ("single", "too small"),
        ("huge", "too large"),
        ("folder", "holds no picture"),
        ("transparent", "marks no object"),
    ],
)
def test_bad_pictures(predict, tmp_path, car_picture, kind, words):
    path = bad_picture(kind, tmp_path)
    # Also as the second: nothing is written of the first either.
    for pictures in ([path], [car_picture, path]):
        result = predict(*pictures, "--mesh", "a.ply", "--images", "views")
        check_error(result, predict.folder, words, f"{kind}.png")


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--mesh", "a.xyz", "unknown extension"),
        ("--mesh", "a", "unknown extension"),
        ("--cloud", "a.obj", "unknown extension"),
        ("--turntable", "a.avi", "unknown extension"),
        ("--mesh", "/dev/null/a.ply", "is no folder"),
        ("--images", "/dev/null/a", "is no folder"),
        ("--model", "no-such-model", "Models that ship"),
        ("--model", "a.h5", "CVE-2025-9905"),
        ("--viewpoint", "0,95,2", "between -90 and 90"),
        ("--viewpoint", "0,0,-2", "positive"),
        ("--mask", "missing.png", "There is no picture"),
    ],
)
def test_bad_options(predict, car_picture, option, value, words):
    result = predict(car_picture, option, value)
    check_error(result, predict.folder, words)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--viewpoint", "1,2"),
        ("--viewpoint", "a,b,c"),
        ("--length", "0"),
        ("--length", "nan"),
        ("--length", "inf"),
        ("--views", "0"),
        ("--method", "magic"),
        ("--crop", "tight"),
    ],
)
def test_bad_values(predict, car_picture, arguments):
    result = predict(car_picture, *arguments)
    assert result.exit_code == 2
    assert arguments[0] in result.stderr
    assert written(predict.folder) == []


def test_no_picture_named(predict):
    assert predict("--mesh", "a.ply").exit_code == 2


def test_mask_with_several_pictures(predict, car_picture):
    result = predict(car_picture, car_picture, "--mask", car_picture)
    check_error(result, predict.folder, "--mask goes with one picture")


@pytest.mark.parametrize("output", [("--mesh", "a.ply"), ("--images", "views")])
def test_no_foreground(predict, tmp_path, output):
    PIL.Image.new("RGB", (40, 40)).save(tmp_path / "black.png")
    result = predict(tmp_path / "black.png", *output)
    assert result.exit_code == 2
    assert "sees no object in" in result.stderr and "black.png" in result.stderr
    assert written(predict.folder) == []


def test_one_without_foreground_does_not_stop_the_others(
    predict, tmp_path, car_picture
):
    PIL.Image.new("RGB", (40, 40)).save(tmp_path / "black.png")
    result = predict(tmp_path / "black.png", car_picture, "--images", "views")
    assert result.exit_code == 2
    assert "black.png" in result.stderr
    assert (predict.folder / "views" / "car" / "00-rgb.png").is_file()
    assert not (predict.folder / "views" / "black").exists()
