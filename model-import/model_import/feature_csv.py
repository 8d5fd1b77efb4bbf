"""Feature files of the pipeline, ours or written by pandas, as the predict stage reads them."""

import csv
from pathlib import Path

import numpy as np

from model_import.refused import Refused

WORDS = {"": np.nan, "True": 1.0, "False": 0.0, "TRUE": 1.0, "FALSE": 0.0, "true": 1.0, "false": 0.0}


def read_features(path: Path, features: list[str]) -> np.ndarray:
    """The columns of a model, row by row; NaN where missing. Raises Refused where the file lacks any."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            lacking = [name for name in features if name not in header]
            if lacking:
                raise Refused(f"{path} lacks {len(lacking)} of the model's features: {', '.join(lacking)}")
            places = [header.index(name) for name in features]
            rows = [[_value(cells, place, path, reader.line_num) for place in places] for cells in reader if cells]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refused(f"{path} cannot be read as a feature file: {error}") from error
    if not rows:
        raise Refused(f"{path} has no rows; give a feature file that has")
    return np.array(rows, dtype=np.float64)


def _value(cells: list[str], place: int, path: Path, line: int) -> float:
    try:
        text = cells[place]
        word = WORDS.get(text)
        return float(text) if word is None else word
    except IndexError:
        raise Refused(f"{path}, line {line}: the row is shorter than the header") from None
    except ValueError:
        raise Refused(f"{path}, line {line}: {text!r} is not a number, True, False or empty") from None
