"""The rows of made-table.ts, made once more: what a reader must read, to the last bit."""
import numpy as np

TEXTS = [
    "",
    "r0b",
    "NA",
    "null",
    "nan",
    "a,b;c",
    'a "quoted" word',
    "two\nlines",
    "a carriage\rreturn",
    "a\ttab",
    " spaces around ",
    "<TD>&amp;</TD>",
    "=1+1",
    "it's",
    "Ångström, 星, 🌟",
    "bell\u0007",
]
DOUBLES = [-0.0, 0.0, 5e-324, -2.225073858507201e-308, 1.7976931348623157e308, 1e23, 0.1, 123456789012345680.0]


def splitmix64(rows):
    with np.errstate(over="ignore"):
        z = (rows + 1).astype("uint64") * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def made_table(count):
    """Each column's values, and where a cell is missing."""
    row = np.arange(count, dtype="int64")
    hashed = splitmix64(row)
    bits = hashed.view("float64")
    texts = np.array([*TEXTS, None], dtype=object)
    return {
        "id": (np.int64(2**63 - 1) - row, row < 0),
        "any_id": (hashed.view("int64"), row % 7 == 3),
        "rare_id": (np.int64(-(2**63)) + row, row % 100_000 != 0),
        "count": (hashed.astype("uint32").view("int32"), row % 5 == 2),
        "bits": (bits, (row % 13 == 4) | ~np.isfinite(bits)),
        "neighbours": ((np.int64(0x3FF0000000000000) + row).view("float64"), row % 17 == 6),
        "extremes": (np.array([*DOUBLES, np.nan])[row % 9], row % 9 == 8),
        "whole": ((row % 1000).astype("float64"), row % 3 == 1),
        "infinite": (np.array([np.inf, -np.inf, 0.5, np.nan])[row % 4], row % 4 == 3),
        "never": (np.full(count, np.nan), row >= 0),
        "flag": (hashed & np.uint64(1) == 1, row % 4 == 1),
        "text": (texts[row % 17], row % 17 == 16),
    }
