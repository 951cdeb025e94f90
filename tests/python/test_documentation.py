"""What README and docs/python.md show runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest


def blocks(file: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", file.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "README.zh.md", "docs/python.md"])
def test_what_is_shown_runs(name: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("data", "maps"):
        (tmp_path / folder).symlink_to(root / folder)
    monkeypatch.chdir(tmp_path)
    own = blocks(root / name)
    assert own
    names: dict[str, Any] = {"lon": [120.58, 120.47], "lat": [30.01, 30.08]}
    for block in own:
        exec(compile(block, name, "exec"), names)
    assert len(list(tmp_path.iterdir())) > 2
