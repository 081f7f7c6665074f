"""Fits a multi-view network's codes to the pictures that they were read from.

The encoder answers at once, and so only about right: proportions above all are drawn
towards the usual ones. A picture says more. With its mask and viewpoint, as a
`ViewEstimator` gives them, the code is moved until the decoder draws what the picture
shows: a few steps of gradient descent from where the encoder is (semi-amortised
inference: Kim et al., ICML 2018). All other views follow. What the decoder cannot draw
even so is unlike all that it learned, and keeps the encoder's answer.

Both networks are asked twice, since most objects have two like sides: of the picture,
and of its mirror image, which shows about the same object from the opposite azimuth.
The means err less. The fit itself is to the picture alone, and finds the differences.

The networks know pictures in whose middle the middle of the object's box is. Of a photo
nobody knows where that is, nor how its lens and distance go together. So a photo is
fitted twice at once: as it is, and with its framing, a shift and a zoom. That is found
with the viewpoint alone at first, and then both networks are asked again of the photo
so framed. What looks much better is taken. A photo's light and reflections are unlike
any that the decoder draws, and count up to a limit.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from tf3d.models import MultiView, ViewEstimator
from tf3d.prediction.cropping import GREY
from tf3d.prediction.reframing import reframed

TURNS = 5  # steps of the viewpoint alone, before
STEPS = 18  # of code and viewpoint together
CODE_RATE = 0.2  # of the first step: root mean square over the code, which is about 2
ANGLE_RATE = 2.0  # degrees, of the first step
DISTANCE_RATE = 0.02  # world units
SHIFT_RATE = 1 / 64  # of the frame's side, of a photo's framing
ZOOM_RATE = 0.02  # of its logarithm
NUDGE = 1e-4  # where framings begin: between two pixels, where pictures have a slope
MOMENTUM = 0.7
COLOUR = 0.3  # weight of colours beside the mask's: the picture's light is another
GLARE = 0.1  # error of a photo's colour, root mean square, from which it counts less
STAY = 0.01  # weight of the mean squared distance from the encoder's code
# The estimator is less sure of its masks than it could be: sharpened, they are nearer
# to the truth on shapes of another seed.
SURENESS = 1.5
APART = 60.0  # degrees at least between the two azimuths that are tried
EVIDENCE = 8.0  # weight of a lower log misfit against the azimuth's log probability
# Misfits that the fit ends at: up to the one it is believed, from the other on the
# encoder's code stays. Generated cars end at 0.001 to 0.004, chairs at 0.002 to 0.010,
# photos at 0.007 to 0.025; those above 0.02 came out smeared.
NEAR, FAR = 0.012, 0.02
COMPARED = 0.6  # share of the steps that a photo's two fits take, before one goes on
# Logarithm of their misfits' ratio from which a photo's framing is believed to be off.
# A fit that may move it is lower anyway, of renderings by 0.2 in the median.
FRAMED = 0.22
TINY = 1e-12


class Target(NamedTuple):
    """What does not change during the fit.

    Attributes:
      codes: `[b, width]`, the encoder's, of the picture and its mirror image. Photos
        are there twice: with their framing as it is, and after all those free to move.
      viewpoints: `[b, 3]`, where the fit begins; with the framing of photos `[b, 6]`,
        which stays as it is where it begins at zero.
      mask: `[b, size / 2, size / 2]` coverage of the pictures' objects.
      cut_out: `[b, size / 2, size / 2, 3]` the pictures' objects over plain grey.
    """

    codes: Any
    viewpoints: Any
    mask: Any
    cut_out: Any


class Fit(NamedTuple):
    """Where the fit is, and how fast it moves.

    Attributes:
      codes: `[b, width]`.
      turned: from the first viewpoints, in units of `Refinement.scale`.
      code_speed: `[b, width]`.
      view_speed: as `turned`.
    """

    codes: Any
    turned: Any
    code_speed: Any
    view_speed: Any


SCALE = np.array([ANGLE_RATE, ANGLE_RATE, DISTANCE_RATE], np.float32)
FRAMING_SCALE = np.array([SHIFT_RATE, SHIFT_RATE, ZOOM_RATE], np.float32)


class Refinement:
    """Finds codes whose pictures look like the given ones.

    Args:
      model: a `MultiView` with a mask output.
      estimator: trained on its inputs.
      turns: steps of the viewpoint alone.
      steps: of code and viewpoint together, after those.
      rate: of codes, see `CODE_RATE`.
      momentum: share of a step that goes on from the one before.
      photo: whether the pictures are photos, whose framing and light are unknown.

    Attributes:
      scale: `[3]` of one step of the viewpoint, or `[6]` with that of the framing.
    """

    def __init__(
        self,
        model: MultiView,
        estimator: ViewEstimator,
        turns: int = TURNS,
        steps: int = STEPS,
        rate: float = CODE_RATE,
        momentum: float = MOMENTUM,
        photo: bool = False,
    ) -> None:
        self.model, self.estimator = model, estimator
        self.rate, self.momentum, self.photo = rate, momentum, photo
        self.scale = np.concatenate([SCALE, FRAMING_SCALE]) if photo else SCALE
        falling = 1 - np.arange(steps) / max(steps, 1)
        # Of codes and viewpoints, for each step.
        self.turns = np.tile(np.float32([0, 1]), (turns, 1))
        self.steps = np.stack([falling, falling], axis=1).astype(np.float32)

    def __call__(self, images: Any) -> tuple[Any, Any]:
        """Fits codes, one compiled step after the other.

        Args:
          images: `[b, size, size, 3]` in [0, 1].

        Returns:
          Codes `[b, width]`, and the viewpoints `[b, 3]` that the pictures fit best.
        """

        def run(target: Target, fit: Fit, rates: np.ndarray) -> Fit:
            for rate in rates:
                rate = ops.convert_to_tensor(rate)
                fit = Fit(*self._compiled_step(*target, *fit, rate))
            return fit

        return self._fit(images, run)

    def in_graph(self, images: Any) -> Any:
        """`__call__` as loops of a graph, of which step is a part; codes alone."""

        def run(target: Target, fit: Fit, rates: np.ndarray) -> Fit:
            def body(index: Any, fit: Any) -> Any:
                return self.step(target, Fit(*fit), ops.take(rates, index, axis=0))

            return Fit(*ops.fori_loop(0, len(rates), body, fit))

        return self._fit(images, run)[0]

    def first_codes(self, sides: Any) -> Any:
        """The encoder's codes `[b, width]` of `both_sides` of pictures."""
        return _mean(ops.split(ops.cast(self.model.encode(sides), "float32"), 2))

    def from_where(self, images: Any, viewpoints: Any) -> Any:
        """Codes fitted to pictures whose viewpoints are known, and stay as they are.

        Args:
          images: `[b, size, size, 3]` in [0, 1].
          viewpoints: `[b, 3]`.

        Returns:
          `[b, width]`, however well they fit.
        """
        sides = both_sides(images)
        mask, cut_out, _ = self._seen(images, sides)
        viewpoints = ops.cast(viewpoints, "float32")
        target = Target(self.first_codes(sides), viewpoints, mask, cut_out)
        fit = self.start(target)
        for rate, _ in self.steps:
            fit = self.step(target, fit, np.float32([rate, 0]))
        return fit.codes

    # --- parts ---

    def _fit(
        self, images: Any, run: Callable[[Target, Fit, np.ndarray], Fit]
    ) -> tuple[Any, Any]:
        images = ops.convert_to_tensor(images, dtype="float32")
        both, lead = self._compiled_targets(images)
        both = Target(*both)
        # Together: what a step costs is reading the weights.
        fit = run(both, self.start(both), self.turns)
        if not self.photo:
            target, fit = self.better(both, fit, lead)
            return self.end(target, run(target, fit, self.steps))
        (held, of_held), (free, of_free) = (
            self.better(target, fit, lead)
            for target, fit in zip(_halves(both), _halves(fit))
        )
        poses = free.viewpoints + of_free.turned * self.scale
        free = Target(*self._compiled_reading(images, poses))
        target = _joined(held, free)
        fit = _joined(of_held, self.start(free))
        first = round(COMPARED * len(self.steps))
        fit = run(target, fit, self.steps[:first])
        errors = ops.split(ops.log(self._misfit_of(target, fit) + TINY), 2)
        stays = errors[0] - errors[1] < FRAMED
        target, fit = _chosen(stays, target), _chosen(stays, fit)
        return self.end(target, run(target, fit, self.steps[first:]))

    def targets(self, images: Any) -> tuple[Target, Any]:
        """What the pictures show, from either of their two likeliest azimuths.

        Returns:
          `[2 b]` targets, those from the likeliest azimuths first, of photos `[4 b]`,
          and `[b]` by how much their log probability is greater.
        """
        sides = both_sides(images)
        codes = self.first_codes(sides)
        mask, cut_out, seen = self._seen(images, sides)

        def at(azimuth: Any) -> Any:
            return ops.stack([azimuth, seen["elevation"], seen["distance"]], axis=1)

        first, second = likely_azimuths(seen["azimuth"])
        viewpoints = ops.concatenate([at(first[0]), at(second[0])])
        rest = (ops.concatenate([part, part]) for part in (mask, cut_out))
        codes = ops.concatenate([codes, codes])
        both, lead = Target(codes, viewpoints, *rest), first[1] - second[1]
        if self.photo:
            held, free = (
                both._replace(viewpoints=_framed(viewpoints, start))
                for start in (0, NUDGE)
            )
            both = _joined(held, free)
        return both, lead

    def reading(self, images: Any, poses: Any) -> Target:
        """What photos show in the framing that was found for them.

        Args:
          images: `[b, size, size, 3]`.
          poses: `[b, 6]` viewpoints and framings.
        """
        images = reframed(images, poses[:, 3:])
        sides = both_sides(images)
        mask, cut_out, _ = self._seen(images, sides)
        codes = self.first_codes(sides)
        return Target(codes, _framed(poses[:, :3], NUDGE), mask, cut_out)

    def _seen(self, images: Any, sides: Any) -> tuple[Any, Any, dict[str, Any]]:
        """Masks and cut-outs of pictures, and what else the estimator says of them."""
        seen = of_both_sides(self.estimator(sides))
        mask = ops.sigmoid(SURENESS * seen["alpha"])
        cut_out = mask[..., None] * _halved(images) + (1 - mask[..., None]) * GREY
        return mask, cut_out, seen

    def better(self, both: Target, fit: Fit, lead: Any) -> tuple[Target, Fit]:
        """Of the two fits of each picture the one that more speaks for."""
        errors = ops.split(ops.log(self._misfit_of(both, fit) + TINY), 2)
        stays = lead + EVIDENCE * (errors[1] - errors[0]) >= 0
        return _chosen(stays, both), _chosen(stays, fit)

    def misfit(self, codes: Any, viewpoints: Any, mask: Any, cut_out: Any) -> Any:
        """How far the decoder's pictures are from the given ones, `[b]`."""
        if self.photo:
            both = ops.concatenate([mask[..., None], cut_out], axis=3)
            both = reframed(both, viewpoints[:, 3:])
            mask, cut_out = both[..., 0], both[..., 1:]
            viewpoints = viewpoints[:, :3]
        raw = self.model.decode_raw(codes, viewpoints)
        outputs = self.model.to_units(raw, viewpoints)
        alpha = _halved(outputs["alpha"][..., None])[..., 0]
        shape = ops.mean((alpha - mask) ** 2, axis=(1, 2))
        colour = ops.mean((_halved(outputs["rgb"]) - cut_out) ** 2, axis=3)
        if self.photo:  # as Geman and McClure (1985) bound it
            colour = colour * GLARE**2 / (colour + GLARE**2)
        return shape + COLOUR * ops.mean(colour, axis=(1, 2))

    def start(self, target: Target) -> Fit:
        """The fit before its first step."""
        still = ops.zeros_like(target.viewpoints)
        return Fit(target.codes, still, ops.zeros_like(target.codes), still)

    def end(self, target: Target, fit: Fit) -> tuple[Any, Any]:
        """What comes of the fit: codes, as far as they are believed, and viewpoints."""
        misfit = self._misfit_of(target, fit)[:, None]
        trust = ops.clip((FAR - misfit) / (FAR - NEAR), 0, 1)
        codes = target.codes + trust * (fit.codes - target.codes)
        return codes, (target.viewpoints + fit.turned * self.scale)[:, :3]

    def _misfit_of(self, target: Target, fit: Fit) -> Any:
        viewpoints = target.viewpoints + fit.turned * self.scale
        return self._compiled_misfit(fit.codes, viewpoints, target.mask, target.cut_out)

    def step(self, target: Target, fit: Fit, rates: Any) -> Fit:
        """One step, at the two rates of codes and viewpoints, each in [0, 1]."""

        def total(codes: Any, turned: Any) -> Any:
            viewpoints = target.viewpoints + turned * self.scale
            misfit = self.misfit(codes, viewpoints, target.mask, target.cut_out)
            return ops.sum(
                misfit + STAY * ops.mean((codes - target.codes) ** 2, axis=1)
            )

        slopes, momentum = _gradient(total, (fit.codes, fit.turned)), self.momentum
        turn = _unit(slopes[1]) if not self.photo else _turn(target, slopes[1])
        # Steps of one length: how steep the misfit is differs from picture to picture.
        # What is held still gathers no speed.
        speeds = [
            ops.sign(rate) * (momentum * speed + (1 - momentum) * slope)
            for rate, speed, slope in zip(
                (rates[0], rates[1]), fit[2:], (_unit(slopes[0]), turn)
            )
        ]
        codes = fit.codes - self.rate * rates[0] * speeds[0]
        return Fit(codes, fit.turned - rates[1] * speeds[1], *speeds)

    @functools.cached_property
    def _compiled_step(self) -> Callable[..., Fit]:
        def step(*parts: Any) -> Fit:
            return self.step(Target(*parts[:4]), Fit(*parts[4:8]), parts[8])

        return _compiled(step)

    @functools.cached_property
    def _compiled_targets(self) -> Callable[..., tuple[Target, Any]]:
        return _compiled(self.targets)

    @functools.cached_property
    def _compiled_reading(self) -> Callable[..., Target]:
        return _compiled(self.reading)

    @functools.cached_property
    def _compiled_misfit(self) -> Callable[..., Any]:
        return _compiled(self.misfit)


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of pictures' tensors, which all have the batch first, and of vectors.

    It is traced once for all sizes of batches.
    """
    if keras.backend.backend() != "tensorflow":
        import jax

        return jax.jit(function)
    import tensorflow as tf

    traced: list[Callable[..., Any]] = []

    def call(*parts: Any) -> Any:
        if not traced:
            shapes = [tuple(part.shape) for part in parts]
            specs = [
                tf.TensorSpec((None, *shape[1:]) if len(shape) > 1 else shape)
                for shape in shapes
            ]
            # AutoGraph would take most of the tracing, with nothing to do here.
            traced.append(tf.function(function, input_signature=specs, autograph=False))
        return traced[0](*parts)

    return call


def both_sides(images: Any) -> Any:
    """Pictures `[b, size, size, 3]`, and after them their mirror images."""
    return ops.concatenate([images, ops.flip(images, axis=2)])


def of_both_sides(seen: dict[str, Any]) -> dict[str, Any]:
    """What an estimator says of pictures and of their mirror images, as one answer.

    Args:
      seen: a `ViewEstimator`'s outputs for `2 b` pictures, the last `b` of which are
        the first ones' mirror images.

    Returns:
      The same for the `b` pictures: means, after the mirror images' are turned back.
    """
    halves = {name: ops.split(part, 2) for name, part in seen.items()}
    halves["alpha"][1] = ops.flip(halves["alpha"][1], axis=2)
    # The first bin is centred at 0°, and stays where it is.
    halves["azimuth"][1] = ops.roll(ops.flip(halves["azimuth"][1], axis=1), 1, axis=1)
    return {name: _mean(parts) for name, parts in halves.items()}


def likely_azimuths(logits: Any) -> list[tuple[Any, Any]]:
    """The likeliest azimuth, and the likeliest at least `APART` from it.

    Args:
      logits: `[b, bins]`; the bins go evenly around, the first is centred at 0°.

    Returns:
      Of either, two tensors `[b]`: the mean direction of a bin and its neighbours in
      degrees, and the logarithm of their probability.
    """
    width = 360 / logits.shape[-1]
    bins = np.arange(logits.shape[-1], dtype=np.float32) * width
    directions = np.stack([np.sin(np.radians(bins)), np.cos(np.radians(bins))], axis=1)
    apart = np.abs((bins[:, None] - bins + 180) % 360 - 180)
    found, left = [], ops.log_softmax(logits, axis=-1)
    for _ in range(2):
        distance = ops.take(apart, ops.argmax(left, axis=-1), axis=0)
        near = ops.where(distance <= 1.5 * width, left, -1e9)
        mean = ops.matmul(ops.softmax(near, axis=-1), directions)
        azimuth = ops.arctan2(mean[:, 0], mean[:, 1]) * (180 / np.pi)
        found.append((azimuth, ops.logsumexp(near, axis=-1)))
        left = ops.where(distance < APART, -1e9, left)
    return found


def _framed(viewpoints: Any, start: float) -> Any:
    """Viewpoints, and after them the framing that a fit begins at, `[b, 6]`."""
    return ops.concatenate([viewpoints, start + 0 * viewpoints], axis=1)


def _turn(target: Target, slope: Any) -> Any:
    """Steps of photos' viewpoints by their slopes, and of framings that move."""
    moves = ops.any(target.viewpoints[:, 3:] != 0, axis=1, keepdims=True)
    moves = ops.cast(moves, slope.dtype)
    slope = ops.concatenate([slope[:, :3], moves * slope[:, 3:]], axis=1)
    # Of root mean square 1 over what moves.
    mean = ops.sum(slope**2, axis=1, keepdims=True) / (3 + 3 * moves)
    return slope * ops.rsqrt(mean + TINY**2)


def _halves(parts: Any) -> list[Any]:
    """A target or fit of twice as many pictures as two."""
    halves = [ops.split(part, 2) for part in parts]
    return [type(parts)(*half) for half in zip(*halves)]


def _joined(first: Any, second: Any) -> Any:
    """Two targets or fits as one, the second's pictures after the first's."""
    return type(first)(*(ops.concatenate(pair) for pair in zip(first, second)))


def _chosen(stays: Any, parts: Any) -> Any:
    """Of each picture's two targets or fits the first, where it stays."""

    def of(first: Any, second: Any) -> Any:
        kept = ops.reshape(stays, (-1,) + (1,) * (len(first.shape) - 1))
        return ops.where(kept, first, second)

    return type(parts)(*map(of, *_halves(parts)))


def _mean(parts: list[Any]) -> Any:
    return (parts[0] + parts[1]) / 2


def _halved(pictures: Any) -> Any:
    return ops.average_pool(pictures, 2, 2)


def _unit(slope: Any) -> Any:
    """Rows of root mean square 1."""
    return slope * ops.rsqrt(ops.mean(slope**2, axis=1, keepdims=True) + TINY**2)


def _gradient(
    function: Callable[..., Any], arguments: tuple[Any, ...]
) -> tuple[Any, ...]:
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        # The weights are not watched: their slopes would cost as much again.
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(arguments)
            value = function(*arguments)
        return tape.gradient(value, arguments)
    if backend == "jax":
        import jax

        return jax.grad(function, tuple(range(len(arguments))))(*arguments)
    raise RuntimeError(f"Fitting codes needs TensorFlow or JAX. Received: {backend}")
