#!/bin/sh
# Makes the two embedded fonts anew. Needs a Debian-family machine, python3 and a network; works in a temporary folder.
# usage: crates/fonts/subset.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download fonts-noto-cjk=1:20220127+repack1-1
dpkg-deb -x fonts-noto-cjk_*.deb package
python3 -m venv venv
venv/bin/pip install --quiet fonttools==4.68.0
# The repertoires: everything the encoding can write, and the signs that figures need beside it.
venv/bin/python - <<'PYTHON'
signs = set(range(0x20, 0x7F)) | set(range(0xA0, 0x180)) | set(range(0x370, 0x400)) | set(range(0x2010, 0x2060))
signs |= set(range(0x2070, 0x20A0)) | set(range(0x2100, 0x2200)) | set(range(0x2200, 0x2300)) | set(range(0x2460, 0x2500))
signs |= set(range(0x2500, 0x2740)) | set(range(0x3000, 0x3040)) | set(range(0x3380, 0x33E0)) | set(range(0xFF00, 0xFFF0))
def repertoire(encoding):
    characters = set(signs)
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            try:
                characters.add(ord(bytes([lead, trail]).decode(encoding)))
            except (UnicodeDecodeError, TypeError):
                pass
    return characters
for encoding in ("gbk", "gb2312"):
    with open(encoding + ".txt", "w") as out:
        out.write("\n".join(f"U+{code:04X}" for code in sorted(repertoire(encoding))))
PYTHON
# No layout tables: the advance widths are then the whole truth, so that text measured is text drawn.
# Number 2 of the collection is the face for simplified Chinese.
subset() {
    venv/bin/pyftsubset "package/usr/share/fonts/opentype/noto/$1" --font-number=2 --unicodes-file="$2" \
        --output-file="$here/$3" --layout-features='' --no-hinting --drop-tables+=vhea,vmtx,BASE,GPOS,GSUB,GDEF,VORG \
        --name-IDs='0,1,2,3,4,5,6,13,14' --no-recalc-timestamp
}
subset NotoSansCJK-Regular.ttc gbk.txt NotoSansCJKsc-Regular-GBK.otf
subset NotoSansCJK-Bold.ttc gb2312.txt NotoSansCJKsc-Bold-GB2312.otf
ls -l "$here"
