"""Reads folders of Parquet files with programs that others wrote, and says what they see.

A question a line on standard input, an answer a line on standard output, both JSON:

    {"reader": "duckdb", "folder": "/tmp/data/tapfiliate/affiliates"}
    {"columns": [["id", "string"], ["amount", "float64"]], "rows": [["jane", 12.5]]}

    {"reader": "polars"}
    {"missing": "No module named 'polars'"}

DuckDB takes a list of files in place of a folder. A question without a folder asks whether the reader is there. Types are `boolean`, `int64`, `float64`, `string`, `date`,
`timestamp` (microseconds in UTC), `{"decimal": [precision, scale]}`, `{"list": type}` and `{"struct": [[name, type]]}`,
and whatever else a reader has by that reader's own name; pandas has types of its own for all columns. Values are JSON,
but for timestamps, which are text that ends in `Z`, and dates and decimals, which are text.

Nothing is said to the readers but where the files are: what they see is what anyone sees.
"""

import datetime
import decimal
import json
import math
import sys


def read_duckdb(folder):
    import duckdb

    # A parameter, so that no path has to be quoted.
    files = folder if isinstance(folder, list) else f"{folder}/*.parquet"
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    seen = connection.execute("SELECT * FROM read_parquet(?) LIMIT 0", [files])
    columns = [(name, type_) for name, type_, *_ in seen.description]
    # Without a package for time zones a timestamp cannot become a Python object, in text it can.
    casts = ", ".join(
        f"CAST({quoted(name)} AS {str(type_).replace('TIMESTAMP WITH TIME ZONE', 'VARCHAR')})" for name, type_ in columns
    )
    rows = connection.execute(f"SELECT {casts} FROM read_parquet(?)", [files]).fetchall()
    columns = [(name, duckdb_type(type_)) for name, type_ in columns]
    return columns, [[duckdb_value(value, type_) for value, (_, type_) in zip(row, columns)] for row in rows]


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def duckdb_type(type_):
    if type_.id == "decimal":
        return {"decimal": [number for _, number in type_.children]}
    if type_.id == "list":
        return {"list": duckdb_type(type_.children[0][1])}
    if type_.id == "struct":
        return {"struct": [[name, duckdb_type(child)] for name, child in type_.children]}
    names = {
        "bigint": "int64",
        "boolean": "boolean",
        "date": "date",
        "double": "float64",
        "timestamp with time zone": "timestamp",
        "varchar": "string",
    }
    return names.get(type_.id, str(type_))


def duckdb_value(value, type_):
    """A value with timestamps in it that are still text: `2021-07-02 09:55:20.5+00`."""
    if value is None:
        return None
    if type_ == "timestamp":
        return plain(datetime.datetime.fromisoformat(value))
    if isinstance(type_, dict) and "list" in type_:
        return [duckdb_value(item, type_["list"]) for item in value]
    if isinstance(type_, dict) and "struct" in type_:
        return {name: duckdb_value(value[name], child) for name, child in type_["struct"]}
    return plain(value)


def read_polars(folder):
    import polars

    frame = polars.read_parquet(f"{folder}/*.parquet")
    columns = [(name, polars_type(polars, type_)) for name, type_ in frame.schema.items()]
    return columns, [[plain(value) for value in row] for row in frame.rows()]


def polars_type(polars, type_):
    if isinstance(type_, polars.Decimal):
        return {"decimal": [type_.precision, type_.scale]}
    if isinstance(type_, polars.List):
        return {"list": polars_type(polars, type_.inner)}
    if isinstance(type_, polars.Struct):
        return {"struct": [[field.name, polars_type(polars, field.dtype)] for field in type_.fields]}
    if type_ == polars.Datetime("us", "UTC"):
        return "timestamp"
    names = {
        polars.Boolean: "boolean",
        polars.Date: "date",
        polars.Float64: "float64",
        polars.Int64: "int64",
        polars.String: "string",
    }
    return names.get(type_, str(type_))


def read_pandas(folder):
    import pandas
    import pyarrow  # noqa: F401 pandas reads Parquet with it

    frame = pandas.read_parquet(folder)
    columns = [(name, str(type_)) for name, type_ in frame.dtypes.items()]
    return columns, [[pandas_value(value) for value in row] for row in frame.itertuples(index=False, name=None)]


def pandas_value(value):
    """A value in which no array is left; what pandas has for null is null."""
    if hasattr(value, "tolist") and not isinstance(value, datetime.datetime):
        value = value.tolist()
    if isinstance(value, list):
        return [pandas_value(item) for item in value]
    if isinstance(value, dict):
        return {name: pandas_value(item) for name, item in value.items()}
    if value is None or value != value:
        return None
    return plain(value)


def plain(value):
    """A value of Python as JSON, as the head of this file says."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
    if isinstance(value, (datetime.date, decimal.Decimal)):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


READERS = {"duckdb": read_duckdb, "pandas": read_pandas, "polars": read_polars}
PACKAGES = {"duckdb": ["duckdb"], "pandas": ["pandas", "pyarrow"], "polars": ["polars"]}


def answer(question):
    reader = question["reader"]
    if "folder" not in question:
        try:
            for package in PACKAGES[reader]:
                __import__(package)
        except ImportError as error:
            return {"missing": str(error)}
        return {}
    try:
        columns, rows = READERS[reader](question["folder"])
    except Exception as error:  # Whatever a reader says of the files is the answer.
        return {"error": f"{type(error).__name__}: {error}"}
    return {"columns": columns, "rows": rows}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
