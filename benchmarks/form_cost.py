"""What a form costs: its controls made, a row shown, drawn, and read back. CPU milliseconds, the best of many.

``python benchmarks/form_cost.py SCHEMA.json…``
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from app.templating import environment
from forms.binding import posted, read_form, show_row
from forms.control import controls
from schema_loader.check import check_row
from schema_loader.compile import compile_schema

TURNS = 30
PAGE = "{% for c in controls %}{{ ui.control(c, shown[loop.index0], (), {'hx-post': '/x', 'hx-trigger': 'change'}) }}{% endfor %}"


def best(act: Callable[[], object]) -> float:
    found = []
    for _ in range(TURNS):
        start = time.process_time()
        act()
        found.append(time.process_time() - start)
    return min(found) * 1000


def main() -> None:
    template = environment().from_string(PAGE)
    for path in sys.argv[1:]:
        schema = compile_schema(Path(path).read_bytes())
        start = time.process_time()
        made = controls(schema)
        first = (time.process_time() - start) * 1000
        row = {field.name: field.example or "" for field in schema.fields}
        pairs = [
            pair for c, shown in zip(made, show_row(schema, row), strict=True) for pair in posted(c, shown)
        ]
        page = best(lambda: template.render(controls=made, shown=show_row(schema, row)))  # noqa: B023 (called at once)
        print(
            f"{len(made):4} fields  controls once {first:6.1f}  page {page:6.2f}  show {best(lambda: show_row(schema, row)):5.2f}"  # noqa: B023 (called at once)
            f"  read {best(lambda: read_form(schema, pairs)):5.2f}  check {best(lambda: check_row(schema, row)):5.2f}  {Path(path).stem}"  # noqa: B023 (called at once)
        )


if __name__ == "__main__":
    main()
