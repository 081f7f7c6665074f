"""What the experiments with other papers' networks have in common."""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.prediction import Reconstructor
from tf3d.reproduction.models import Loaded
from tf3d.reproduction.multiview.layout import smaller
from tf3d.reproduction.registry import Context
from tf3d.shapes.sources import GENERATORS

ALIKE = 1.25  # greatest ratio of trainings that are called equally long


@dataclasses.dataclass(frozen=True)
class Pair:
    """Another paper's network, and ours.

    Attributes:
      rival: theirs, 64×64.
      own: ours; larger pictures are reduced to theirs, as the paper does.
      kind: of shapes that both are shown: "cars" or "chairs".
    """

    rival: Loaded
    own: Loaded
    kind: str

    @property
    def network(self) -> Reconstructor:
        """Ours."""
        return self.own.network

    @property
    def size(self) -> int:
        """Of the pictures that are compared."""
        return self.rival.network.model.image_size

    @property
    def fair(self) -> bool:
        """Whether there can be a verdict."""
        return not self.unlike

    @property
    def unlike(self) -> str:
        """In what way their trainings are not known to be alike; empty if they are."""
        both = self.rival.facts, self.own.facts
        if not all(self.kind in facts.data for facts in both):
            return f"not both are known to be trained on {self.kind}"
        ratios = [
            first / second
            for first, second in (
                [facts.trained.get(name, 0) for facts in both]
                for name in ("steps", "hours")
            )
            if first and second
        ]
        if not any(1 / ALIKE <= ratio <= ALIKE for ratio in ratios):
            return "they were not trained for about as many steps or hours"
        return ""

    def own_views(
        self, pictures: np.ndarray, viewpoints: np.ndarray
    ) -> list[np.ndarray]:
        """Our views of prepared pictures, `[v, size, size, 3]` for each."""
        codes = self.network.encode(pictures)
        return [self.reduced(self.network.decode(c, viewpoints).rgb) for c in codes]

    def reduced(self, rgb: np.ndarray) -> np.ndarray:
        """Pictures in the size that is compared."""
        return np.stack([smaller(picture, self.size) for picture in rgb])

    def notes(self, data: str) -> tuple[str, ...]:
        """What was compared, and how long each was trained."""
        told = [
            f"{each.name}: "
            + (
                ", ".join(
                    f"{key} {value:g}" for key, value in each.facts.trained.items()
                )
                or "training unknown"
            )
            for each in (self.own, self.rival)
        ]
        notes = (f"Shapes: {data}, at {self.size}×{self.size}. {'; '.join(told)}.",)
        return notes if self.fair else (*notes, f"No verdict: {self.unlike}.")


def find_pair(context: Context, rival: str, usual: str) -> Pair:
    """The network of a name, and ours that learned from the same shapes.

    Args:
      context: its models.
      rival: a key of `tf3d.models.rivals.RIVALS`.
      usual: the kind of the paper's figure; the rival's own data go before it.

    Raises:
      NotPossible: if one is missing.
    """
    theirs = context.loaded("comparison", must={"objective": rival}, data=usual)
    known = [name for name in theirs.facts.data if name in GENERATORS]
    kind = usual if usual in known or not known else known[0]
    return Pair(theirs, context.loaded("multi-view", data=kind), kind)
