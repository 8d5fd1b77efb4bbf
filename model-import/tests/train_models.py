"""Trains five models of each kind that can be imported, imports them, and writes what the Python pipeline's predict step
(pandas.read_csv, joblib.load, predict_proba) and the import's own onnxruntime give for the rows of feature files.

Usage: train_models.py TABLE REAL OUT, where TABLE is a folder that demo/training-table.mjs filled and REAL a feature
file. In OUT, each model has its r0b_VERSION.onnx and .json, rows in VERSION.csv, and the scores of those rows and of
REAL's in VERSION.expected.json.
"""

import csv
import json
import sys
import warnings
from itertools import islice
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from model_import.__main__ import main as import_model
from model_import.conversion import convert
from model_import.feature_csv import read_features
from model_import.made_rows import made_rows
from model_import.parity import open_session
from model_import.split_rows import SplitRows

# Dates and positions, which single precision cannot hold; columns of which some or most values are missing; and one
# without any, of which only an imputer makes something.
NEVER_MISSING = ["lastDiaSourceMjdTai", "ra", "decl", "snr", "reliability", "isNegative"]
SOMETIMES_MISSING = ["xErr", "extendedness", "ixx", "trailLength", "dipoleLength", "separationArcsec"]
ALWAYS_MISSING = ["psfLnL"]
FEATURES = [*NEVER_MISSING, *SOMETIMES_MISSING, *ALWAYS_MISSING]
ROWS = 10_000
SEED = 20260422

HistGB = HistGradientBoostingClassifier
GB = GradientBoostingClassifier
forest = {"n_estimators": 8, "max_leaf_nodes": 24, "random_state": SEED}
boost = {"n_estimators": 10, "random_state": SEED}

# By kind: the model, whether it tells three classes apart, and whether it is given columns without missing values.
MODELS = {
    "HistGradientBoosting": [
        (HistGB(max_iter=50, learning_rate=0.1, max_leaf_nodes=8, random_state=42), {}),
        (HistGB(max_iter=12, max_depth=3, l2_regularization=1.0, class_weight="balanced"), {}),
        (HistGB(max_iter=30, max_leaf_nodes=10, early_stopping=True, random_state=1), {}),
        (HistGB(max_iter=8, max_leaf_nodes=10, max_features=0.5, random_state=2), {"three": True}),
        (HistGB(max_iter=10, monotonic_cst=[0, 0, 0, 1, 1] + [0] * 7, max_bins=16), {}),
    ],
    "GradientBoosting": [
        (make_pipeline(SimpleImputer(), GB(**boost)), {}),
        (make_pipeline(SimpleImputer(strategy="median"), GB(**boost, init="zero", max_depth=2)), {}),
        (GB(**boost, subsample=0.7), {"whole": True}),
        (GB(**boost, loss="exponential"), {"whole": True}),
        (make_pipeline(SimpleImputer(add_indicator=True), GB(**boost, max_depth=2)), {"three": True}),
    ],
    "RandomForest": [
        (RandomForestClassifier(**forest), {}),
        (RandomForestClassifier(**forest, max_features=None, class_weight="balanced"), {}),
        (RandomForestClassifier(**forest, bootstrap=False, criterion="entropy"), {}),
        (RandomForestClassifier(n_estimators=3, max_leaf_nodes=24, random_state=3), {"three": True}),
        (make_pipeline(SimpleImputer(strategy="most_frequent"), RandomForestClassifier(**forest)), {}),
    ],
    "ExtraTrees": [
        (ExtraTreesClassifier(**forest), {}),
        (ExtraTreesClassifier(**forest, max_features=None, bootstrap=True), {}),
        (ExtraTreesClassifier(**forest, criterion="log_loss"), {"whole": True}),
        (ExtraTreesClassifier(n_estimators=3, max_leaf_nodes=24, random_state=3), {"three": True}),
        (make_pipeline(SimpleImputer(strategy="constant", fill_value=-1.0), ExtraTreesClassifier(**forest)), {}),
    ],
    "LogisticRegression": [
        (make_pipeline(StandardScaler(), LogisticRegression()), {"whole": True}),
        (make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(C=0.1)), {}),
        (make_pipeline(SimpleImputer(add_indicator=True), RobustScaler(), LogisticRegression(max_iter=2000)), {}),
        (make_pipeline(SimpleImputer(strategy="median"), MinMaxScaler(), LogisticRegression()), {"three": True}),
        (LogisticRegression(solver="newton-cholesky"), {"whole": True}),
    ],
    "Pipeline": [
        (make_pipeline(StandardScaler(), HistGB(max_iter=10, max_leaf_nodes=10)), {}),
        (make_pipeline(SimpleImputer(add_indicator=True), StandardScaler(), RandomForestClassifier(**forest)), {}),
        (make_pipeline(SimpleImputer(), MinMaxScaler((-1, 1), clip=True), ExtraTreesClassifier(**forest)), {}),
        (
            make_pipeline(
                SimpleImputer(strategy="constant", keep_empty_features=True), RobustScaler(), StandardScaler(), GB(**boost)
            ),
            {},
        ),
        (
            make_pipeline(
                SimpleImputer(strategy="median", add_indicator=True), MinMaxScaler(clip=True), LogisticRegression()
            ),
            {"three": True},
        ),
    ],
}


def main(table: Path, real: Path, out: Path) -> None:
    rows, of_real, of_three = _read(table)
    for kind, models in MODELS.items():
        for number, (model, given) in enumerate(models):
            features = _features_for(model, given)
            with warnings.catch_warnings():
                # Of the column without values, and of solvers that such few rows leave unfinished.
                warnings.simplefilter("ignore")
                model.fit(rows[:, : len(features)], of_three if given.get("three") else of_real)
            _name_features(model, features)
            _write(out, f"{kind[:12]}-{number}", model, features, real)


def _features_for(model, given: dict) -> list[str]:
    if given.get("whole"):
        return NEVER_MISSING
    imputes = isinstance(model, Pipeline) and isinstance(model.steps[0][1], SimpleImputer)
    return FEATURES if imputes else [*NEVER_MISSING, *SOMETIMES_MISSING]


def _read(table: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The features; 1 for what is real, else 0; and 1 for variables, 2 for bogus, 0 for other real ones."""
    truth = {}
    with open(table / "truth.csv", newline="") as file:
        for line in csv.DictReader(file):
            truth[line["diaSourceId"]] = (int(line["real"]), line["truth"])
    tables, labels = [], []
    for path in sorted(table.glob("csv/*/*/*.csv")):
        tables.append(read_features(path, FEATURES, "pandas"))
        with open(path, newline="") as file:
            labels.extend(truth[line["diaSourceId"]] for line in csv.DictReader(file))
    of_real = np.array([real for real, _ in labels])
    variable = np.array([name.startswith("variable") for _, name in labels])
    return np.vstack(tables), of_real, np.where(of_real == 0, 2, np.where(variable, 1, 0))


def _name_features(model, features: list[str]) -> None:
    """As if it had been trained on a data frame, without pandas."""
    first = model.steps[0][1] if isinstance(model, Pipeline) else model
    first.feature_names_in_ = np.array(features, dtype=object)


def _write(out: Path, version: str, model, features: list[str], real: Path) -> None:
    path = out / f"{version}.joblib"
    joblib.dump(model, path)
    if import_model([str(path), "--vra", "r0b", "--model-version", version, "--out", str(out)]) != 0:
        sys.exit(f"{version} was not imported")
    conversion = convert(model, len(features))
    final = model.steps[-1][1] if isinstance(model, Pipeline) else model
    splits = SplitRows(conversion)
    made = made_rows(conversion, splits, final, ROWS, np.random.default_rng(SEED))
    at_splits = [row for row, _, _ in islice(splits.of(made), ROWS)]
    rows = np.vstack([*at_splits, made[: ROWS - len(at_splits)]])
    csv_path = out / f"{version}.csv"
    numbers = range(1, ROWS + 1)
    pd.DataFrame(rows, columns=features).assign(diaObjectId=numbers, diaSourceId=numbers).to_csv(csv_path, index=False)
    column = list(final.classes_).index(1)
    expected = {
        "atSplits": len(at_splits),
        "scores": _predict(path, features, csv_path)[:, column].tolist(),
        "onnxScores": _onnx_probabilities(out / f"r0b_{version}.onnx", features, csv_path)[:, column].tolist(),
        "realScores": _predict(path, features, real)[:, column].tolist(),
    }
    (out / f"{version}.expected.json").write_text(json.dumps(expected))


def _predict(model: Path, features: list[str], csv_path: Path) -> np.ndarray:
    """As the Python pipeline does it."""
    with warnings.catch_warnings():
        # Of the column without values.
        warnings.simplefilter("ignore")
        return joblib.load(model).predict_proba(pd.read_csv(csv_path)[features])


def _onnx_probabilities(model: Path, features: list[str], csv_path: Path) -> np.ndarray:
    rows = pd.read_csv(csv_path)[features].to_numpy(dtype=np.float64)
    return open_session(model.read_bytes()).run(["probabilities"], {"X": rows})[0]


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
