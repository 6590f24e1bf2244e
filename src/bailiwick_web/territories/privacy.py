"""What becomes of the texts of this app when somebody is erased: units may be customers, and customers people."""

from bailiwick_web.core.erasing import declare
from bailiwick_web.territories import models as m

declare(m.UnitSet, nobody=("name", "digest"))
declare(m.Unit, names=("attributes",), same=("name",), nobody=("code", "placed_by", "area"))
declare(m.MeasureDefinition, nobody=("key", "currency"))
declare(m.UnitSetFile, nobody=("kind", "digest", "content"))
declare(m.AlignmentPlan, nobody=("name", "layer", "balance"))
