"""Points counted per county on a cluster of Spark: jiju beside GeoPandas' sjoin in mapInPandas, in turn; see ../docs/spark.md.

    WHEEL=dist/jiju-….whl REQUIREMENTS=../tests/spark/requirements.txt benches/python.sh ENVIRONMENT spark_peers.py
        [--work FOLDER] [--millions 10] [--every 10] [--rounds 3] [--master local-cluster[2,1,1024]] [--sedona JARS]

Needs Java 17. With `--sedona` Apache Sedona joins the same files on the same cluster: the package `apache-sedona` has to be installed
beside the peers, and JARS are what `spark.jars.packages` takes, such as org.apache.sedona:sedona-spark-shaded-4.0_2.13:1.9.0, or
paths of jar files. Exits with 1 where a row has another county.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

HERE = Path(__file__).parent
CORES = 2


def session(master, jars):
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ.setdefault("SPARK_SCALA_VERSION", "2.13")
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("spark_peers")
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        # Several tasks for each core, also of one file.
        "spark.sql.files.maxPartitionBytes": "16m",
        "spark.executorEnv.RAYON_NUM_THREADS": "1",
    }
    if jars:
        settings["spark.jars" if jars.endswith(".jar") else "spark.jars.packages"] = jars
        settings["spark.serializer"] = "org.apache.spark.serializer.KryoSerializer"
        settings["spark.kryo.registrator"] = "org.apache.sedona.core.serde.SedonaKryoRegistrator"
        settings["spark.sql.extensions"] = "org.apache.sedona.sql.SedonaSqlExtensions"
    for name, value in settings.items():
        builder = builder.config(name, value)
    opened = builder.getOrCreate()
    opened.sparkContext.setLogLevel("ERROR")
    return opened


def once(name, make):
    """What this process of Python keeps from one task for the next."""
    kept = sys.__dict__.setdefault("_spark_peers", {})
    if name not in kept:
        kept[name] = make()
    return kept[name]


def worked(accumulator, results):
    """The results of a generator, with the processor time that they take in this process added to an accumulator."""
    while True:
        start = time.process_time()
        try:
            result = next(results)
        except StopIteration:
            accumulator.add(time.process_time() - start)
            return
        accumulator.add(time.process_time() - start)
        yield result


def by_spark_alone(df, _areas, _index, accumulator):
    """The rows as they are, through Python and back: what reading and Arrow cost."""
    import pyarrow

    def same(batches):
        for batch in batches:
            yield batch.append_column("area", pyarrow.nulls(len(batch), pyarrow.string()))

    return df.mapInArrow(lambda batches: worked(accumulator, same(batches)), "id long, lon double, lat double, area string")


def by_jiju(df, _areas, index, accumulator):
    """What jiju.spark.locate does, timed."""
    def located(batches):
        import jiju
        import pyarrow

        own = once("index", lambda: jiju.AreaIndex.open(index, memory_map=True))
        for batch in batches:
            ids = own.locate(batch.column("lon"), batch.column("lat"))
            yield batch.append_column("area", pyarrow.array(ids).cast(pyarrow.string()))

    return df.mapInArrow(lambda batches: worked(accumulator, located(batches)), "id long, lon double, lat double, area string")


def by_geopandas(df, areas, _index, accumulator):
    """What one writes without jiju: each process reads the areas once and joins every batch."""
    def joined(frames):
        import geopandas

        counties = once("areas", lambda: geopandas.read_parquet(areas, columns=["gb", "geometry"]))
        for frame in frames:
            at = geopandas.points_from_xy(frame["lon"], frame["lat"], crs=counties.crs)
            points = geopandas.GeoDataFrame(frame, geometry=at)
            found = points.sjoin(counties, how="left", predicate="intersects")
            yield found.rename(columns={"gb": "area"})[["id", "lon", "lat", "area"]]

    return df.mapInPandas(lambda frames: worked(accumulator, joined(frames)), "id long, lon double, lat double, area string")


def by_sedona(df, areas, _index, _accumulator):
    """Apache Sedona's join of the same files, the areas broadcast."""
    from sedona.spark import SedonaContext

    sedona = SedonaContext.create(df.sparkSession)
    df.createOrReplaceTempView("p")
    sedona.read.format("geoparquet").load(areas).createOrReplaceTempView("c")
    return sedona.sql("select /*+ BROADCAST(c) */ p.*, c.gb as area from p left join c on ST_Intersects(c.geometry, ST_Point(p.lon, p.lat))")


def columns_of(df, folder):
    """The area of every row in the order of `id`, as it was written."""
    df.select("id", "area").write.mode("overwrite").parquet(folder)
    table = pq.read_table(folder).sort_by("id")
    return table["id"].combine_chunks(), table["area"].combine_chunks()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default=os.path.expanduser("~/.cache/jiju/bench/data"), help="where the data are kept")
    parser.add_argument("--millions", type=int, default=10, help="points")
    parser.add_argument("--every", type=int, default=10, help="GeoPandas takes each n-th row of every partition; these are compared")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--master", default=f"local-cluster[{CORES},1,1024]")
    parser.add_argument("--sedona", help="jars or packages of Apache Sedona")
    arguments = parser.parse_args()

    def made(what):
        return subprocess.check_output([sys.executable, HERE / "counties.py", arguments.work, what], text=True).split()

    import jiju

    areas, *_ = made("counties")
    index = str(Path(arguments.work) / "counties_of_module.index")
    jiju.AreaIndex(jiju.read_areas(areas, area_id="gb")).save(index)
    (points,) = made(str(arguments.millions))
    spark = session(arguments.master, arguments.sedona)
    ways = {"Spark alone": by_spark_alone, "jiju": by_jiju, "mapInPandas, sjoin": by_geopandas}
    if arguments.sedona:
        ways["sedona"] = by_sedona
    slow = ["mapInPandas, sjoin"]

    share = 1 / arguments.every
    few = spark.read.parquet(points).where(f"id % {arguments.every} = 0")
    same = True
    with tempfile.TemporaryDirectory() as folder:
        answers = {}
        for name in ways:
            if name != "Spark alone":
                answers[name] = columns_of(ways[name](few, areas, index, spark.sparkContext.accumulator(0.0)), f"{folder}/out")
        for name, answer in answers.items():
            agrees = all(one.equals(other) for one, other in zip(answer, answers["jiju"]))
            same &= agrees
            print(f"{name}: {len(answer[0]):,} rows, {'as jiju' if agrees else 'NOT as jiju'}", flush=True)

    taken = {name: [] for name in ways}
    for number in range(arguments.rounds):
        for name in list(ways)[:: 1 if number % 2 else -1]:
            millions = arguments.millions * (share if name in slow else 1)
            accumulator = spark.sparkContext.accumulator(0.0)
            start = time.perf_counter()
            df = few if name in slow else spark.read.parquet(points)
            ways[name](df, areas, index, accumulator).write.format("noop").mode("overwrite").save()
            seconds = time.perf_counter() - start
            taken[name].append((seconds / millions, accumulator.value / millions))
            print(f"round {number + 1}, {name}, {millions:g} M: {seconds:.2f} s, of the processor in Python {accumulator.value:.2f} s",
                  file=sys.stderr, flush=True)
    spark.stop()

    own = [statistics.median(column) for column in zip(*taken["jiju"])]
    print("| way | seconds for 1 M rows | × jiju | processor seconds in Python for 1 M rows | × jiju |\n| --- | ---: | ---: | ---: | ---: |")
    for name, runs in taken.items():
        wall, processor = (statistics.median(column) for column in zip(*runs))
        print(f"| {name} | {wall:.3g} | {wall / own[0]:.1f} | {processor:.3g} | {processor / own[1]:.1f} |")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
