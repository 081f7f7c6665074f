from rich.console import Console

from tf3d.evaluation.tables import as_tables, object_tables


def printed(values, tables=as_tables):
    console = Console(width=140, record=True, quiet=True)
    console.quiet = False
    with console.capture() as capture:
        for table in tables(values):
            console.print(table)
    return capture.get()


def test_tables_show_the_figures():
    text = printed(
        {
            "baseline/shapes": 7353.0,
            "normal/shapes": 127.0,
            "normal/rgb/network": 0.0123,
            "normal/rgb/nearest": 0.0246,
            "normal/rgb/ratio": 0.5,
            "normal/iou/network": 0.9,
            "normal/mesh/shapes": 24.0,
            "normal/mesh/f_score/network": 0.81,
            "normal/mesh/f_score/exact": 0.9,
            "normal/mesh/empty": 2.0,
        }
    )
    assert (
        "normal: views of 127 shapes, nearest neighbour of 7353 training shapes" in text
    )
    assert "surfaces of 24 shapes, 2 of them empty" in text
    line = next(line for line in text.splitlines() if "RGB error" in line)
    assert "0.0123" in line and "0.0246" in line and "0.500" in line
    assert "plain" not in text
    assert "0.8100" in text


def test_a_part_without_surfaces_has_one_table():
    assert len(as_tables({"held_out/shapes": 3.0, "held_out/rgb/network": 0.1})) == 1


def test_spread_and_worst_of_single_objects():
    objects = {
        "normal": {
            f"car-{i:02d}": {"rgb/network": 0.01 * i, "iou/network": 1 - 0.01 * i}
            for i in range(12)
        },
        "normal/mesh": {"car-00": {"f_score/network": 0.5, "f_score/exact": 0.9}},
    }
    text = printed(objects, object_tables)
    line = next(line for line in text.splitlines() if "RGB error " in line)
    assert "0.0000" in line and "0.0550" in line and "0.1100" in line
    assert "0.1100  car-11" in text and "0.890  car-11" in text
    assert "car-02" in text and "car-01" not in text
    assert "normal, surfaces: the objects with the worst" in text
    assert "0.5000  car-00" in text and "0.9000" not in text
