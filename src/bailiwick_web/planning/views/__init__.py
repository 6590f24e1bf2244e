"""Pages of planning."""

from bailiwick_web.planning.views.changes import (
    answer,
    assign,
    branch,
    challenge,
    delete,
    dismiss,
    flow,
    lock_territory,
    rename,
    replay,
    restore,
    roll_back,
    run,
    step,
)
from bailiwick_web.planning.views.comparing import alignment_csv, compare, compare_csv, compare_pdf, compare_xlsx
from bailiwick_web.planning.views.mending import change_rules, mend, rules, validator
from bailiwick_web.planning.views.owning import owner
from bailiwick_web.planning.views.pages import home, new_plan, panel, plans, runs, scenario, why_here

__all__ = [
    "alignment_csv",
    "answer",
    "assign",
    "branch",
    "challenge",
    "change_rules",
    "compare",
    "compare_csv",
    "compare_pdf",
    "compare_xlsx",
    "delete",
    "dismiss",
    "flow",
    "home",
    "lock_territory",
    "mend",
    "new_plan",
    "owner",
    "panel",
    "plans",
    "rename",
    "replay",
    "restore",
    "roll_back",
    "rules",
    "run",
    "runs",
    "scenario",
    "step",
    "validator",
    "why_here",
]
