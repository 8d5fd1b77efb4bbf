"""compare.py LIBRARY FORMAT FILE ROWS: counts the cells of a file that a library reads otherwise than they were made."""
import json
import sys

import numpy as np
from made_table import made_table
from readers import read

library, format, path, rows = *sys.argv[1:4], int(sys.argv[4])


def as_written(name, values, missing):
    """What a format has no way to write, or a library none to tell: docs/notebooks.md names each."""
    nothing = np.zeros(rows, dtype=bool)
    if name == "text" and format == "votable":
        texts = ["" if gone else text.replace("\u0007", "\ufffd").strip(" ") for text, gone in zip(values, missing)]
        return np.array(texts, dtype=object), nothing
    if name == "text" and format == "csv" and library == "pandas":
        return values, missing | (values == "")
    if name == "infinite" and format == "ndjson":
        return values, missing | np.isinf(values)
    return values, missing


def unequal(column, values, missing):
    """How many cells differ, to the last bit of a number."""
    is_null = column.is_null().to_numpy(zero_copy_only=False)
    if is_null.all():
        return int((is_null != missing).sum())
    if values.dtype == object:
        read = np.array(column.to_pylist(), dtype=object)
    elif str(column.type).endswith("string"):
        read = np.array([int(text or 0) for text in column.to_pylist()])
    else:
        read = column.fill_null(False if values.dtype == bool else 0).to_numpy(zero_copy_only=False)
    if values.dtype == "float64":
        is_null = is_null | np.isnan(read)
        read, values = read.astype("float64").view("int64"), values.view("int64")
    return int(((is_null != missing) | ~missing & (read != values)).sum())


table = read(library, format, path)
expected = {name: as_written(name, *made) for name, made in made_table(rows).items()}
print(
    json.dumps(
        {
            "rows": table.num_rows,
            "columns": {
                name: {
                    "type": str(table[name].type),
                    "unequal": unequal(table[name].combine_chunks(), *expected[name]),
                }
                for name in table.column_names
            },
        }
    )
)
