"""What is written beside a model: what it is, where it comes from, and how it was checked."""

import hashlib
import json
import platform
from datetime import datetime, timezone
from importlib.metadata import version

import numpy as np

LIBRARIES = ("scikit-learn", "numpy", "scipy", "joblib", "onnx", "onnxruntime")
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


def text_of(facts: dict, sample: np.ndarray) -> str:
    """The manifest's text, a line a row of the sample; a missing value is null."""
    text = json.dumps(facts, indent=2, allow_nan=False)
    if len(sample) == 0:
        return f"{text}\n"
    rows = [json.dumps([None if np.isnan(value) else float(value) for value in row]) for row in sample]
    lines = ",\n".join(f"    {row}" for row in rows)
    return f'{text[:-2]},\n  "sample": [\n{lines}\n  ]\n}}\n'


def shares_missing(rows: np.ndarray, features: list[str]) -> dict[str, float]:
    return {name: float(share) for name, share in zip(features, np.isnan(rows).mean(axis=0))}


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
