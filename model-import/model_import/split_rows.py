"""Rows that put a tree's every split to the test: where graphs differ from scikit-learn, if they do."""

from collections.abc import Iterator

import numpy as np

from model_import.conversion import Conversion
from model_import.trees import Tree

# Beyond this a value is no measurement any more, and single precision ends.
FARTHEST = 1e37
BISECTIONS = 66


class SplitRows:
    """Makes for each inner node of each tree rows that reach it.

    In the node's feature they have the threshold itself; the greatest double that goes left and the least that goes
    right, each with its neighbour on the far side; and a missing value, where the model takes those. In the features
    of the splits before they are moved just as far as is needed; all else is that of the row they are made from.
    """

    def __init__(self, conversion: Conversion):
        self._conversion = conversion
        self._last_left = _last_values_to_the_left(conversion)

    def of(self, rows: np.ndarray) -> Iterator[tuple[np.ndarray, int, str]]:
        """Yields a row, the feature that it tests, and how it was made. Each is made from the next of `rows`."""
        made = 0
        for number, tree in enumerate(self._conversion.classifier.trees):
            for node, path in _inner_nodes(tree):
                reaching = self._reach(tree, path, rows[made % len(rows)])
                made += 1
                yield from self._variants(tree, node, reaching, f"tree {number}, node {node}")

    def values_by_feature(self) -> dict[int, np.ndarray]:
        """Where the splits of each feature lie, in order and once each."""
        values: dict[int, set[float]] = {}
        for (column, _), last in self._last_left.items():
            values.setdefault(self._conversion.columns[column].feature, set()).add(last)
        return {feature: np.array(sorted(lasts)) for feature, lasts in values.items()}

    def _variants(self, tree: Tree, node: int, reaching: np.ndarray, where: str):
        column = self._conversion.columns[tree.feature[node]]
        threshold = float(tree.threshold[node])
        for value in self._values(tree, node):
            row = reaching.copy()
            row[column.feature] = value
            yield row, column.feature, f"{where}, split at {threshold!r}, value {value!r}"

    def _values(self, tree: Tree, node: int) -> list[float]:
        column = self._conversion.columns[tree.feature[node]]
        missing = [np.nan] if self._conversion.takes_missing else []
        if column.says_missing:
            return [0.0, *missing]
        last = self._last(tree, node)
        if last is None:
            return missing
        first = np.nextafter(last, np.inf)
        values = {np.nextafter(last, -np.inf), last, first, np.nextafter(first, np.inf)}
        if self._conversion.steps is None:
            on = float(tree.threshold[node])
            values |= {np.nextafter(on, -np.inf), on, np.nextafter(on, np.inf)}
        return [*sorted(float(value) for value in values if np.isfinite(value)), *missing]

    def _reach(self, tree: Tree, path: list[tuple[int, bool]], row: np.ndarray) -> np.ndarray:
        """The row with the least changes that make it take the path. Later splits lie within the earlier ones."""
        row = row.copy()
        for node, goes_left in path:
            column = self._conversion.columns[tree.feature[node]]
            value, last = row[column.feature], self._last(tree, node)
            if column.says_missing:
                if np.isnan(value) == goes_left:
                    row[column.feature] = 0.0 if goes_left else np.nan
            elif last is None:
                # Only a missing value can go right here.
                if not goes_left:
                    row[column.feature] = np.nan
            elif goes_left:
                row[column.feature] = np.fmin(value, last)
            else:
                row[column.feature] = np.fmax(value, np.nextafter(last, np.inf))
        return row

    def _last(self, tree: Tree, node: int) -> float | None:
        return self._last_left.get((int(tree.feature[node]), float(tree.threshold[node])))


def _inner_nodes(tree: Tree) -> Iterator[tuple[int, list[tuple[int, bool]]]]:
    """Each inner node with the splits above it, from the root, and whether the way goes left there."""
    waiting = [(0, [])]
    while waiting:
        node, path = waiting.pop()
        if tree.is_leaf[node]:
            continue
        yield node, path
        waiting.append((int(tree.right[node]), [*path, (node, False)]))
        waiting.append((int(tree.left[node]), [*path, (node, True)]))


def _last_values_to_the_left(conversion: Conversion) -> dict[tuple[int, float], float]:
    """By column of the classifier's input and threshold: the greatest value of the feature that still goes left.

    That is the threshold itself, unless steps or single precision stand between; then it is found by bisection with
    scikit-learn's own steps. A threshold that no value exceeds is left out.
    """
    thresholds: dict[int, set[float]] = {}
    for tree in conversion.classifier.trees:
        inner = ~tree.is_leaf
        for column, threshold in zip(tree.feature[inner].tolist(), tree.threshold[inner].tolist()):
            if np.isfinite(threshold) and not conversion.columns[column].says_missing:
                thresholds.setdefault(column, set()).add(threshold)
    if not thresholds:
        return {}
    if not conversion.classifier.rounds and conversion.steps is None:
        return {(column, value): value for column, values in thresholds.items() for value in values}
    return _bisect(conversion, {column: sorted(values) for column, values in thresholds.items()})


def _bisect(conversion: Conversion, thresholds: dict[int, list[float]]) -> dict[tuple[int, float], float]:
    """A row of the table holds one threshold of each column, so that all are bisected at once."""
    features = [column.feature for column in conversion.columns]
    depth = max(len(values) for values in thresholds.values())
    table = np.full((depth, len(features)), np.nan)
    for column, values in thresholds.items():
        table[: len(values), column] = values

    left = np.full((depth, conversion.width), _in_order(np.array([-FARTHEST]))[0], dtype=np.int64)
    right = np.full((depth, conversion.width), _in_order(np.array([FARTHEST]))[0], dtype=np.int64)
    used = sorted(thresholds)
    places = [features[column] for column in used]
    for _ in range(BISECTIONS):
        # Without the overflow of right - left.
        middle = (left >> 1) + (right >> 1) + (left & right & 1)
        goes_left = conversion.before_classifier(_from_order(middle))[:, used] <= table[:, used]
        left[:, places] = np.where(goes_left, middle[:, places], left[:, places])
        right[:, places] = np.where(goes_left, right[:, places], middle[:, places])
    last = _from_order(left)
    return {
        (column, value): float(last[at, features[column]])
        for column, values in thresholds.items()
        for at, value in enumerate(values)
        if abs(last[at, features[column]]) < FARTHEST / 2
    }


def _in_order(values: np.ndarray) -> np.ndarray:
    """Doubles as integers in the same order, neighbours one apart."""
    bits = values.view(np.int64)
    return np.where(bits < 0, np.int64(-(2**63)) - bits, bits)


def _from_order(integers: np.ndarray) -> np.ndarray:
    bits = np.where(integers < 0, np.int64(-(2**63)) - integers, integers)
    return bits.view(np.float64)
