"""Pages of planning."""

from bailiwick_web.planning.views.changes import (
    answer,
    branch,
    challenge,
    delete,
    dismiss,
    flow,
    rename,
    restore,
    roll_back,
    run,
)
from bailiwick_web.planning.views.comparing import alignment_csv, compare, compare_csv
from bailiwick_web.planning.views.pages import home, new_plan, panel, plans, runs, scenario

__all__ = [
    "alignment_csv",
    "answer",
    "branch",
    "challenge",
    "compare",
    "compare_csv",
    "delete",
    "dismiss",
    "flow",
    "home",
    "new_plan",
    "panel",
    "plans",
    "rename",
    "restore",
    "roll_back",
    "run",
    "runs",
    "scenario",
]
