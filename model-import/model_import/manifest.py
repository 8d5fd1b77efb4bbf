"""What is written beside a model: what it is, where it comes from, and how it was checked."""

import hashlib
import json
import platform
import re
from datetime import datetime, timezone
from importlib.metadata import version

import numpy as np

LIBRARIES = ("scikit-learn", "numpy", "scipy", "pandas", "joblib", "onnx", "onnxruntime")
# Of the values of a feature.
LEVELS = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1]
NUMBER = r"(?:-?\d[\d.e+-]*|null)"
NUMBERS = re.compile(rf"\[\s*{NUMBER}(?:,\s*{NUMBER})*\s*\]")
SCORE_EDGES = [edge / 10 for edge in range(11)]


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def libraries() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def training_of(model, final) -> dict:
    """What the estimator itself tells of its training."""
    facts = {"algorithm": type(final).__name__, "parameters": _plain(final.get_params(deep=False))}
    if model is not final:
        facts["steps"] = [
            {"algorithm": type(step).__name__, "parameters": _plain(step.get_params(deep=False))}
            for _, step in model.steps[:-1]
            if hasattr(step, "get_params")
        ]
    rows = _training_rows(final)
    if rows is not None:
        facts["rows"] = rows
    iterations = getattr(final, "n_iter_", None)
    if iterations is not None:
        facts["iterations"] = int(np.max(iterations))
    return facts


def text_of(facts: dict) -> str:
    """The manifest's text; numbers of a list are on one line."""
    text = json.dumps(facts, indent=2, allow_nan=False)
    return NUMBERS.sub(lambda found: re.sub(r"\s+", " ", found[0]).replace("[ ", "[").replace(" ]", "]"), text) + "\n"


def rows_of(sample: np.ndarray) -> list[list[float | None]]:
    """Rows as JSON has them: a missing value is null."""
    return [[None if np.isnan(value) else value for value in row] for row in sample.tolist()]


def shares_missing(rows: np.ndarray, features: list[str]) -> dict[str, float]:
    return {name: float(share) for name, share in zip(features, np.isnan(rows).mean(axis=0))}


def spread_of(rows: np.ndarray, features: list[str]) -> dict:
    """Quantiles of the finite values of each feature; None for one without any.

    Each is a value that occurs: the least that at least this share of the values do not exceed (Hyndman and Fan 1996,
    definition 1).
    """
    quantiles = {}
    for name, column in zip(features, rows.T):
        values = column[np.isfinite(column)]
        quantiles[name] = np.quantile(values, LEVELS, method="inverted_cdf").tolist() if len(values) > 0 else None
    return {"levels": LEVELS, "quantiles": quantiles}


def shares_of_scores(scores: np.ndarray) -> dict:
    """The reference of a population stability index."""
    counts, _ = np.histogram(scores, bins=SCORE_EDGES)
    return {"edges": SCORE_EDGES, "shares": (counts / counts.sum()).tolist()}


def _training_rows(final) -> int | None:
    """The rows that reached the root of the first tree; a validation set, or rows left out by a draw, are not in it."""
    if hasattr(final, "_predictors"):
        return int(final._predictors[0][0].nodes["count"][0])
    estimators = getattr(final, "estimators_", None)
    if estimators is None or getattr(final, "bootstrap", False) or getattr(final, "subsample", 1.0) < 1.0:
        return None
    return int(np.ravel(estimators)[0].tree_.n_node_samples[0])


def _plain(parameters: dict) -> dict:
    """Parameters as JSON has them; others, NaN among them, as Python shows them."""
    plain = {}
    for name, value in parameters.items():
        try:
            json.dumps(value, allow_nan=False)
            plain[name] = value
        except (TypeError, ValueError):
            plain[name] = repr(value)
    return plain
