"""Trains the demonstration model on simulated alerts, tests it, and writes it as ONNX with its manifest.

Usage: train.py TABLE SEED, where TABLE is the folder that training-table.mjs filled.
"""

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import brier_score_loss, confusion_matrix, roc_auc_score
from sklearn.model_selection import GroupShuffleSplit

import fixtures
import report
from columns import FEATURES
from model_import.conversion import convert
from model_import.manifest import libraries, rows_of, sha256_of, shares_missing, shares_of_scores, spread_of, text_of
from model_import.parity import ParityCheck

HERE = Path(__file__).resolve().parent
NAME = "r0b_demo"
MODEL = {"max_iter": 60, "learning_rate": 0.1, "max_leaf_nodes": 15, "min_samples_leaf": 30, "l2_regularization": 1.0}
HELD_OUT = 0.25


def read_table(folder: Path) -> pd.DataFrame:
    """All feature rows, of exact numbers, with `real`: 1 for what is in the sky, 0 for an artefact."""
    files = sorted(folder.glob("csv/*/*/*.csv"))
    rows = pd.concat([pd.read_csv(path, float_precision="round_trip") for path in files], ignore_index=True)
    truth = pd.read_csv(folder / "truth.csv").drop_duplicates("diaSourceId")
    # An alert that came twice has equal rows; one is enough to learn from.
    rows = rows.drop_duplicates("diaSourceId").merge(truth[["diaSourceId", "truth", "real"]], validate="1:1")
    return rows


def split(rows: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training and held-out rows; all rows of an object are on the same side."""
    splitter = GroupShuffleSplit(n_splits=1, test_size=HELD_OUT, random_state=seed)
    train, test = next(splitter.split(rows, groups=rows["diaObjectId"]))
    return rows.iloc[train], rows.iloc[test]


def inputs(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[FEATURES].astype(np.float64)


def metrics_of(truth: np.ndarray, scores: np.ndarray, reliability: np.ndarray) -> dict:
    by_decile = []
    for lower in np.arange(10) / 10:
        inside = (scores >= lower) & ((scores < lower + 0.1) | (lower == 0.9))
        by_decile.append(
            {
                "scores": f"{lower:.1f} to {lower + 0.1:.1f}",
                "rows": int(inside.sum()),
                "meanScore": round(float(scores[inside].mean()), 4) if inside.any() else None,
                "shareReal": round(float(truth[inside].mean()), 4) if inside.any() else None,
            }
        )
    bogus_kept_out, bogus_let_in, real_lost, real_kept = confusion_matrix(truth, scores > 0.5).ravel().tolist()
    return {
        "auc": round(float(roc_auc_score(truth, scores)), 4),
        "aucOfReliability": round(float(roc_auc_score(truth, reliability)), 4),
        "brier": round(float(brier_score_loss(truth, scores)), 4),
        "confusionAtHalf": {
            "bogusAsBogus": bogus_kept_out,
            "bogusAsReal": bogus_let_in,
            "realAsBogus": real_lost,
            "realAsReal": real_kept,
        },
        "calibration": by_decile,
    }


def main(folder: Path, seed: int) -> None:
    rows = read_table(folder)
    train, test = split(rows, seed)
    model = HistGradientBoostingClassifier(**MODEL, early_stopping=False, random_state=seed)
    model.fit(inputs(train), train["real"])
    scores = model.predict_proba(inputs(test))[:, 1]

    conversion = convert(model, len(FEATURES))
    onnx = conversion.graph.SerializeToString(deterministic=True)
    check = ParityCheck(model, model, conversion, FEATURES, "exact")
    parity = check.measure([("held-out rows", inputs(test).to_numpy())])
    known = inputs(train).to_numpy()
    manifest = {
        "name": "r0b",
        "description": "demonstration model; its scores are not the team's",
        "version": "demo",
        "sha256": sha256_of(onnx),
        "input": "double",
        "numbers": "exact",
        "classes": [int(label) for label in model.classes_],
        "created": date.today().isoformat(),
        "libraries": libraries(),
        "training": {
            "data": "simulated alerts through the feature stage (training-table.mjs), real against bogus",
            "seed": seed,
            "algorithm": "HistGradientBoostingClassifier",
            "parameters": MODEL,
            "rows": len(train),
            "shareReal": round(float(train["real"].mean()), 4),
        },
        "heldOut": {"rows": len(test), **metrics_of(test["real"].to_numpy(), scores, test["reliability"].to_numpy())},
        "parity": parity.in_manifest(),
        "missing": shares_missing(known, FEATURES),
        "spread": spread_of(known, FEATURES),
        "scores": shares_of_scores(scores),
        "features": FEATURES,
        "sample": rows_of(check.sample([("training rows", known)])),
    }
    (HERE / f"{NAME}.onnx").write_bytes(onnx)
    (HERE / f"{NAME}.json").write_text(text_of(manifest))
    fixtures.write(HERE / "fixtures", model, train, test)
    report.write(HERE / "README.md", manifest)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
