"""The same expressions on DuckDB and on a Spark cluster: equal to each other, and to what is computed in memory."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bailiwick import api
from bailiwick.errors import InputError

pytest.importorskip("ibis", reason="needs ibis, of the extra [insight]")
PERIOD = {"start": "2024-07-01", "end": "2025-06-30"}


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40,000 order lines of 900 customers, some of them in two territories, some returned; in three files."""
    folder = tmp_path_factory.mktemp("lines")
    rng = np.random.default_rng(4)
    for part in range(3):
        n = 13_333 + (part == 0)
        customer = rng.integers(0, 900, n)
        amount = np.round(rng.gamma(2, 40, n), 2) * np.where(rng.random(n) < 0.04, -1, 1)
        columns = {
            "customer": customer,
            "date": (np.datetime64("2023-01-01") + rng.integers(0, 1000, n) % (300 + customer)).astype("datetime64[D]"),
            "amount": amount,
            "territory": np.array(["North", "South", "West"], object)[np.where(rng.random(n) < 0.1, 2, customer % 2)],
        }
        pq.write_table(pa.table(columns), folder / f"part-{part}.parquet")
    return folder


def test_duckdb_gives_what_memory_gives(lines: Path) -> None:
    found = api.large_market(lines, **PERIOD)
    frame = pd.read_parquet(lines).astype({"date": str})
    frame["date"] = frame["date"].str[:10]
    plain = api.key_figures(frame, by="territory", **PERIOD)
    ours, theirs = (one["figures"].set_index(["group", "key"])["value"].sort_index() for one in (found, plain))
    assert ours.index.equals(theirs.index)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    pd.testing.assert_frame_equal(found["waterfall"], plain["waterfall"], rtol=1e-9)


def test_classes_are_those_of_the_scores_in_memory(lines: Path) -> None:
    from bailiwick.insight.segments.rfm import fifths

    found = api.large_market(lines, **PERIOD)["segments"].set_index("segment")
    frame = pd.read_parquet(lines)
    frame = frame[frame["date"].astype(str).str[:10] <= PERIOD["end"]]
    bought = frame[frame["amount"] > 0]
    customers = pd.DataFrame({"last": bought.groupby("customer")["date"].max(), "orders": bought.groupby("customer")["date"].nunique()})
    customers["amount"] = frame.groupby("customer")["amount"].sum()
    last = pd.to_datetime(customers["last"])
    r, f, m = (
        fifths(last.astype("int64").to_numpy(float)),
        fifths(customers["orders"].to_numpy(float)),
        fifths(customers["amount"].to_numpy()),
    )
    champions = (r >= 4) & (f >= 4) & (m >= 4)
    assert found.loc["Champions", "accounts"] == champions.sum() > 20
    assert found.loc["Champions", "amount"] == pytest.approx(customers["amount"][champions].sum())
    assert found["accounts"].sum() == len(customers)


def test_what_is_not_there_is_said(lines: Path) -> None:
    with pytest.raises(InputError, match="no column 'rep'"):
        api.large_market(lines, **PERIOD, by="rep")
    with pytest.raises(InputError, match="no file"):
        api.large_market(lines / "x.parquet", **PERIOD)
    with pytest.raises(InputError, match="expected an engine"):
        api.large_market(lines, **PERIOD, engine="abacus")
    with pytest.raises(InputError, match="no orders in the periods"):
        api.large_market(lines, start="1999-01-01", end="1999-12-31")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A Spark master and two workers on this machine; its address and what they write down."""
    pyspark = pytest.importorskip("pyspark", reason="needs pyspark, of the extra [spark]")
    if shutil.which("java") is None:
        pytest.fail("the Spark cluster needs Java 17 or newer: run tools/java.sh")
    home, folder, port = Path(pyspark.__file__).parent, tmp_path_factory.mktemp("spark"), free_port()
    env = os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    run = [str(home / "bin" / "spark-class")]
    master = ["org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"]
    worker = ["org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0"]
    address, log = f"spark://127.0.0.1:{port}", folder / "log"
    with log.open("w") as out:
        processes = [subprocess.Popen([*run, *master], env=env, stdout=out, stderr=out)]
        wait_for(log, "I have been elected leader", 1)
        for i in range(2):
            place = ["--work-dir", str(folder / f"worker-{i}"), address]
            processes.append(subprocess.Popen([*run, *worker, *place], env=env, stdout=out, stderr=out))
        wait_for(log, "Successfully registered with master", 2)
        try:
            yield address, log
        finally:
            for process in reversed(processes):
                process.terminate()
            for process in processes:
                process.wait(30)


def wait_for(log: Path, text: str, times: int, seconds: int = 120) -> None:
    end = time.monotonic() + seconds
    while log.read_text(errors="replace").count(text) < times:
        assert time.monotonic() < end, log.read_text(errors="replace")[-2000:]
        time.sleep(0.2)


def test_a_cluster_of_two_workers_gives_the_same(lines: Path, cluster: tuple[str, Path]) -> None:
    address, log = cluster
    found: list[Any] = [api.large_market(lines, **PERIOD), api.large_market(lines, **PERIOD, engine="spark", master=address)]
    assert len(set(re.findall(r"Launching executor \S+ on worker (\S+)", log.read_text(errors="replace")))) == 2
    for name in ("figures", "waterfall", "segments"):
        here, there = (one[name].drop(columns=["interval"], errors="ignore") for one in found)
        pd.testing.assert_frame_equal(here, there, rtol=1e-9, check_dtype=False)
