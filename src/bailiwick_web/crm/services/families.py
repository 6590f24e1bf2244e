"""Families of accounts: the top of the parents of each, also of many at once, in a question for a generation."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from bailiwick_web.core.refusals import Conflict
from bailiwick_web.crm.models import Account

MOST_GENERATIONS = 20
FEW = 500
"""Keys of one question: every database takes so many."""


class Tops:
    """The tops of some accounts, as their parents are set now, whether they are saved yet or not."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self.above: dict[int, int | None] = {account.pk: account.parent_id for account in accounts if account.pk is not None}
        wanted = {account.parent_id for account in accounts if account.parent_id is not None} - self.above.keys()
        for _generation in range(MOST_GENERATIONS):
            found: dict[int, int | None] = {}
            for keys in _few(sorted(wanted)):
                found |= dict(Account.objects.filter(pk__in=keys).values_list("pk", "parent_id"))
            self.above |= found
            wanted = {key for key in found.values() if key is not None} - self.above.keys()
            if not wanted:
                return

    def of(self, account: Account) -> int | None:
        """The primary key of the top of an account; none if nothing is above it.

        Raises
        ------
        Conflict
            If it would be above itself.
        """
        key, n = account.parent_id, 0
        while key is not None:
            if key == account.pk:
                raise Conflict(_("“%(account)s” would be above itself.") % {"account": account}, code="circle")
            up = self.above.get(key)
            if up is None or (n := n + 1) > MOST_GENERATIONS:
                return key
            key = up
        return None


def refamily(account: Account) -> None:
    """Find the top of the parents of an account anew, and of what hangs below it."""
    account.family_id = Tops([account]).of(account)
    account.save(update_fields=["family"])
    move_families([account])


def move_families(accounts: Sequence[Account]) -> None:
    """What hangs below accounts has the top that they have now."""
    tops = {account.pk: account.family_id or account.pk for account in accounts}
    level, seen = dict(tops), set(tops)
    while level:
        below: dict[int, int] = {}
        for keys in _few(list(level)):
            rows = Account.objects.filter(parent__in=keys).values_list("pk", "parent_id")
            below |= {pk: level[parent] for pk, parent in rows if parent is not None and pk not in seen}
        for top in set(below.values()):
            for keys in _few([pk for pk, its in below.items() if its == top]):
                Account.objects.filter(pk__in=keys).update(family=top)
        seen |= set(below)
        level = below


def _few(keys: Sequence[int]) -> list[Sequence[int]]:
    return [keys[at : at + FEW] for at in range(0, len(keys), FEW)]
