"""Feature files of the pipeline, ours or written by pandas, as the predict stage reads them."""

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd

from model_import.refused import Refused

# By the manifest's `numbers`: as pandas.read_csv reads them by itself, or the nearest doubles.
READING = {
    "pandas": {},
    "exact": {"float_precision": "round_trip", "keep_default_na": False, "na_values": ["", "nan", "NaN"]},
}
WORDS = {"true": 1.0, "false": 0.0}


def read_features(path: Path, features: list[str], numbers: str) -> np.ndarray:
    """The columns of a model, row by row; NaN where missing. Raises Refused where the file lacks any."""
    try:
        _check_form(path, features)
        table = pd.read_csv(path, **READING[numbers])
    except (OSError, UnicodeDecodeError, csv.Error, pd.errors.ParserError) as error:
        raise Refused(f"{path} cannot be read as a feature file: {error}") from error
    if table.empty:
        raise Refused(f"{path} has no rows; give a feature file that has")
    return np.column_stack([_column(table[name], path) for name in features])


def written_and_read(rows: np.ndarray) -> np.ndarray:
    """The rows as pandas reads them from a feature file, which has the shortest decimals of their values."""
    return pd.read_csv(io.StringIO(pd.DataFrame(rows).to_csv(index=False))).to_numpy(dtype=np.float64)


def _check_form(path: Path, features: list[str]) -> None:
    """pandas takes the cells that a cut row lacks for missing ones."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        lacking = [name for name in features if name not in header]
        if lacking:
            raise Refused(f"{path} lacks {len(lacking)} of the model's features: {', '.join(lacking)}")
        for cells in reader:
            if cells and len(cells) != len(header):
                raise Refused(
                    f"{path}, line {reader.line_num}: the row has {len(cells)} cells and the header {len(header)}"
                )


def _column(column: pd.Series, path: Path) -> np.ndarray:
    """A column of numbers or booleans; those with missing values, and texts, are objects."""
    if column.dtype != object:
        return column.to_numpy(dtype=np.float64)
    return np.array([_number(value, f"{path}, row {row}") for row, value in enumerate(column, start=1)])


def _number(value: object, where: str) -> float:
    try:
        return WORDS[value.lower()] if isinstance(value, str) and value.lower() in WORDS else float(value)
    except ValueError:
        raise Refused(f"{where}: {value!r} is not a number, True, False or empty") from None
