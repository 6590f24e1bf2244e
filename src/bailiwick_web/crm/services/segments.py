"""The segment that stands on an account: written for many at once; whoever finds it decides what holds."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from bailiwick_web.core.access import Actor
from bailiwick_web.core.services import audit_all, entry, tell
from bailiwick_web.crm.models import Account
from bailiwick_web.crm.services.customers import ACCOUNT
from bailiwick_web.crm.services.writing import make_searchable

_CHUNK = 500


@transaction.atomic
def keep_segments(actor: Actor, found: Mapping[int, str], *, reason: str = "") -> list[int]:
    """Write the segment to accounts, those that changed only; the version stays, as nobody's work is touched. Recorded, told.

    Returns
    -------
    Keys of the accounts that changed, whose territory may have to follow.
    """
    changed: list[Account] = []
    entries = []
    keys = list(found)
    for start in range(0, len(keys), _CHUNK):
        for account in Account.objects.select_for_update().filter(pk__in=keys[start : start + _CHUNK]):
            before, after = account.segment, found[account.pk][:120]
            if before == after:
                continue
            account.segment = after
            make_searchable(ACCOUNT, account)
            changed.append(account)
            entries.append(entry(actor, "account.changed", account, field="segment", before=before, after=after, reason=reason))
    Account.objects.bulk_update(changed, ["segment", "search_text"], batch_size=_CHUNK)
    audit_all(entries)
    if changed:
        tell(actor, "accounts.segmented", n_changed=len(changed))
    return [account.pk for account in changed]
