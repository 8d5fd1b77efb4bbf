"""What the tests of the predict stage compare with: held-out rows with scikit-learn's own scores.

`rows.csv` and its scores are the yardstick. The other files hold the same first rows as pandas writes them in other
ways, and models as skl2onnx writes them, because the pipeline must read those too.
"""

import csv
import hashlib
import json
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from columns import FEATURES

IDS = ["diaObjectId", "diaSourceId"]
ROWS = 120
FEW = 12
# Of a model for the type of the input and the form of the output; any that are never missing.
SIMPLE = ["psfFlux", "snr", "isNegative"]


def write(folder: Path, model, train: pd.DataFrame, test: pd.DataFrame) -> None:
    folder.mkdir(exist_ok=True)
    rows = test[["index", *IDS, "band", *FEATURES]].head(ROWS)
    rows.to_csv(folder / "rows.csv", index=False)
    few = rows.head(FEW)
    few.to_csv(folder / "pandas-with-index.csv")
    few.iloc[:, ::-1].to_csv(
        folder / "pandas-quoted.csv", index=False, quoting=csv.QUOTE_ALL, lineterminator="\r\n", na_rep="NaN"
    )
    # As pandas writes integers and booleans of a column in which a value is missing.
    as_floats = few.copy()
    as_floats[FEATURES] = few[FEATURES].astype(np.float64)
    as_floats.to_csv(folder / "pandas-floats.csv", index=False, float_format="%.17g")

    inputs, truth = train[SIMPLE].astype(np.float64), train["real"]
    simple = make_pipeline(StandardScaler(), LogisticRegression()).fit(inputs, truth)
    table = {LogisticRegression: {"zipmap": False}}
    _write_simple(folder / "skl2onnx-float", simple, FloatTensorType, table)
    _write_simple(folder / "skl2onnx-double", simple, DoubleTensorType, table)
    _write_simple(folder / "skl2onnx-zipmap", simple, FloatTensorType, {})
    _write_simple(folder / "skl2onnx-regression", LinearRegression().fit(inputs, truth), FloatTensorType, {})
    expected = {
        "ids": [[str(object_id), str(source_id)] for object_id, source_id in rows[IDS].to_numpy()],
        "scores": model.predict_proba(rows[FEATURES].astype(np.float64))[:, 1].tolist(),
        "simpleScores": simple.predict_proba(rows[SIMPLE].astype(np.float64))[:, 1].tolist(),
        "missing": int(rows[FEATURES].isna().to_numpy().sum()),
    }
    (folder / "expected.json").write_text(json.dumps(expected, indent=0) + "\n")


def _write_simple(path: Path, model, tensor, options: dict) -> None:
    """A model of three features and its manifest. The default of skl2onnx is probabilities as maps (ZipMap)."""
    onnx = to_onnx(model, initial_types=[("X", tensor([None, len(SIMPLE)]))], options=options).SerializeToString(
        deterministic=True
    )
    manifest = {
        "name": f"{type(model).__name__} as skl2onnx writes it",
        "version": "simple",
        "sha256": hashlib.sha256(onnx).hexdigest(),
        "input": "double" if tensor is DoubleTensorType else "float",
        "classes": [0, 1],
        "created": date.today().isoformat(),
        "libraries": {"skl2onnx": version("skl2onnx")},
        "training": {"data": "as the demonstration model"},
        "features": SIMPLE,
    }
    path.with_suffix(".onnx").write_bytes(onnx)
    path.with_suffix(".json").write_text(json.dumps(manifest, indent=2) + "\n")
