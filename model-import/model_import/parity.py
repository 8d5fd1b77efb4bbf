"""How far scikit-learn and the ONNX graph are apart, measured by running both."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np
import onnxruntime

from model_import.conversion import Conversion, probabilities_of
from model_import.feature_csv import written_and_read
from model_import.made_rows import made_rows
from model_import.refused import Refused
from model_import.split_rows import SplitRows

# What the pipeline promises between scikit-learn and ONNX.
LARGEST_DIFFERENCE = 1e-6
MADE_ROWS = 2_000
AT_ONCE = 10_000
SEED = 20260422
# For the manifest.
SAMPLE_ROWS = 100


@dataclass
class Parity:
    """The greatest difference of a score, over how many rows of each kind, and at which."""

    greatest: float = 0.0
    rows: dict[str, int] = field(default_factory=dict)
    row: str | None = None
    feature: str | None = None

    def in_manifest(self) -> dict:
        return {
            "greatestDifference": self.greatest,
            "rows": sum(self.rows.values()),
            "rowsByKind": self.rows,
            "worst": None if self.row is None else {"row": self.row, "feature": self.feature},
        }


@dataclass(frozen=True)
class Rows:
    """Rows to compare: what each one is, and which feature it tests, if one."""

    kind: str
    values: np.ndarray
    says: list[str]
    features: list[int | None]


def open_session(onnx: bytes) -> onnxruntime.InferenceSession:
    """As services/predict opens one: with more threads, trees are summed in another order."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])


class ParityCheck:
    """Compares a model with its graph. `final` is the model's classifier, `numbers` as in the manifest."""

    def __init__(self, model, final, conversion: Conversion, features: list[str], numbers: str):
        self._model = model
        self._final = final
        self._conversion = conversion
        self._features = features
        self._numbers = numbers
        self._column = list(final.classes_).index(1)
        self._session = open_session(conversion.graph.SerializeToString(deterministic=True))

    def measure(self, given: list[tuple[str, np.ndarray]]) -> Parity:
        """Over given tables by name, over rows made for the model, and over rows at every split of its trees.

        Raises Refused where a score differs by more than LARGEST_DIFFERENCE.
        """
        self._check_refusals()
        parity = Parity()
        for rows in self._all_rows(given):
            parity.rows[rows.kind] = parity.rows.get(rows.kind, 0) + len(rows.values)
            differences = self._differences(rows.values)
            worst = int(np.argmax(differences))
            if differences[worst] > parity.greatest:
                parity.greatest = float(differences[worst])
                parity.row = rows.says[worst]
                feature = rows.features[worst]
                if feature is None:
                    feature = self._feature_to_blame(rows.values[worst], rows.values[np.argmin(differences)])
                parity.feature = self._features[feature]
            if parity.greatest > LARGEST_DIFFERENCE:
                raise self._apart(parity, rows.values[worst])
        return parity

    def scores(self, rows: np.ndarray) -> np.ndarray:
        return probabilities_of(self._model, rows)[:, self._column]

    def sample(self, given: list[tuple[str, np.ndarray]]) -> np.ndarray:
        """At most SAMPLE_ROWS rows, spread over the given ones; made ones where none are given."""
        rows = np.vstack([values for _, values in given]) if given else self._made_rows(SplitRows(self._conversion))
        rows = rows[~np.isinf(rows).any(axis=1)]
        return rows[np.unique(np.linspace(0, len(rows) - 1, SAMPLE_ROWS).astype(int))] if len(rows) > 0 else rows

    def _made_rows(self, splits: SplitRows) -> np.ndarray:
        return made_rows(self._conversion, splits, self._final, MADE_ROWS, np.random.default_rng(SEED))

    def _all_rows(self, given: list[tuple[str, np.ndarray]]) -> Iterator[Rows]:
        for name, values in given:
            says = [f"row {row + 1} of {name}" for row in range(len(values))]
            yield Rows("given", values, says, [None] * len(values))
        splits = SplitRows(self._conversion)
        made = self._made_rows(splits)
        says = [f"made row {row + 1}" for row in range(len(made))]
        yield from self._also_read(Rows("made", made, says, [None] * len(made)))
        base = np.vstack([*(values for _, values in given), made])
        at_splits = splits.of(base)
        while batch := list(islice(at_splits, AT_ONCE)):
            values, features, says = zip(*batch)
            yield from self._also_read(Rows("at splits", np.array(values), list(says), list(features)))

    def _also_read(self, rows: Rows) -> Iterator[Rows]:
        """The rows, and as the model gets them from a feature file: pandas can move a value across the split beside it."""
        yield rows
        if self._numbers == "pandas":
            says = [f"{row}, read back" for row in rows.says]
            yield replace(rows, kind=f"{rows.kind} and read back", values=written_and_read(rows.values), says=says)

    def _differences(self, values: np.ndarray) -> np.ndarray:
        differences = np.abs(self._graph_scores(values) - self.scores(values))
        return np.where(np.isnan(differences), np.inf, differences)

    def _graph_scores(self, values: np.ndarray) -> np.ndarray:
        (probabilities,) = self._session.run(["probabilities"], {"X": values})
        return probabilities[:, self._column]

    def _feature_to_blame(self, worst: np.ndarray, good: np.ndarray) -> int:
        """The one whose value, replaced by that of a row without a difference, mends the most."""
        tried = np.tile(worst, (len(worst), 1))
        np.fill_diagonal(tried, good)
        return int(np.argmin(self._differences(tried)))

    def _check_refusals(self) -> None:
        """Where scikit-learn refuses a missing or infinite value, the graph must give no score."""
        rows = np.repeat(np.zeros((1, self._conversion.width)), self._conversion.width, axis=0)
        for value in (np.nan, np.inf):
            np.fill_diagonal(rows, value)
            try:
                self.scores(rows[:1])
            except ValueError:
                scored = np.flatnonzero(~np.isnan(self._graph_scores(rows)))
                if scored.size > 0:
                    feature = self._features[scored[0]]
                    raise Refused(
                        f"the ONNX graph gives a score where {feature} is {value}, and scikit-learn refuses that"
                    ) from None

    def _apart(self, parity: Parity, values: np.ndarray) -> Refused:
        graph, own = (float(score(values[np.newaxis])[0]) for score in (self._graph_scores, self.scores))
        value = float(values[self._features.index(parity.feature)])
        return Refused(
            f"scikit-learn and the ONNX graph differ by {parity.greatest:.3g}, more than {LARGEST_DIFFERENCE:g}, at "
            f"{parity.row}, feature {parity.feature} ({value!r}): scikit-learn {own!r}, ONNX {graph!r}"
        )
