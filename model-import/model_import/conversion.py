"""From a fitted scikit-learn classifier, alone or at the end of a Pipeline, to an ONNX graph in double precision."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from onnx import ModelProto, TensorProto
from sklearn.pipeline import Pipeline

from model_import.classifiers import Classifier, add_probabilities, classifier_of
from model_import.graph import Graph
from model_import.refused import Refused
from model_import.steps import Column, Table, add_step


@dataclass(frozen=True)
class Conversion:
    """A graph, and what is known of the model that it was made from."""

    graph: ModelProto
    width: int
    classifier: Classifier
    # Of the classifier's input, in order.
    columns: list[Column]
    # The steps before the classifier; None where there are none.
    steps: Pipeline | None
    takes_missing: bool

    def before_classifier(self, rows: np.ndarray) -> np.ndarray:
        """What scikit-learn's own steps make of rows, as the classifier compares it with its thresholds."""
        if self.steps is not None:
            with _quiet():
                rows = np.asarray(self.steps.transform(rows), dtype=np.float64)
        if not self.classifier.rounds:
            return rows
        with np.errstate(over="ignore"):
            return rows.astype(np.float32).astype(np.float64)


def convert(model, width: int) -> Conversion:
    """Converts a model of `width` features. Raises Refused where it, or something of it, is not supported."""
    *steps, final = [step for _, step in model.steps] if isinstance(model, Pipeline) else [model]
    steps = [step for step in steps if step is not None and step != "passthrough"]
    classes = _classes_of(final)
    classifier = classifier_of(final)
    takes_missing, takes_infinite = (_takes(model, width, value) for value in (np.nan, np.inf))

    graph = Graph()
    table = Table("X", [Column(feature) for feature in range(width)])
    for at, step in enumerate(steps):
        table = add_step(graph, step, table, f"step{at + 1}")
    given = _add_single_precision(graph, table.name) if classifier.rounds else table.name
    if takes_infinite:
        add_probabilities(graph, final, classifier, given, "probabilities")
    else:
        add_probabilities(graph, final, classifier, given, "unchecked")
        # A value can become infinite where it is rounded; before, a step can have clipped one that was.
        checked = ["X"] if steps else []
        _add_refusal(graph, [*checked, given] if classifier.rounds or not steps else checked, takes_missing)
    proto = graph.classifier(type(final).__name__, width, "probabilities", classes)
    return Conversion(proto, width, classifier, table.columns, model[:-1] if steps else None, takes_missing)


def probabilities_of(model, rows: np.ndarray) -> np.ndarray:
    """What scikit-learn gives; rows are in the order of the model's features. Raises ValueError where it refuses."""
    with _quiet():
        return model.predict_proba(rows)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the warnings that come with every run and say nothing new; all others are shown."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="X does not have valid feature names")
        warnings.filterwarnings("ignore", message="Skipping features without any observed values")
        yield


def _classes_of(final) -> list[int]:
    classes = getattr(final, "classes_", None)
    if classes is None or not hasattr(final, "predict_proba"):
        raise Refused(f"it is a {type(final).__name__}, not a fitted classifier with probabilities")
    try:
        as_integers = [int(label) for label in classes]
    except (TypeError, ValueError):
        as_integers = []
    if as_integers != list(classes) or 1 not in as_integers or len(as_integers) < 2:
        raise Refused(
            f"its classes are {', '.join(map(str, classes))}; the score is the probability of class 1, so "
            "train it on whole numbers with 1 for what the VRA looks for"
        )
    return as_integers


def _takes(model, width: int, value: float) -> bool:
    """Whether scikit-learn scores rows with such a value; where it does not, it raises ValueError."""
    rows = np.zeros((2, width))
    rows[1, :] = value
    try:
        probabilities_of(model, rows)
    except ValueError:
        return False
    return True


def _add_single_precision(graph: Graph, table: str) -> str:
    """Rounds to single precision and takes that as doubles again."""
    single = graph.add("Cast", [table], "single", to=TensorProto.FLOAT)
    return graph.add("Cast", [single], "rounded", to=TensorProto.DOUBLE)


def _add_refusal(graph: Graph, tables: list[str], takes_missing: bool) -> None:
    """Turns `unchecked` into `probabilities`: NaN, which is no score, where scikit-learn would refuse the row."""
    graph.constant("across", np.array([1], dtype=np.int64))
    probabilities = "unchecked"
    for table in tables:
        zero_or_nan = graph.add("Sub", [table, table], f"{table}_zero_or_nan")
        if takes_missing:
            missing = graph.add("IsNaN", [table], f"{table}_missing")
            graph.constant("zero", np.zeros((1, 1)))
            zero_or_nan = graph.add("Where", [missing, "zero", zero_or_nan], f"{table}_zero_or_refused")
        refused = graph.add("ReduceSum", [zero_or_nan, "across"], f"{table}_refused", keepdims=1)
        name = "probabilities" if table == tables[-1] else f"{table}_checked"
        probabilities = graph.add("Add", [probabilities, refused], name)
