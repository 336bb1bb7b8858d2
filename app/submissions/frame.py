"""What every page of an import shares."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from app.access import SessionOf
from app.datasets.access import At, at_dataset
from app.datasets.head import head_of
from app.models import Submission, SubmissionState
from app.submissions import pages
from app.templating import redirect

Reader = Annotated[At, Depends(at_dataset("reader"))]
Editor = Annotated[At, Depends(at_dataset("editor"))]


def elsewhere(request: Request, at: At, found: Submission) -> Response | None:
    """Where to go instead, while a job works or once the import is over."""
    if found.state == SubmissionState.open:
        return None
    return redirect(request, pages.place_of(at.path, found))


def common(request: Request, at: At, session: SessionOf, found: Submission, step: str) -> dict[str, Any]:
    return {
        "head": head_of(request, session, at),
        "found": found,
        "steps": pages.steps(at.path, found, step),
        "current": pages.STEPS.index(step) + 1,
        "base": f"{at.path}/importer/{found.id}",
    }
