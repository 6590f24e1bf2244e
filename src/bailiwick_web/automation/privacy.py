"""What becomes of the texts of this app when somebody is erased: what rules write, and what went wrong, may name people."""

from bailiwick_web.automation import models as m
from bailiwick_web.core.erasing import declare

declare(m.Rule, names=("actions",), nobody=("name", "trigger", "condition"))
declare(m.Run, names=("payload", "did", "error"), nobody=("kind",))
