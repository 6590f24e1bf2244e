"""What becomes of the texts of this app when somebody is erased: a filter may ask for a person."""

from bailiwick_web.core.erasing import declare
from bailiwick_web.reports import models as m

declare(m.Report, names=("name", "about", "definition"))
declare(m.Subscription, nobody=("time_zone", "language", "secret", "origin"))
declare(m.Delivery, names=("told",))
