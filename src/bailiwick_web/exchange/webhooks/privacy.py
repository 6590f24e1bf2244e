"""What becomes of the texts of this app when somebody is erased: deliveries hold identifiers, answers what others wrote."""

from bailiwick_web.core.erasing import declare
from bailiwick_web.exchange.webhooks import models as m

declare(m.Endpoint, nobody=("name", "url", "kinds", "secret", "old_secret", "leased_by"))
declare(m.Delivery, names=("body",), nobody=("kind",))
declare(m.Attempt, names=("error", "answer"))
declare(m.Source, names=("fixed",), nobody=("name", "mapping"))
