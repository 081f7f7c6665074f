"""What the codes hold: active dimensions, sparsity, and classes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tf3d.evaluation.voxels.sparsity import excess_kurtosis, hoyer

ACTIVE = 0.1  # share of informative variance above which a dimension is active
NEIGHBOURS = 10
ITERATIONS = 300


def informative_share(mean: np.ndarray, log_variance: np.ndarray) -> np.ndarray:
    """Var µ / (Var µ + E σ²) of each latent dimension.

    Args:
      mean: `[n, d]` of the posteriors.
      log_variance: `[n, d]`.

    Returns:
      `[d]` in [0, 1].

    Raises:
      ValueError: if the shapes are wrong.
    """
    mean, log_variance = np.asarray(mean, float), np.asarray(log_variance, float)
    if mean.ndim != 2 or mean.shape != log_variance.shape or not len(mean):
        raise ValueError(
            "Expected mean and log_variance of one shape [n, d]. "
            f"Received: mean={mean.shape}, log_variance={log_variance.shape}"
        )
    spread, noise = mean.var(axis=0), np.exp(log_variance).mean(axis=0)
    return spread / (spread + noise)


def evaluate_codes(
    mean: np.ndarray, log_variance: np.ndarray
) -> Iterator[tuple[str, float]]:
    """Yields what can be said of codes without their classes.

    Args:
      mean: `[n, d]` of the posteriors.
      log_variance: `[n, d]`.

    Yields:
      "dimensions", "active" ones (`informative_share` above 0.1) and "informative", the
      mean share; "hoyer" and "kurtosis" of the means (see `sparsity`); "spread" and
      "noise", the standard deviations of means and of posteriors; "aggregate_bias" and
      "aggregate_deviation", how far mean and standard deviation of the codes with their
      noise are from N(0, I)'s, averaged over dimensions.
    """
    share = informative_share(mean, log_variance)
    mean = np.asarray(mean, np.float64)
    variance = np.exp(np.asarray(log_variance, np.float64)).mean(axis=0)
    total = np.sqrt(mean.var(axis=0) + variance)
    yield "dimensions", float(mean.shape[1])
    yield "active", float((share > ACTIVE).sum())
    yield "informative", float(share.mean())
    if mean.shape[1] > 1:
        yield "hoyer", float(hoyer(mean).mean())
    yield "kurtosis", excess_kurtosis(mean)
    yield "spread", float(np.sqrt(mean.var(axis=0).mean()))
    yield "noise", float(np.sqrt(variance.mean()))
    yield "aggregate_bias", float(np.abs(mean.mean(axis=0)).mean())
    yield "aggregate_deviation", float(np.abs(total - 1).mean())


def neighbour_accuracy(
    train: np.ndarray,
    train_labels: np.ndarray,
    test: np.ndarray,
    test_labels: np.ndarray,
    neighbours: int = NEIGHBOURS,
) -> float:
    """Share of test codes whose nearest training codes vote for the right class.

    Exact search, Euclidean distance, every neighbour one vote.

    Args:
      train: `[n, d]`.
      train_labels: `[n]`.
      test: `[m, d]`.
      test_labels: `[m]`.
      neighbours: that vote; at most n.

    Raises:
      ValueError: if codes and labels do not match.
    """
    from sklearn.neighbors import KNeighborsClassifier

    _check_labelled(train, train_labels, "train")
    _check_labelled(test, test_labels, "test")
    search = KNeighborsClassifier(min(neighbours, len(train)), algorithm="brute")
    search.fit(train, train_labels)
    return float(search.score(test, test_labels))


def linear_accuracy(
    train: np.ndarray,
    train_labels: np.ndarray,
    test: np.ndarray,
    test_labels: np.ndarray,
) -> float:
    """Share of test codes that a logistic regression on training codes classifies.

    Args:
      train: `[n, d]`, of two classes or more; standardised first.
      train_labels: `[n]`.
      test: `[m, d]`.
      test_labels: `[m]`.

    Raises:
      ValueError: if codes and labels do not match.
    """
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    _check_labelled(train, train_labels, "train")
    _check_labelled(test, test_labels, "test")
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=ITERATIONS))
    with warnings.catch_warnings():
        # The last digits of the weights change no class.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(train, train_labels)
    return float(model.score(test, test_labels))


def evaluate_classes(
    train: np.ndarray,
    train_labels: np.ndarray,
    test: np.ndarray,
    test_labels: np.ndarray,
) -> Iterator[tuple[str, float]]:
    """Yields how well codes tell classes apart; arguments as `neighbour_accuracy`.

    Yields:
      "train_images", "neighbours_accuracy" (10 of them) and, of two classes or more,
      "linear_accuracy".
    """
    labelled = (train, train_labels, test, test_labels)
    yield "train_images", float(len(train))
    yield "neighbours_accuracy", neighbour_accuracy(*labelled)
    if len(np.unique(train_labels)) > 1:
        yield "linear_accuracy", linear_accuracy(*labelled)


def _check_labelled(codes: np.ndarray, labels: np.ndarray, name: str) -> None:
    if np.ndim(codes) != 2 or np.shape(labels) != (len(codes),) or not len(codes):
        raise ValueError(
            f"Expected {name} codes [n, d] and labels [n]. "
            f"Received: codes={np.shape(codes)}, labels={np.shape(labels)}"
        )
