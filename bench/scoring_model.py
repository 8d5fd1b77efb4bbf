"""Trains the model whose scoring is measured: 50 trees over 80 features.

Usage: scoring_model.py TABLE ROWS OUT, where TABLE is a folder that training-table.mjs filled. Leaves in OUT the model
as bench.joblib, and ROWS rows of the table, again and again, as features.csv.
"""

import csv
import sys
from itertools import cycle, islice
from pathlib import Path

import joblib
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from model_import.feature_csv import read_features

FEATURES = 80
TREES = 50
NO_FEATURES = {"index", "diaObjectId", "diaSourceId", "diaObjectId_sourceId", "band", "sherlock_classifications"}


def main(table: Path, rows: int, out: Path) -> None:
    paths = sorted(table.glob("csv/*/*/*.csv"))
    lines = [line for path in paths for line in path.read_text().splitlines()[1:]]
    header = paths[0].read_text().splitlines()[0]
    (out / "features.csv").write_text("\n".join([header, *islice(cycle(lines), rows)]) + "\n")

    with open(table / "truth.csv", newline="") as file:
        real = {line["diaSourceId"]: int(line["real"]) for line in csv.DictReader(file)}
    place = header.split(",").index("diaSourceId")
    labels = [real[line.split(",")[place]] for line in lines]
    columns = [name for name in header.split(",") if name not in NO_FEATURES]
    values = np.vstack([read_features(path, columns) for path in paths])
    # A column without any value splits nothing.
    used = [at for at in range(len(columns)) if not np.isnan(values[:, at]).all()][:FEATURES]
    model = HistGradientBoostingClassifier(max_iter=TREES, early_stopping=False, random_state=42)
    model.fit(values[:, used], labels)
    model.feature_names_in_ = np.array([columns[at] for at in used], dtype=object)
    joblib.dump(model, out / "bench.joblib")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
