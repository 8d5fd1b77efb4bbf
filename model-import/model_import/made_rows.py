"""Rows for a model of which no real ones are given: spread over the values that its score depends on."""

import numpy as np

from model_import.conversion import Conversion
from model_import.split_rows import SplitRows

MISSING = 0.1


def made_rows(conversion: Conversion, splits: SplitRows, final, count: int, random: np.random.Generator) -> np.ndarray:
    """For trees, values between neighbouring splits of a feature; else such that the scores spread over 0 to 1."""
    rows = random.normal(size=(count, conversion.width))
    if hasattr(final, "coef_"):
        _spread_by_coefficients(rows, conversion, np.abs(final.coef_).max(axis=0))
    for feature, values in splits.values_by_feature().items():
        around = np.concatenate([[values[0] - 1 - abs(values[0])], values, [values[-1] + 1 + abs(values[-1])]])
        at = random.integers(0, len(around) - 1, size=count)
        rows[:, feature] = around[at] + random.random(count) * (around[at + 1] - around[at])
    if conversion.takes_missing:
        rows[random.random(rows.shape) < MISSING] = np.nan
    return rows


def _spread_by_coefficients(rows: np.ndarray, conversion: Conversion, weights: np.ndarray) -> None:
    """Undoes the steps, which scale each feature alone, so that each adds as much to the score."""
    at_zero, at_one = conversion.before_classifier(np.array([[0.0], [1.0]]) * np.ones(conversion.width))
    for place, column in enumerate(conversion.columns):
        slope = at_one[place] - at_zero[place]
        if column.says_missing or slope == 0 or weights[place] == 0:
            continue
        wanted = 3 * rows[:, column.feature] / (np.sqrt(conversion.width) * weights[place])
        rows[:, column.feature] = (wanted - at_zero[place]) / slope
