"""Progress as a bar of tqdm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def bar(**options: Any) -> Callable[[str, int, int | None], None]:
    """A callback that draws a bar of tqdm: `jiju.join(…, progress=jiju.bar())`."""
    from tqdm.auto import tqdm

    drawn: list[Any] = []

    def reached(what: str, done: int, total: int | None) -> None:
        if not drawn:
            drawn.append(tqdm(total=total, desc=what, leave=False, **options))
        own = drawn[0]
        own.set_description(what, refresh=False)
        own.update(done - own.n)
        if total is not None and done >= total:
            own.close()

    return reached
