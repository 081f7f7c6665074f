"""Cards hold what they were given, for people and programs."""

import json

from tf3d.export.card import write_card


def test_card_for_people_and_programs(tmp_path):
    card = {
        "name": "ball",
        "summary": "Turns anything into a ball.",
        "data": [{"data": "cars", "share": 1.0}],
        "figures": {"mask IoU": 0.91234},
        "license": "Apache-2.0",
    }
    write_card(tmp_path, card)
    assert json.loads((tmp_path / "card.json").read_text()) == card
    text = (tmp_path / "README.md").read_text()
    assert text.startswith("# ball\n\nTurns anything into a ball.\n")
    assert "| mask IoU | 0.9123 |" in text
    assert "- data cars, share 1" in text
    assert "## License\n\nApache-2.0\n" in text
