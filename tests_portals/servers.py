"""Starting a real portal: its script, run by the Python that has it, says on its first line where it is."""

from __future__ import annotations

import atexit
import json
import subprocess
from pathlib import Path

HERE = Path(__file__).parent


def started(python: str, script: str) -> dict[str, str]:
    """What the server says of itself. It ends with this process, whose pipe it reads."""
    process = subprocess.Popen(
        [python, str(HERE / script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    atexit.register(process.communicate, timeout=60)  # closes what it reads, and waits for it
    line = process.stdout.readline()
    assert line, f"{script} did not start"
    told: dict[str, str] = json.loads(line)
    return told
