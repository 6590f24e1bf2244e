"""What becomes of the texts of this app when somebody is erased: what planners wrote may name people."""

from bailiwick_web.core.erasing import declare
from bailiwick_web.planning import models as m

declare(m.Scenario, names=("notes",), nobody=("name", "settings", "input_digest"))
declare(m.TerritoryDefinition, nobody=("code", "name", "colour"))
declare(m.UnitAssignment, nobody=("cause",))
declare(m.NamedAccount, names=("reason",))
declare(m.AssignmentRule, nobody=("name", "condition"))
declare(m.Move, names=("summary", "made_of", "reason"), nobody=("act", "changes"))
declare(m.Run, names=("summary",), nobody=("params",))
declare(m.FrontPlan, nobody=("figures", "territory_idx"))
declare(m.Approval, names=("comment",))
declare(m.Challenge, names=("reason", "answer"))
declare(m.Publication, names=("reason",))
