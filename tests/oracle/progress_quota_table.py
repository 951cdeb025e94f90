"""Writes a ledger with every irregularity, and what its quota tables must be: counted by SQL, not by jiju.

    python3 tests/oracle/progress_quota_table.py        (Python 3.11, its own sqlite3 3.40)

The rules, from DESIGN: a firm counts once per programme; it has passed a stage by a day if a row claims that stage or a
later one and a date of those lies on or before the day (being listed needs no date); it counts in the district where it
stands, or else is unplaced; the rank of a district is one more than the number of districts with a higher rate.
"""

import csv
import random
import sqlite3
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
POLICY = HERE.parent.parent / "data/policy/shaoxing-2020"
STAGES = ["listed", "self_check", "review", "spot_check"]
DATES = ["listed_on", "self_checked_on", "reviewed_on", "spot_checked_on"]
PROGRAMMES = ["retire_outdated_capacity", "remediate_scattered_workshops"]
QUERIES = [("2020-06-30", "review"), ("2020-09-30", "review"), ("2020-09-30", "self_check"), ("2020-12-31", "spot_check")]


def rows_of(name):
    with open(POLICY / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(name, header, rows):
    with open(HERE / name, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def ledger(rng):
    """Firms at random stages; some dates are missing, some rows doubled, some doubled with other dates."""
    districts = [row["adcode"] for row in rows_of("districts.csv")]
    rows, standing = [], []
    for number in range(900):
        firm = f"F{number:04}"
        where = rng.choices([rng.choice(districts), "330106", None], [0.94, 0.03, 0.03])[0]
        if where:
            standing.append((firm, where))
        for programme in rng.choices([PROGRAMMES[:1], PROGRAMMES[1:], PROGRAMMES], [0.3, 0.6, 0.1])[0]:
            for _ in range(rng.choices([1, 2, 3], [0.88, 0.09, 0.03])[0]):
                stage = rng.randrange(4)
                day, dates = date(2020, 3, 1) + timedelta(rng.randrange(60)), []
                for place in range(4):
                    known = place <= stage and rng.random() < 0.93
                    dates.append(day.isoformat() if known else "")
                    day += timedelta(rng.randrange(1, 90))
                # A date beyond the stage that the row claims counts for nothing.
                if stage < 3 and rng.random() < 0.05:
                    dates[stage + 1] = day.isoformat()
                rows.append((firm, programme, STAGES[stage], *dates))
                if rng.random() < 0.04:
                    rows.append(rows[-1])
    rng.shuffle(rows)
    return rows, standing


def quota_table(entries, standing):
    database = sqlite3.connect(":memory:")
    database.execute(f"create table entry (firm, programme, stage integer, {', '.join(DATES)})")
    database.executemany(
        "insert into entry values (?, ?, ?, nullif(?, ''), nullif(?, ''), nullif(?, ''), nullif(?, ''))",
        [(firm, programme, STAGES.index(stage), *dates) for firm, programme, stage, *dates in entries],
    )
    database.execute("create table standing (firm primary key, adcode)")
    database.executemany("insert into standing values (?, ?)", standing)
    database.execute("create table quota (programme, adcode, firms integer)")
    database.executemany(
        "insert into quota values (?, ?, ?)",
        [(row["programme"], row["district"], int(row["firms"])) for row in rows_of("quotas.csv")],
    )
    # One line for every firm and stage it passed, with the first day.
    union = " union all ".join(
        f"select firm, programme, {passed} as stage, {DATES[proof]} as day from entry"
        f" where stage >= {proof} and {DATES[proof]} is not null"
        for passed in range(4)
        for proof in range(passed, 4)
    )
    database.execute(
        f"create table passed as select firm, programme, stage, min(day) as day from ({union}"
        " union all select firm, programme, 0, '0000-00-00' from entry where listed_on is null)"
        " group by firm, programme, stage"
    )
    table = []
    for as_of, accepting in QUERIES:
        counted = """
            select q.programme, q.adcode,
                   count(distinct case when p.stage = 0 then p.firm end),
                   count(distinct case when p.stage = 1 then p.firm end),
                   count(distinct case when p.stage = 2 then p.firm end),
                   count(distinct case when p.stage = 3 then p.firm end),
                   count(distinct case when p.stage = :accepting then p.firm end) as accepted,
                   q.firms as quota
            from quota q
            left join standing s on case when q.adcode = '330600'
                then s.adcode in (select adcode from quota where adcode <> '330600') else s.adcode = q.adcode end
            left join passed p on p.firm = s.firm and p.programme = q.programme and p.day <= :as_of
            group by q.programme, q.adcode"""
        rows = database.execute(
            f"""with counted as ({counted})
            select c.*,
                   case when c.adcode <> '330600' then
                       (select count(*) + 1 from counted o where o.programme = c.programme and o.adcode <> '330600'
                        and o.accepted * c.quota > c.accepted * o.quota) end,
                   case when c.adcode = '330600' then
                       (select count(distinct p.firm) from passed p where p.programme = c.programme and p.stage = 0
                        and p.day <= :as_of and p.firm not in (select firm from standing where adcode in
                            (select adcode from quota where adcode <> '330600'))) else 0 end
            from counted c order by c.programme, c.adcode""",
            {"accepting": STAGES.index(accepting), "as_of": as_of},
        ).fetchall()
        table += [(as_of, accepting, *("" if cell is None else cell for cell in row)) for row in rows]
    return table


if __name__ == "__main__":
    entries, standing = ledger(random.Random(20200528))
    write("progress_ledger.csv", ["id", "programme", "stage", *DATES], entries)
    write("progress_standing.csv", ["id", "adcode"], standing)
    header = ["as_of", "accepting_stage", "programme", "district", "listed", "self_checked", "reviewed", "spot_checked"]
    header += ["accepted", "quota", "rank", "unplaced"]
    write("progress_quota_table.csv", header, quota_table(entries, standing))
