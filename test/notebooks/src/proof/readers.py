"""Each library's way to read each format, as docs/notebooks.md gives it. All come out as a pyarrow table."""
import warnings

import astropy.table
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet

IDS = ["id", "any_id", "rare_id"]
DTYPES = {**dict.fromkeys(IDS, "Int64"), "count": "Int32", "flag": "boolean", "text": "str"}


def of_pandas(frame):
    return pa.Table.from_pandas(frame, preserve_index=False)


def of_polars(frame):
    return frame.to_arrow()


def of_astropy(table):
    columns = {}
    for name in table.colnames:
        column = table[name]
        missing = np.broadcast_to(getattr(column, "mask", False), len(column))
        if column.dtype.kind == "f":
            missing = missing | np.isnan(np.asarray(column))
        values = np.asarray(column)
        columns[name] = pa.array(values.astype(object) if values.dtype.kind in "OSU" else values, mask=np.array(missing))
    return pa.table(columns)


READERS = {
    "parquet": {
        "pyarrow": lambda path: pyarrow.parquet.read_table(path),
        "pandas": lambda path: of_pandas(pd.read_parquet(path, dtype_backend="numpy_nullable")),
        "polars": lambda path: of_polars(pl.read_parquet(path)),
        "duckdb": lambda path: duckdb.sql(f"SELECT * FROM '{path}'").to_arrow_table(),
        "astropy": lambda path: of_astropy(
            astropy.table.Table.from_pandas(pd.read_parquet(path, dtype_backend="numpy_nullable"))
        ),
    },
    "csv": {
        "pyarrow": lambda path: pyarrow.csv.read_csv(
            path,
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
            ),
        ),
        "pandas": lambda path: of_pandas(
            pd.read_csv(path, dtype=DTYPES, keep_default_na=False, na_values=[""])
        ),
        "polars": lambda path: of_polars(pl.read_csv(path, schema_overrides={"rare_id": pl.Int64, "never": pl.Float64})),
        "duckdb": lambda path: duckdb.sql(
            f"FROM read_csv('{path}', allow_quoted_nulls=false, types={{'infinite': 'DOUBLE'}})"
        ).to_arrow_table(),
    },
    "ndjson": {
        "pyarrow": lambda path: pyarrow.json.read_json(path),
        "pandas": lambda path: of_pandas(
            pd.read_json(path, lines=True, engine="pyarrow", dtype_backend="numpy_nullable")
        ),
        "polars": lambda path: of_polars(pl.read_ndjson(path)),
        "duckdb": lambda path: duckdb.sql(f"FROM read_json('{path}')").to_arrow_table(),
    },
    "votable": {
        "astropy": lambda path: of_astropy(astropy.table.Table.read(path, format="votable")),
    },
}


def read(library, format, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return READERS[format][library](path)
