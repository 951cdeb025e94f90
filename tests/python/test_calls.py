"""Calls from many threads, calls that are interrupted, calls that tell how far they are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import jiju


def test_threads_ask_at_once(districts: jiju.Areas) -> None:
    index = jiju.AreaIndex(districts)
    generator = np.random.default_rng(7)
    x, y = generator.uniform(119.8, 121.3, 200_000), generator.uniform(29.2, 30.4, 200_000)
    expected = index.locate(x, y).to_list()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: index.locate(x, y).to_list(), range(16)))
    assert all(answer == expected for answer in answers)
    with ThreadPoolExecutor(4) as pool:
        counted = list(pool.map(lambda _: jiju.join({"lon": x, "lat": y}, index, count=True).table.to_dict(), range(8)))
    assert all(one == counted[0] for one in counted)


def test_python_goes_on_meanwhile() -> None:
    generator = np.random.default_rng(7)
    points = {"lon": generator.uniform(120.0, 121.0, 4000), "lat": generator.uniform(29.5, 30.0, 4000)}
    counted = 0
    is_done = threading.Event()

    def count() -> None:
        nonlocal counted
        while not is_done.is_set():
            counted += 1
            time.sleep(0.001)

    other = threading.Thread(target=count)
    other.start()
    begun = time.perf_counter()
    jiju.hdbscan(points, min_cluster_size=20)
    took = time.perf_counter() - begun
    is_done.set()
    other.join()
    assert counted > 100 * took


def test_ctrl_c_ends_a_long_call() -> None:
    script = textwrap.dedent("""
        import random
        import jiju
        points = {"lon": [120 + random.random() for _ in range(3000)], "lat": [30 + random.random() for _ in range(3000)]}
        print("begun", flush=True)
        try:
            # Would take hours.
            jiju.k(points, simulations=10_000_000)
        except KeyboardInterrupt:
            print("ended", flush=True)
    """)
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "begun\n"
    time.sleep(1.0)
    begun = time.perf_counter()
    os.kill(process.pid, signal.SIGINT)
    assert process.stdout.readline() == "ended\n"
    assert time.perf_counter() - begun < 1.0
    # What was begun ends with the process.
    process.wait(10)


def test_progress_is_told_and_may_end_the_call(districts: jiju.Areas) -> None:
    generator = np.random.default_rng(7)
    points = {"lon": generator.uniform(119.8, 121.3, 300_000), "lat": generator.uniform(29.2, 30.4, 300_000)}
    told: list[tuple[str, int, int | None]] = []
    jiju.join(points, districts, progress=lambda *step: told.append(step))
    assert told and told[-1][0] == "join" and told[-1][1] == told[-1][2]

    class Enough(Exception):
        pass

    def enough(*_: Any) -> None:
        raise Enough

    with pytest.raises(Enough):
        jiju.join(points, districts, progress=enough)
    # And the next call is as good as any.
    assert len(jiju.join(points, districts)) == 300_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="another system has no fork")
def test_a_forked_process_asks_the_index(districts: jiju.Areas) -> None:
    script = textwrap.dedent(f"""
        import multiprocessing, sys
        import jiju
        index = jiju.AreaIndex({str(_districts())!r}, area_id="adcode")
        assert index.locate([120.58], [30.01]).to_list() == ["330602"]
        def ask(_):
            return index.locate([120.58] * 100_000, [30.01] * 100_000).to_list()[-1]
        if __name__ == "__main__":
            with multiprocessing.get_context("fork").Pool(2) as pool:
                print(pool.map(ask, range(4)))
    """)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "['330602', '330602', '330602', '330602']", done.stderr


def _districts() -> Any:
    from conftest import ROOT

    return ROOT / "data/boundaries/shaoxing_districts.geojson"


def test_the_module_is_light() -> None:
    script = "import sys, jiju; print([name for name in ('numpy', 'pandas', 'pyarrow', 'polars', 'inspect') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
