"""The command: a joblib to an ONNX model with its manifest, or to a refusal in words and no file at all."""

import argparse
import os
import re
import sys
from pathlib import Path

import numpy as np
from sklearn.pipeline import Pipeline

from model_import import manifest
from model_import.conversion import Conversion, convert
from model_import.feature_csv import read_features
from model_import.joblib_file import read_model
from model_import.parity import Parity, ParityCheck
from model_import.refused import Refused

VRA_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")
# Lasair takes 16 characters; the version is part of a file's name too.
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,15}")


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    try:
        import_model(options)
    except Refused as refused:
        print(f"import: {options.joblib} is not imported: {refused}", file=sys.stderr)
        return 1
    return 0


def import_model(options: argparse.Namespace) -> Path:
    """Imports as the options say. Returns the path of the ONNX file. Raises Refused."""
    target = _target(options)
    content = _read(options.joblib)
    model = read_model(content)
    final = model.steps[-1][1] if isinstance(model, Pipeline) else model
    features = _features_of(model, options.feature_names)
    conversion = convert(model, len(features))
    given = [(path.name, read_features(path, features, options.numbers)) for path in options.features]
    _check_missing(conversion, features, given)
    check = ParityCheck(model, final, conversion, features, options.numbers)
    parity = check.measure(given)

    onnx = conversion.graph.SerializeToString(deterministic=True)
    facts = {
        "name": options.vra,
        "version": options.model_version,
        "sha256": manifest.sha256_of(onnx),
        "description": f"imported from {options.joblib.name}",
        "joblib": {"file": options.joblib.name, "sha256": manifest.sha256_of(content)},
        "input": "double",
        "numbers": options.numbers,
        "classes": [int(label) for label in final.classes_],
        "created": manifest.now(),
        "libraries": manifest.libraries(),
        "training": manifest.training_of(model, final),
        "parity": parity.in_manifest(),
        "takesMissing": conversion.takes_missing,
    }
    if given:
        rows = np.vstack([values for _, values in given])
        facts["missing"] = manifest.shares_missing(rows, features)
        facts["spread"] = manifest.spread_of(rows, features)
        facts["scores"] = manifest.shares_of_scores(check.scores(rows))
    facts["features"] = features
    sample = check.sample(given)
    if len(sample) > 0:
        facts["sample"] = manifest.rows_of(sample)
    # The stage reads the manifest first, so it comes last.
    _write(target, onnx)
    _write(target.with_suffix(".json"), manifest.text_of(facts).encode())
    _report(target, facts, parity)
    return target


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="model-import/import",
        description="Turns a scikit-learn classifier in a joblib file into an ONNX model with its manifest, proven "
        "equal to 1e-6. docs/models.md says more. `--scikit-learn VERSION`, before all else, takes another version of "
        "scikit-learn: that which wrote the joblib.",
    )
    parser.add_argument("joblib", type=Path, help="the model, as joblib.dump wrote it")
    parser.add_argument("--vra", required=True, type=_matching(VRA_NAME), help="the VRA, such as r0b")
    parser.add_argument("--model-version", required=True, type=_matching(VERSION), help="such as a1; 16 characters")
    parser.add_argument(
        "--features",
        nargs="+",
        default=[],
        type=Path,
        metavar="CSV",
        help="feature files of real stems: parity is measured on them too, and their shares of missing values, and "
        "how their values and scores are spread, go into the manifest, for comparison with live ones",
    )
    parser.add_argument(
        "--numbers",
        choices=["pandas", "exact"],
        default="pandas",
        help="how the numbers of feature files were read for the training, and will be for scores: as read_csv of pandas 2 "
        "does by itself (the default), or exactly, as pandas 3 and float_precision='round_trip' do",
    )
    parser.add_argument(
        "--feature-names", type=Path, metavar="FILE", help="one a line, for a model that was trained without names"
    )
    parser.add_argument("--out", type=Path, default=Path("models"), metavar="FOLDER", help="default: models")
    return parser


def _matching(pattern: re.Pattern):
    def text(given: str) -> str:
        if not pattern.fullmatch(given):
            raise argparse.ArgumentTypeError(f"{given!r} is not of the form {pattern.pattern}")
        return given

    return text


def _target(options: argparse.Namespace) -> Path:
    target = options.out / f"{options.vra}_{options.model_version}.onnx"
    if target.exists():
        raise Refused(
            f"{target} is there already, and scores in the ledger may bear this version. Import it as another one, or "
            "move that file away"
        )
    return target


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"it cannot be read: {error}") from error


def _features_of(model, file: Path | None) -> list[str]:
    names = getattr(model, "feature_names_in_", None)
    if names is None and file is None:
        raise Refused(
            "it was trained without feature names, so nobody can say which column goes where. Give them in its order, "
            "one a line: --feature-names FILE"
        )
    if names is None:
        names = [line.strip() for line in _read(file).decode().splitlines() if line.strip()]
    elif file is not None:
        raise Refused("it knows its feature names itself; leave out --feature-names")
    features = [str(name) for name in names]
    width = getattr(model, "n_features_in_", len(features))
    if len(features) != width:
        raise Refused(f"it has {width} features, and {file} names {len(features)}")
    twice = sorted({name for name in features if features.count(name) > 1})
    if twice:
        raise Refused(f"features are named twice: {', '.join(twice)}")
    return features


def _check_missing(conversion: Conversion, features: list[str], given: list[tuple[str, np.ndarray]]) -> None:
    """A model that refuses missing values would fail every stem that has one."""
    if conversion.takes_missing:
        return
    for name, values in given:
        rows, columns = np.nonzero(np.isnan(values))
        if len(rows) > 0:
            raise Refused(
                f"it takes no missing values, and {features[columns[0]]} is missing in row {rows[0] + 1} of {name}; "
                f"so it is in {len(set(rows.tolist()))} of {len(values)} rows for one feature or another. Train it "
                "with a SimpleImputer before it, or as a HistGradientBoostingClassifier"
            )
    print(
        "import: WARNING: this model takes no missing values. An alert has no score where it lacks one "
        "of the features. Give --features with real feature files to see whether that happens.",
        file=sys.stderr,
    )


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error}") from error


def _report(target: Path, facts: dict, parity: Parity) -> None:
    by_kind = ", ".join(f"{count:,} {kind}" for kind, count in parity.rows.items())
    print(f"{facts['name']} {facts['version']}: {facts['training']['algorithm']}, {len(facts['features'])} features")
    print(f"greatest |scikit-learn - ONNX| of a score: {parity.greatest:.1e}, over {by_kind} rows")
    print(f"wrote {target} and {target.with_suffix('.json').name}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
