"""The steps before a classifier: SimpleImputer, StandardScaler, MinMaxScaler and RobustScaler as nodes of a graph.

Each does scikit-learn's arithmetic in scikit-learn's order, so that a value comes out with the same last bit.
"""

from dataclasses import dataclass

import numpy as np
from onnx import TensorProto
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from model_import.graph import Graph
from model_import.refused import Refused


@dataclass(frozen=True)
class Column:
    """What a step hands on in one column: a feature of the model, or whether that feature is missing."""

    feature: int
    says_missing: bool = False


@dataclass(frozen=True)
class Table:
    """The output of a step: the name of its node's output, and its columns."""

    name: str
    columns: list[Column]


def add_step(graph: Graph, step, table: Table, name: str) -> Table:
    """Appends the nodes of one step of a Pipeline; `name` is that of its output."""
    if isinstance(step, SimpleImputer):
        return _add_imputer(graph, step, table, name)
    if isinstance(step, StandardScaler):
        center = step.mean_ if step.with_mean else None
        return _add_center_and_scale(graph, center, step.scale_ if step.with_std else None, table, name)
    if isinstance(step, RobustScaler):
        center = step.center_ if step.with_centering else None
        return _add_center_and_scale(graph, center, step.scale_ if step.with_scaling else None, table, name)
    if isinstance(step, MinMaxScaler):
        return _add_min_max(graph, step, table, name)
    raise Refused(
        f"its Pipeline has the step {type(step).__name__}; before the classifier may stand SimpleImputer, "
        "StandardScaler, MinMaxScaler and RobustScaler"
    )


def _add_imputer(graph: Graph, imputer: SimpleImputer, table: Table, name: str) -> Table:
    if not _is_nan(imputer.missing_values):
        raise Refused(f"its SimpleImputer takes {imputer.missing_values!r} for missing; here missing values are NaN")
    statistics = np.asarray(imputer.statistics_, dtype=np.float64)
    # A feature that the training never saw has no statistic, and is dropped unless asked otherwise.
    kept = np.arange(len(statistics)) if imputer.keep_empty_features else np.flatnonzero(~np.isnan(statistics))
    values = table.name
    if len(kept) < len(statistics):
        values = graph.add("Gather", [values, graph.constant(f"{name}_kept", kept)], f"{name}_values", axis=1)
    missing = graph.add("IsNaN", [values], f"{name}_missing")
    graph.constant(f"{name}_statistics", statistics[kept].reshape(1, -1))
    imputed = graph.add("Where", [missing, f"{name}_statistics", values], f"{name}_imputed")
    columns = [table.columns[place] for place in kept]
    if imputer.indicator_ is None:
        return Table(imputed, columns)
    shown = np.asarray(imputer.indicator_.features_, dtype=np.int64)
    looked_at = graph.add("Gather", [table.name, graph.constant(f"{name}_shown", shown)], f"{name}_looked_at", axis=1)
    is_missing = graph.add("IsNaN", [looked_at], f"{name}_is_missing")
    indicators = graph.add("Cast", [is_missing], f"{name}_indicators", to=TensorProto.DOUBLE)
    output = graph.add("Concat", [imputed, indicators], name, axis=1)
    return Table(output, columns + [Column(table.columns[place].feature, says_missing=True) for place in shown])


def _add_center_and_scale(graph: Graph, center, scale, table: Table, name: str) -> Table:
    values = table.name
    if center is not None:
        values = graph.add("Sub", [values, _row(graph, f"{name}_center", center)], f"{name}_centered")
    if scale is not None:
        values = graph.add("Div", [values, _row(graph, f"{name}_scale", scale)], f"{name}_scaled")
    return Table(values, table.columns)


def _add_min_max(graph: Graph, scaler: MinMaxScaler, table: Table, name: str) -> Table:
    values = graph.add("Mul", [table.name, _row(graph, f"{name}_scale", scaler.scale_)], f"{name}_scaled")
    values = graph.add("Add", [values, _row(graph, f"{name}_min", scaler.min_)], f"{name}_moved")
    if scaler.clip:
        lowest, highest = scaler.feature_range
        # Min and Max of ONNX hand NaN on, as numpy's clip does.
        values = graph.add("Max", [values, graph.constant(f"{name}_lowest", np.float64(lowest))], f"{name}_above")
        values = graph.add("Min", [values, graph.constant(f"{name}_highest", np.float64(highest))], f"{name}_clipped")
    return Table(values, table.columns)


def _row(graph: Graph, name: str, values) -> str:
    return graph.constant(name, np.asarray(values, dtype=np.float64).reshape(1, -1))


def _is_nan(value) -> bool:
    return isinstance(value, float) and bool(np.isnan(value))
