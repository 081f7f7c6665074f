import dataclasses

from tf3d.reproduction.commands import command_of, told_preparation


def test_command_of_everything():
    assert command_of("all") == "tf3d reproduce all --out report"


def test_folders_lose_what_leads_to_them(tmp_path):
    run, data = tmp_path / "my run", tmp_path / "sets"
    run.mkdir()
    told = command_of("x", ["shipped", str(run)], str(tmp_path / "no"), data, 3, 7)
    assert told == (
        f"tf3d reproduce x --model shipped --model 'runs/my run' --data {tmp_path}/no "
        "--data-dir DATA --count 7 --seed 3 --out report"
    )
    assert command_of("x", data=str(run)).endswith("--data 'DATA/my run' --out report")


def test_preparation(experiment):
    assert told_preparation(experiment()) == ""
    one = dataclasses.replace(experiment(), preparation=("tf3d train c", "tf3d x"))
    assert told_preparation(one).endswith("made by `tf3d train c`, then `tf3d x`.")
