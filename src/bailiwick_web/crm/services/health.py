"""The health that stands on an account: computed for all at once, or said by somebody; whoever computes it decides what holds."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from bailiwick_web.core.access import Actor
from bailiwick_web.core.services import tell
from bailiwick_web.crm.models import Account

_CHUNK = 500


@transaction.atomic
def keep_health(actor: Actor, found: Mapping[int, tuple[int, str]]) -> int:
    """Write the health and its reason to accounts, those that changed only; the version stays, as nobody's work is touched. Told.

    Returns
    -------
    Number of accounts that changed.
    """
    changed = []
    keys = list(found)
    for start in range(0, len(keys), _CHUNK):
        for account in Account.objects.select_for_update().filter(pk__in=keys[start : start + _CHUNK]).only("health", "health_reason"):
            if (account.health, account.health_reason) != found[account.pk]:
                account.health, account.health_reason = found[account.pk]
                changed.append(account)
    Account.objects.bulk_update(changed, ["health", "health_reason"], batch_size=_CHUNK)
    if changed:
        tell(actor, "accounts.health", n_changed=len(changed))
    return len(changed)
