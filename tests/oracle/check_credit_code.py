"""Writes check_credit_code.csv: codes good and bad, and what python-stdnum 2.2 (stdnum.cn.uscc) says of them.

python-stdnum also asks that the first characters be digits and the address code known; only codes that meet that are
written, so that both judge by the same rules.
"""

import csv
import random
from pathlib import Path

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ADCODES = ["330602", "330603", "330604", "330624", "330681", "330683", "110000", "350100"]


def verdict(code):
    try:
        uscc.validate(code)
        return "valid"
    except InvalidLength:
        return "length"
    except InvalidChecksum:
        return "check"
    except (InvalidFormat, InvalidComponent):
        return "character"


random.seed(14)
rows = []
for _ in range(120):
    body = "91" + random.choice(ADCODES) + "".join(random.choice(ALPHABET) for _ in range(9))
    code = body + uscc.calc_check_digit(body)
    rows.append((code, verdict(code)))
    wrong = body + random.choice([c for c in ALPHABET if c != code[-1]])
    rows.append((wrong, verdict(wrong)))
    place = random.randrange(9, 17)
    swapped = list(code)
    swapped[place - 1], swapped[place] = swapped[place], swapped[place - 1]
    rows.append(("".join(swapped), verdict("".join(swapped))))
    forbidden = code[:place] + random.choice("IOSVZ") + code[place + 1:]
    rows.append((forbidden, verdict(forbidden)))
    short = code[:place] + code[place + 1:]
    rows.append((short, verdict(short)))

with open(Path(__file__).with_suffix(".csv"), "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["code", "verdict"])
    writer.writerows(rows)
