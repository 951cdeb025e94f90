"""Holds the bulletin of `jiju init` against ECMA-376 and GB/T 9704-2012: python bulletin.py JIJU"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import pdfplumber

MM = 25.4 / 72
WIDTH, HEIGHT = 210.0, 297.0
# GB/T 9704-2012, 5.2: 37 mm above the text, 28 mm at the binding side, a text of 156 mm by 225 mm in 22 lines of 28 characters.
TOP, BINDING, TEXT_WIDTH, TEXT_HEIGHT, LINES, CHARACTERS = 37.0, 28.0, 156.0, 225.0, 22, 28
TOLERANCE = 1.0
# As it is printed: with the blank page before an even one.
PRINTED = 'pdf:writer_pdf_Export:{"IsSkipEmptyPages":{"type":"boolean","value":"false"}}'
# The validator follows the Open XML SDK, which wants a theme; ECMA-376 Part 1, 11.3.12 has none or one.
NOT_OF_THE_STANDARD = re.compile(r"relationships/theme' is\s+missing")

faults = []


def hold(condition, words):
    if not condition:
        faults.append(words)


def validated(path):
    """Every violation of the schema that the validator finds."""
    command = [str(pathlib.Path(sys.executable).parent / "openxml-audit"), "-o", "json", "-m", "0", str(path)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    reports = told if isinstance(told, list) else [told]
    errors = [error for report in reports for error in report.get("errors", [])]
    hold(reports and all("errors" in report for report in reports), f"{path.name}: the validator says {told}")
    for error in errors:
        words = f"{error.get('description') or error.get('message') or error}"
        hold(NOT_OF_THE_STANDARD.search(words), f"{path.name}: {error.get('part_uri', '')} {words}")
    print(f"{path.name}: {len(errors)} remarks of the validator")


def imprinted(path, pdf, double_sided):
    """The imprint ends with the text area of the last page, which is an even one where both sides are printed."""
    page = pdf.pages[-1]
    words = page.crop((0, 0, page.width, (TOP + TEXT_HEIGHT + 1) / MM)).extract_text()
    hold("印发" in words.splitlines()[-1], f"{path.name}: the last page ends with {words.splitlines()[-1]!r}")
    rules = [one for one in page.lines + page.rects if one["x1"] - one["x0"] > (TEXT_WIDTH - 1) / MM]
    end = max((one["bottom"] for one in rules), default=0) * MM
    hold(abs(end - TOP - TEXT_HEIGHT) < TOLERANCE, f"{path.name}: the imprint ends {end:.1f} mm below the edge, expected {TOP + TEXT_HEIGHT}")
    hold(not double_sided or len(pdf.pages) % 2 == 0, f"{path.name}: the imprint stands on page {len(pdf.pages)}, expected an even one")


def measured(path, double_sided, is_own=False):
    """Margins of all pages, the pitch of lines, the characters that a line has room for, the place of the imprint."""
    with pdfplumber.open(path) as pdf:
        widest, pitches, advances = [], [], collections.Counter()
        imprinted(path, pdf, double_sided)
        # A blank page before the imprint has no number, and neither has that of the imprint then.
        count = len(pdf.pages)
        is_blank = count > 2 and not pdf.pages[-2].chars
        for number, page in enumerate(pdf.pages, 1):
            hold(abs(page.width * MM - WIDTH) < 0.5 and abs(page.height * MM - HEIGHT) < 0.5, f"{path.name}: page {number} is not A4")
            chars = [char for char in page.chars if char["text"].strip()]
            foot = [char for char in chars if char["top"] * MM > TOP + TEXT_HEIGHT + 1]
            body = [char for char in chars if char not in foot]
            text = "".join(char["text"] for char in foot)
            # A word processor may come to the blank page by itself, whose breaks are not those of the PDF: then the imprint's is numbered.
            numbers = {"" if is_blank and number > count - 2 else f"—{number}—"}
            if is_blank and number == count and not is_own:
                numbers.add(f"—{number}—")
            hold(text in numbers, f"{path.name}: page {number} is numbered {text!r}")
            if is_blank and number == count - 1:
                continue
            boxes = body + page.images + [one for one in page.lines + page.rects if one["top"] * MM < TOP + TEXT_HEIGHT + 1]
            if not boxes:
                faults.append(f"{path.name}: page {number} is empty")
                continue
            left = min(box["x0"] for box in boxes) * MM
            right = WIDTH - max(box["x1"] for box in boxes) * MM
            top = min(box["top"] for box in boxes) * MM
            bottom = HEIGHT - max(box["bottom"] for box in boxes) * MM
            # The binding is at the left of odd pages and at the right of even ones.
            outer = WIDTH - BINDING - TEXT_WIDTH
            # LibreOffice does not mirror the margins of a page that a section forces to be even.
            is_forced = is_blank and number == count and not is_own
            wanted = (BINDING, outer) if number % 2 or is_forced else (outer, BINDING)
            for name, found, least in [
                ("left", left, wanted[0]),
                ("right", right, wanted[1]),
                ("top", top, TOP),
                ("bottom", bottom, HEIGHT - TOP - TEXT_HEIGHT),
            ]:
                hold(found > least - TOLERANCE, f"{path.name}: page {number} has {found:.1f} mm at the {name}, expected {least}")
            widest.append((left - wanted[0], right - wanted[1], top - TOP))
            rows = {}
            for char in body:
                if abs(char["size"] - 16) < 0.3:
                    rows.setdefault(round(char["bottom"]), []).append(char)
            lines = sorted(rows)
            pitches += [(low - high) * MM for high, low in zip(lines, lines[1:])]
            for row in rows.values():
                row.sort(key=lambda char: char["x0"])
                pairs = [pair for pair in zip(row, row[1:]) if all(0x4E00 <= ord(char["text"]) <= 0x9FFF for char in pair)]
                advances.update(round((right["x0"] - left["x0"]) * MM, 2) for left, right in pairs)
    # The characters of a line stand in the middle of its height.
    leading = (TEXT_HEIGHT / LINES - 16 * MM) / 2
    for name, edge, room in [("left", 0, 0), ("right", 1, 0), ("top", 2, leading)]:
        nearest = min(abs(page[edge]) for page in widest)
        hold(nearest < TOLERANCE + room, f"{path.name}: no page comes nearer than {nearest:.1f} mm to the {name} edge of the text")
    pitch = TEXT_HEIGHT / LINES
    near = sorted(pitches, key=lambda found: abs(found - pitch))
    hold(near and abs(near[0] - pitch) < 0.2, f"{path.name}: lines are {near[:3]} mm apart, expected {pitch:.2f}")
    # Lines are stretched or narrowed to their end; most are neither.
    characters = TEXT_WIDTH / advances.most_common(1)[0][0] if advances else 0
    hold(abs(characters - CHARACTERS) < 0.2, f"{path.name}: a line has room for {characters:.1f} characters, expected {CHARACTERS}")
    print(f"{path.name}: {len(widest)} pages, margins within {max(max(-edge for edge in page) for page in widest):.2f} mm, {characters:.1f} characters a line")


def main(jiju):
    with tempfile.TemporaryDirectory() as scratch:
        desk = pathlib.Path(scratch) / "desk"
        subprocess.run([jiju, "init", desk], check=True, capture_output=True)
        project = desk / "jiju.toml"
        text = project.read_text(encoding="utf-8")
        # A map and a chart are enough, and an office has a mark, a number and copies.
        parts, seen = re.split(r"(?=\n\[\[)", text), set()
        kept = []
        for part in parts:
            kind = part[1:].split("]]")[0]
            if kind not in ("[[map", "[[chart") or kind not in seen:
                kept.append(part)
            seen.add(kind)
        text = "".join(kept)
        office = (
            'masthead = "绍兴市工业转型升级领导小组办公室文件"\nnumber = "绍市工转升办〔2020〕30号"\n'
            'copy_to = ["市府办", "各区、县（市）人民政府办公室", "市级各有关部门"]\n'
        )
        place = text.index("\n", text.index("[bulletin]")) + 1
        project.write_text(text[:place] + office + text[place:], encoding="utf-8")

        def report(name):
            subprocess.run([jiju, "report", "-o", name], check=True, capture_output=True, cwd=desk)

        def converted(name):
            # A profile of its own: another LibreOffice may be running.
            command = ["soffice", f"-env:UserInstallation=file://{scratch}/profile", "--headless", "--convert-to", PRINTED]
            subprocess.run(command + ["--outdir", f"{scratch}/converted", desk / name], check=True, capture_output=True)
            return pathlib.Path(scratch) / "converted" / (pathlib.Path(name).stem + ".pdf")

        validated(desk / "templates" / "通报.docx")
        for name in ["of-text.docx", "own.pdf"]:
            report(name)
        project.write_text(project.read_text(encoding="utf-8").replace('"templates/通报.txt"', '"templates/通报.docx"'), encoding="utf-8")
        report("of-docx.docx")
        for name in ["of-text.docx", "of-docx.docx"]:
            validated(desk / name)
            # Where the pages of a document of the office end is the office's matter.
            measured(converted(name), double_sided=name == "of-text.docx")
        measured(desk / "own.pdf", double_sided=True, is_own=True)
    for fault in faults:
        print(f"fault: {fault}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main(sys.argv[1])
