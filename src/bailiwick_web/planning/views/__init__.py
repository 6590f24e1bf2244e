"""Pages of planning."""

from bailiwick_web.planning.views.changes import (
    answer,
    branch,
    call_off,
    challenge,
    delete,
    dismiss,
    flow,
    rename,
    replay,
    restore,
    roll_back,
    run,
)
from bailiwick_web.planning.views.comparing import compare, compare_csv, compare_pdf, compare_xlsx
from bailiwick_web.planning.views.exporting import FORMATS, alignment_file
from bailiwick_web.planning.views.fronts import choose_plan, front
from bailiwick_web.planning.views.mending import change_rules, mend, rules, validator
from bailiwick_web.planning.views.mine import mine, who
from bailiwick_web.planning.views.owning import owner
from bailiwick_web.planning.views.pages import home, new_plan, panel, plans, runs, scenario
from bailiwick_web.planning.views.picturing import stamp

__all__ = [
    "FORMATS",
    "alignment_file",
    "answer",
    "branch",
    "call_off",
    "challenge",
    "change_rules",
    "choose_plan",
    "compare",
    "compare_csv",
    "compare_pdf",
    "compare_xlsx",
    "delete",
    "dismiss",
    "flow",
    "front",
    "home",
    "mend",
    "mine",
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
    "stamp",
    "validator",
    "who",
]
