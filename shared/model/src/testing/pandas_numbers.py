"""Columns of the texts that numbers are written as, and what pandas reads.

Usage: pandas_numbers.py CSV VALUES. Writes the columns as a feature file, and to VALUES what pandas.read_csv makes of each
column but the two of ids, one after the other, as little-endian doubles.
"""

import random
import struct
import sys

import numpy as np
import pandas as pd

ROWS = 10_000
MISSING = ["", "nan", "NaN", "None", "null", "NULL", "NA", "N/A", "<NA>", "#N/A", "-nan", "1.#QNAN"]
INFINITE = ["inf", "-inf", "Infinity", "+infinity", "-INF"]

random.seed(20260422)


def digits(most: int, least: int = 1) -> str:
    return "".join(random.choices("0123456789", k=random.randint(least, most)))


def any_double() -> str:
    while True:
        (value,) = struct.unpack("<d", random.randbytes(8))
        if abs(value) < 1e308:
            return repr(value)


def measured() -> str:
    return repr(random.gauss(0, 1) * 10 ** random.randint(-8, 8))


def rounded() -> str:
    return f"{random.gauss(0, 1) * 10.0 ** random.randint(-300, 300):.{random.randint(1, 25)}g}"


def spelled() -> str:
    """Any digits, also more than count; leading zeros; signs; exponents down to where nothing is left; blanks."""
    whole = "0" * random.choice([0, 0, 0, random.randint(1, 20)]) + digits(25, 0)
    fraction = "." + digits(25, 0) if random.random() < 0.6 else ""
    if whole + fraction in ("", "."):
        whole = "0"
    exponent = random.choice(["", random.choice("eE") + str(random.randint(-700, 250))])
    blanks = random.choice(["", "", "", " ", "\t"])
    return f"{blanks}{random.choice(['', '-', '+'])}{whole}{fraction}{exponent}{blanks}"


def whole(most: int = 18) -> str:
    return random.choice(["", "", "-"]) + random.choice("123456789") + digits(most - 1, 0)


def among(texts: list[str], others) -> str:
    return random.choice(texts) if random.random() < 0.1 else others()


def column_of(cell, *added: str) -> list[str]:
    cells = [cell() for _ in range(ROWS - len(added))]
    for text in added:
        cells.insert(random.randint(0, len(cells)), text)
    return cells


COLUMNS = {
    **{f"double{number}": column_of(any_double) for number in range(8)},
    **{f"measured{number}": column_of(measured) for number in range(6)},
    **{f"rounded{number}": column_of(rounded) for number in range(6)},
    # A point first: a column that begins with a whole number of over 64 bits stays text.
    **{f"spelled{number}": ["0.5", *column_of(spelled)[1:]] for number in range(8)},
    "measuredOrMissing": column_of(lambda: among(MISSING, measured)),
    "measuredOrInfinite": column_of(lambda: among(INFINITE, measured)),
    "whole": column_of(whole),
    "wholeOrMissing": column_of(lambda: among(MISSING, whole)),
    "wholeAndOnePoint": column_of(whole, "7.0"),
    "wholeAndOneExponent": column_of(whole, "7e0"),
    "wholeAndOneInfinite": column_of(whole, "inf"),
    "wholeOfOver63Bits": column_of(lambda: str(random.randint(0, 2**64 - 1))),
    "wholeWithBlanks": column_of(lambda: f" +{digits(18)} "),
    "flag": column_of(lambda: random.choice(["True", "False"])),
    "flagOrMissing": column_of(lambda: random.choice(["TRUE", "false", ""])),
    "empty": column_of(lambda: ""),
}


def main(csv: str, values: str) -> None:
    with open(csv, "w") as file:
        file.write(",".join(["diaObjectId", "diaSourceId", *COLUMNS]) + "\n")
        for number, cells in enumerate(zip(*COLUMNS.values()), start=1):
            file.write(f"{number},{number},{','.join(cells)}\n")
    table = pd.read_csv(csv)
    with open(values, "wb") as file:
        for name in COLUMNS:
            file.write(table[name].to_numpy(dtype=np.float64, na_value=np.nan).astype("<f8").tobytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
