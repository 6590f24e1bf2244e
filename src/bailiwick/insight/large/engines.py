"""Where expressions run: DuckDB in this process by default, or a Spark cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bailiwick.errors import InputError

ENGINES = ("duckdb", "spark")
_MIB = 2**20
_SHARE = 0.75
"""Part of the memory that DuckDB may use for its own blocks; the rest is for what it reads and gives back."""


@contextmanager
def engine(name: str = "duckdb", *, memory_gb: float = 8.0, threads: int | None = None, master: str = "local[2]") -> Iterator[Any]:
    """A connection of Ibis that is closed at the end.

    Parameters
    ----------
    name
        ``duckdb`` or ``spark``.
    memory_gb
        Memory in GiB that DuckDB keeps within; what does not fit goes to a temporary folder.
    threads
        Of DuckDB; by default as many as there are cores.
    master
        Address of the Spark cluster, such as ``spark://127.0.0.1:7077``.

    Raises
    ------
    InputError
        If there is no such engine or it is not installed.
    """
    if name not in ENGINES:
        raise InputError(f"expected an engine of {', '.join(ENGINES)}, found {name!r}", code="insight_setting", field="engine")
    with TemporaryDirectory(prefix="bailiwick-") as folder:
        connection = _duckdb(folder, memory_gb, threads) if name == "duckdb" else _spark(folder, master)
        try:
            yield connection
        finally:
            connection.disconnect()


def _duckdb(folder: str, memory_gb: float, threads: int | None) -> Any:
    ibis = _needed("ibis", "insight")
    megabytes = round(memory_gb * _SHARE * 1024)
    settings = {"memory_limit": f"{megabytes}MiB", "temp_directory": folder, "preserve_insertion_order": False}
    return ibis.duckdb.connect(**settings, **({"threads": threads} if threads else {}))


def _spark(folder: str, master: str) -> Any:
    ibis = _needed("ibis", "insight")
    sql = _needed("pyspark.sql", "spark")
    builder = sql.SparkSession.builder.master(master).appName("bailiwick")
    options = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(Path(folder) / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "8",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    for key, value in options.items():
        builder = builder.config(key, value)
    return ibis.pyspark.connect(builder.getOrCreate())


def _needed(module: str, extra: str) -> Any:
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        text = f"this needs {module.partition('.')[0]}; install it with: pip install 'bailiwick[{extra}]'"
        raise InputError(text, code="missing_package", field="engine") from error


def read_lines(connection: Any, source: str | os.PathLike[str], columns: dict[str, str]) -> Any:
    """Order lines in Parquet as an expression with the columns customer, date, amount and group.

    Parameters
    ----------
    source
        A file, or a folder or pattern of files.
    columns
        ``customer``, ``date``, ``amount``, ``group`` → column of the files.

    Raises
    ------
    InputError
        If there is no such file or column.
    """
    path = Path(source)
    if not path.exists() and not any(path.parent.glob(path.name)):
        raise InputError(f"there is no file {path}", code="no_such_file", field="orders")
    is_spark = connection.name == "pyspark"
    lines = connection.read_parquet(str(path / "*.parquet") if path.is_dir() and not is_spark else str(path))
    missing = [column for column in columns.values() if column not in lines.columns]
    if missing:
        found = ", ".join(lines.columns)
        raise InputError(f"{path} has no column {missing[0]!r}; it has: {found}", code="unknown_column", field="columns")
    return lines.select(
        customer=lines[columns["customer"]],
        date=lines[columns["date"]].cast("date"),
        amount=lines[columns["amount"]].cast("float64"),
        group=lines[columns["group"]].cast("string"),
    )
