"""What becomes of the texts of this app when somebody is erased."""

from bailiwick_web.core.erasing import declare
from bailiwick_web.market import models as m

declare(m.CompanyProfile, names=("core_value", "strengths", "markets"))
declare(m.Swot, names=("note",))
declare(m.SwotEntry, names=("text", "fact"))
declare(m.Evidence, names=("claim", "source", "url", "reason"), nobody=("industry", "region", "origin"))
declare(m.EffectUse)
declare(m.Offer, names=("name", "what"), nobody=("segment", "origin"))
declare(m.OfferUse)
