#!/usr/bin/env python3
"""Writes what a released program must say of others' work: their licences with their texts, and a bill of materials.

    scripts/third_party.py FOLDER [PROGRAM]

FOLDER receives THIRD-PARTY-NOTICES.txt and jiju.cdx.json (CycloneDX 1.5): the crates that are linked into the program on
this system, and the scripts in its page. With PROGRAM also SYSTEM-LIBRARIES.txt: the shared libraries that it loads here, with the
licences that Debian's packages state. They are no part of the program; who ships them with it, in a bundle or a wheel, ships them
under those licences, some of which are the GPL.

Needs cargo, and for PROGRAM a Debian-family machine. The output depends on Cargo.lock, package-lock.json and what is installed, and
on nothing else: the same bytes every time.
"""

import base64
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAMES = re.compile(r"(?i)^(licen[sc]e|copying|copyright|notice|unlicense|ofl)([-_.].*)?$")
# Texts of their licences for crates that bring none, from a crate that does.
GENERIC = {"MIT": "serde", "Apache-2.0": "serde", "BSD-3-Clause": "alloc-no-stdlib", "Zlib": "foldhash", "ISC": "libloading"}


def run(*words):
    return subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def crates():
    """The crates of the program by name and version, what each needs, and where it lies."""
    host = re.search(r"^host: (.*)$", run("rustc", "-vV"), re.M).group(1)
    tree = run("cargo", "tree", "--locked", "-p", "jiju", "-e", "normal", "--target", host, "--prefix", "depth", "--no-dedupe",
               "--format", "|{p}")
    found, path = {}, []
    for line in filter(None, tree.splitlines()):
        depth, package = line.split("|", 1)
        name, version, *rest = package.split(" ")
        key, depth = (name, version[1:]), int(depth)
        # Macros, and what they need, run while it is built and are not in it.
        is_macro = "(proc-macro)" in rest or (depth > 0 and path[depth - 1][1])
        path[depth:] = [(key, is_macro)]
        if is_macro:
            continue
        found.setdefault(key, set())
        if depth:
            found[path[depth - 1][0]].add(key)
    metadata = json.loads(run("cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", host))
    packages = {(package["name"], package["version"]): package for package in metadata["packages"]}
    locked = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    sums = {(package["name"], package["version"]): package.get("checksum") for package in locked}
    return [(packages[key], sorted(needs), sums[key]) for key, needs in sorted(found.items())]


def texts(folder):
    """The texts of licences in a folder."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and NAMES.match(path.name)]
    return [path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n").strip() for path in files]


def scripts():
    """The packages whose code is in the page."""
    folder = ROOT / "src/report/page/web"
    lock = json.loads((folder / "package-lock.json").read_text())["packages"]
    return [
        (path.removeprefix("node_modules/"), package["version"], package.get("license", "see package"), package["integrity"])
        for path, package in sorted(lock.items())
        if path and not package.get("dev")
    ]


def notices(packages):
    by_name = {package["name"]: pathlib.Path(package["manifest_path"]).parent for package, _, _ in packages}
    generic = {licence: texts(by_name[name]) for licence, name in GENERIC.items() if name in by_name}
    by_text, listed = {}, []
    for package, _, _ in packages:
        name, licence = f"{package['name']} {package['version']}", (package["license"] or "").replace("/", " OR ")
        listed.append(f"{name}: {licence}" + (f", {package['repository']}" if package.get("repository") else ""))
        own = texts(pathlib.Path(package["manifest_path"]).parent)
        if not own and package["source"] is None:
            own = [(ROOT / f"LICENSE-{part}").read_text().strip() for part in ("MIT", "APACHE")]
        if not own:
            wanted = [part for part in re.findall(r"[A-Za-z0-9.-]+", licence) if part in generic]
            if not wanted:
                sys.exit(f"error: {name} ({licence}) brings no text of its licence, and none is known")
            # Of `MIT OR Apache-2.0` either will do.
            wanted = wanted if " AND " in licence else wanted[:1]
            own = [text for part in wanted for text in generic[part] if ("Apache License" in text) == (part == "Apache-2.0")]
            authors = ", ".join(package.get("authors") or [])
            listed[-1] += f"; its text of {' and '.join(wanted)} is a general one" + (f"; by {authors}" if authors else "")
        for text in own:
            by_text.setdefault(text, []).append(name)
    lines = [
        "Software of others in this program",
        "==================================",
        "",
        "The program `jiju` is linked from the crates below, each under the licence it is listed with, whose texts follow.",
        "GDAL, PROJ and the other libraries of the system are loaded when it starts and are no part of it: those who ship them",
        "with it must heed their licences, some of which are the GNU GPL (see SYSTEM-LIBRARIES.txt of such a bundle).",
        "",
        *listed,
        "",
        "The page that it writes holds code of these packages of npm, under the ISC licence unless said otherwise:",
        "",
        *(f"{name} {version}: {licence}" for name, version, licence, _ in scripts()),
    ]
    for text, names in sorted(by_text.items(), key=lambda entry: entry[1]):
        lines += ["", "-" * 80, "For " + ", ".join(names), "-" * 80, "", text]
    return "\n".join(lines) + "\n"


def reference(name, version):
    return f"pkg:cargo/{name}@{version}"


def component(package, checksum):
    entry = {
        "type": "library",
        "bom-ref": reference(package["name"], package["version"]),
        "name": package["name"],
        "version": package["version"],
        "purl": reference(package["name"], package["version"]),
        "licenses": [{"expression": (package["license"] or "NOASSERTION").replace("/", " OR ")}],
    }
    if checksum:
        entry["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    if package.get("repository"):
        entry["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return entry


def bill(packages):
    own = next(package for package, _, _ in packages if package["name"] == "jiju")
    components = [component(package, checksum) for package, _, checksum in packages if package is not own]
    for name, version, licence, integrity in scripts():
        purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
        # The lock file has the hash in base64.
        content = base64.b64decode(integrity.removeprefix("sha512-")).hex()
        components.append({
            "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
            "licenses": [{"license": {"id": licence}}], "hashes": [{"alg": "SHA-512", "content": content}],
        })
    program = component(own, None) | {"type": "application"}
    needs = [
        {"ref": reference(package["name"], package["version"]), "dependsOn": [reference(*key) for key in needed]}
        for package, needed, _ in packages
    ]
    needs[[entry["ref"] for entry in needs].index(program["bom-ref"])]["dependsOn"] += [
        entry["bom-ref"] for entry in components if entry["purl"].startswith("pkg:npm/")
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": program},
        "components": components,
        "dependencies": needs,
    }


def system_libraries(program):
    """The packages of the libraries that a program loads, and what their copyright files call their licences."""
    loaded = run("ldd", program)
    paths = sorted(set(re.findall(r"=> (/\S+)", loaded)))
    packages = {}
    for path in paths:
        candidates = {path, str(pathlib.Path(path).resolve()), path.removeprefix("/usr"), "/usr" + path}
        for candidate in sorted(candidates):
            found = subprocess.run(["dpkg-query", "-S", candidate], capture_output=True, text=True)
            if found.returncode == 0:
                packages.setdefault(found.stdout.split(":")[0], []).append(pathlib.Path(path).name)
                break
        else:
            packages.setdefault("(no package)", []).append(pathlib.Path(path).name)
    lines = [
        "Shared libraries that the program loads on this system",
        "======================================================",
        "",
        "They are no part of the program and are not shipped with it. Whoever puts them into a bundle or a wheel ships them under",
        "the licences of their packages. Those marked [GPL], at least, make the bundle as a whole subject to the GPL, unless GDAL",
        "is built without them. The names are those of Debian's copyright files, and may be of parts that are not linked.",
        "",
    ]
    for package, files in sorted(packages.items()):
        copyright = pathlib.Path(f"/usr/share/doc/{package}/copyright")
        text = copyright.read_text(errors="replace") if copyright.is_file() else ""
        names = sorted(set(re.findall(r"^License: *(\S.*)$", text, re.M)))
        # Of most of its files; others are often those that build it.
        main = re.search(r"^Files: *\*(?:.|\n(?!\n))*?^License: *(\S.*)$", text, re.M)
        is_gpl = main and re.match(r"GPL", main.group(1)) and " or " not in main.group(1)
        mark = " [GPL]" if is_gpl else ""
        lines.append(f"{package} ({', '.join(sorted(files))}):{mark} {'; '.join(names) or 'see its copyright file'}")
    return "\n".join(lines) + "\n"


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    packages = crates()
    written = {
        "THIRD-PARTY-NOTICES.txt": notices(packages),
        "jiju.cdx.json": json.dumps(bill(packages), indent=2, ensure_ascii=False) + "\n",
    }
    if len(sys.argv) == 3:
        written["SYSTEM-LIBRARIES.txt"] = system_libraries(sys.argv[2])
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
        print(f"{folder / name}: {hashlib.sha256(text.encode()).hexdigest()[:16]}")


if __name__ == "__main__":
    main()
