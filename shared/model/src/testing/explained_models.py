"""Trains models of all kinds that can be imported, imports them, and writes what scikit-learn gives for mixes of rows.

Usage: explained_models.py OUT. In OUT, each model has its r0b_VERSION.onnx and .json, and a VERSION.mixes.json: rows,
background rows (a missing value is null), and `values`, by row, background row and set of features: what scikit-learn
gives where the features of the set have the row's values and all others the background row's. Bit f of the set's number
is feature f. Values are log-odds of class 1 of boosted trees and linear models, probabilities of forests.
"""

import json
import sys
import warnings
from pathlib import Path

import joblib
import numpy as np
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

# A date, which single precision cannot hold, and a column without any value, of which only an imputer makes something.
FEATURES = ["midpointMjdTai", "snr", "extendedness", "isNegative", "trailLength", "psfLnL"]
ROWS, BACKGROUND = 4, 7
SEED = 20260422

HistGB = HistGradientBoostingClassifier
GB = GradientBoostingClassifier
RF = RandomForestClassifier
ET = ExtraTreesClassifier
LR = LogisticRegression
boost = {"n_estimators": 30, "max_depth": 5, "random_state": SEED}
forest = {"n_estimators": 12, "random_state": SEED}


def imputer(**options):
    return SimpleImputer(add_indicator=True, **options)


# `whole`: without missing values; `classes`: other classes than 0 and 1, in the order of 0, 1 and 2.
MODELS = {
    "hist": (HistGB(max_iter=40), {}),
    "hist-deep": (HistGB(max_iter=15, max_leaf_nodes=None, min_samples_leaf=2, learning_rate=0.4), {}),
    "hist-weighted": (HistGB(max_iter=20, class_weight="balanced", l2_regularization=1.0), {}),
    "hist-monotonic": (HistGB(max_iter=20, monotonic_cst=[0, 1, 0, 0, 0, 0], max_bins=16), {}),
    "hist-first-class": (HistGB(max_iter=20), {"classes": [1, 4]}),
    "hist-scaled": (make_pipeline(StandardScaler(), HistGB(max_iter=20)), {}),
    "hist-imputed": (make_pipeline(imputer(), HistGB(max_iter=20)), {}),
    "gb": (GB(**boost), {"whole": True}),
    "gb-exponential": (GB(**boost, loss="exponential"), {"whole": True}),
    "gb-from-zero": (make_pipeline(SimpleImputer(), GB(**boost, init="zero")), {}),
    "gb-median": (make_pipeline(SimpleImputer(strategy="median"), RobustScaler(), GB(**boost)), {}),
    "gb-indicator": (make_pipeline(imputer(), GB(**boost)), {}),
    "gb-keep-empty": (make_pipeline(imputer(keep_empty_features=True), MinMaxScaler(), GB(**boost)), {}),
    "rf": (RF(**forest), {}),
    "rf-pruned": (RF(**forest, max_leaf_nodes=24, class_weight="balanced"), {}),
    "rf-three-classes": (RF(**forest), {"classes": [0, 1, 2]}),
    "rf-first-class": (RF(**forest, max_features=None), {"classes": [1, 2]}),
    "rf-below-zero": (RF(**forest, criterion="entropy"), {"classes": [-1, 1]}),
    "rf-single-leaves": (RF(n_estimators=60, max_features=1, min_impurity_decrease=0.01, random_state=SEED), {}),
    "rf-indicator": (make_pipeline(imputer(strategy="most_frequent"), RF(**forest)), {}),
    "rf-scaled": (make_pipeline(imputer(), StandardScaler(), RF(**forest)), {}),
    "et": (ET(**forest), {}),
    "et-bootstrap": (ET(**forest, bootstrap=True, max_features=None), {}),
    "et-three-classes": (ET(**forest), {"classes": [2, 1, 0]}),
    "et-constant": (make_pipeline(SimpleImputer(strategy="constant", fill_value=-1.0), ET(**forest)), {}),
    "et-clipped": (make_pipeline(imputer(), MinMaxScaler((-1, 1), clip=True), ET(**forest)), {}),
    "lr": (make_pipeline(StandardScaler(), LR()), {"whole": True}),
    "lr-bare": (LR(solver="newton-cholesky"), {"whole": True}),
    "lr-first-class": (make_pipeline(SimpleImputer(), StandardScaler(), LR(C=0.1)), {"classes": [1, 2]}),
    "lr-indicator": (make_pipeline(imputer(), RobustScaler(), LR(max_iter=2000)), {}),
    "lr-no-indicator": (make_pipeline(imputer(), LR(max_iter=2000)), {"whole": True}),
    "lr-twice-scaled": (make_pipeline(StandardScaler(), imputer(), MinMaxScaler(clip=True), LR()), {}),
}

# The score of these is of no single sum.
SOFTMAX = {
    "softmax-hist": HistGB(max_iter=5),
    "softmax-gb": make_pipeline(SimpleImputer(), GB(n_estimators=3)),
    "softmax-lr": make_pipeline(SimpleImputer(), StandardScaler(), LR()),
}


def main(out: Path) -> None:
    random = np.random.default_rng(SEED)
    table, labels = _table(random, 600)
    for version, (model, given) in MODELS.items():
        whole = given.get("whole", False)
        classes = np.array(given.get("classes", [0, 1]))
        rows = np.nan_to_num(table, nan=-1.0) if whole else table
        _fit(model, rows, classes[np.minimum(labels, len(classes) - 1)])
        _import(out, version, model)
        _write_mixes(out, version, model, _table(random, ROWS + BACKGROUND)[0], whole)
    for version, model in SOFTMAX.items():
        _fit(model, table, labels)
        _import(out, version, model)
    # As many leaves as the team's model.
    wide = random.normal(size=(4_000, 60))
    model = HistGB(max_iter=50, random_state=SEED).fit(wide, (wide[:, :9].sum(axis=1) + random.normal(size=4_000) > 0))
    model.classes_ = np.array([0, 1])
    assert sum(trees[0].get_n_leaf_nodes() for trees in model._predictors) == 1_550
    _import(out, "size-of-team", model, [f"f{feature}" for feature in range(60)])


def _table(random: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the features, a fifth of the values missing, and 0, 1 or 2 for each."""
    values = random.normal(size=(rows, len(FEATURES))) * [3, 5, 0.4, 1, 2, 1] + [61034.153, 10, 0.3, 0, 4, 0]
    values[:, 3] = values[:, 3] > 0
    truth = (values[:, 1] + 3 * (values[:, 0] - 61034) * values[:, 3] - values[:, 4] + random.normal(size=rows)) / 8
    values[random.random(values.shape) < 0.2] = np.nan
    values[:, 5] = np.nan
    return values, np.digitize(truth, [0.5, 1.5])


def _fit(model, rows: np.ndarray, labels: np.ndarray) -> None:
    with warnings.catch_warnings():
        # Of the column without values.
        warnings.simplefilter("ignore")
        model.fit(rows, labels)


def _import(out: Path, version: str, model, features: list[str] = FEATURES) -> None:
    """As if it had been trained on a data frame, without pandas."""
    first = model.steps[0][1] if isinstance(model, Pipeline) else model
    first.feature_names_in_ = np.array(features, dtype=object)
    path = out / f"{version}.joblib"
    joblib.dump(model, path)
    if import_model([str(path), "--vra", "r0b", "--model-version", version, "--out", str(out)]) != 0:
        sys.exit(f"{version} was not imported")


def _write_mixes(out: Path, version: str, model, rows: np.ndarray, whole: bool) -> None:
    if whole:
        rows = np.nan_to_num(rows, nan=-1.0)
    rows, background = rows[:ROWS], rows[ROWS:]
    sets = np.arange(2 ** len(FEATURES))
    in_set = (sets[:, np.newaxis] >> np.arange(len(FEATURES))) & 1 == 1
    mixes = np.where(in_set, rows[:, np.newaxis, np.newaxis], background[:, np.newaxis])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = _values(model, mixes.reshape(-1, len(FEATURES))).reshape(mixes.shape[:-1])
    facts = {"rows": _plain(rows), "background": _plain(background), "values": values.tolist()}
    (out / f"{version}.mixes.json").write_text(json.dumps(facts))


def _values(model, rows: np.ndarray) -> np.ndarray:
    column = list(model.classes_).index(1)
    final = model.steps[-1][1] if isinstance(model, Pipeline) else model
    if isinstance(final, (RandomForestClassifier, ExtraTreesClassifier)):
        return model.predict_proba(rows)[:, column]
    log_odds = model.decision_function(rows) * (2 if getattr(final, "loss", "") == "exponential" else 1)
    return log_odds if column == 1 else -log_odds


def _plain(rows: np.ndarray) -> list:
    return [[None if value != value else value for value in row] for row in rows.tolist()]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
