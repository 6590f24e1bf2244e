"""Scope and roles as properties: over random organisations and random sets of roles."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from bailiwick_web.core.access import Actor, scope_of
from bailiwick_web.core.models import Node, Person, Position, Staffing, User
from bailiwick_web.core.organisation import services
from bailiwick_web.core.people.queries import who_sees
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.core.roles import Right, Role, any_right
from bailiwick_web.core.services import stamped

DAY = date(2026, 6, 1)
ROLES = st.sets(st.sampled_from(Role.values))
FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@given(ROLES, ROLES, st.sampled_from(list(Right)))
def test_a_further_role_never_takes_a_right_away(roles: set[str], more: set[str], right: Right) -> None:
    assert any_right(roles | more, right) == (any_right(roles, right) or any_right(more, right))
    assert not any_right({"emperor"}, right)


def _stamp() -> dict[str, Any]:
    return stamped(Actor(None, timezone.now()))


def _tree(parents: list[int]) -> tuple[list[Node], list[Position]]:
    """Nodes in a tree, each with one position."""
    nodes: list[Node] = []
    for i, parent in enumerate([0, *parents]):
        above = nodes[parent % i] if i else None
        node = Node.objects.create(name=f"N{i}", parent=above, path="", **_stamp())
        node.path = f"{above.path if above else '/'}{node.pk}/"
        node.save()
        nodes.append(node)
    return nodes, [Position.objects.create(code=f"P{i}", name=f"P{i}", node=n, **_stamp()) for i, n in enumerate(nodes)]


def _user(role: str, more: list[str]) -> User:
    user = User.objects.create_user(f"u{User.objects.count()}@example.org", "U", role=role)
    user.more_roles = more
    user.save()
    return user


def _seat(user: User, *, node: Node | None = None, position: Position | None = None) -> None:
    person = Person.objects.filter(user=user).first() or Person.objects.create(name="U", user=user, **_stamp())
    Staffing.objects.create(person=person, node=node, position=position, valid_from=DAY, **_stamp())


def _seen(user: User) -> set[str]:
    return set(scope_of(user, DAY).positions().values_list("code", flat=True))


class Properties(TestCase):
    @FEW
    @given(
        parents=st.lists(st.integers(0, 50), max_size=12),
        leads=st.lists(st.integers(0, 50), max_size=3),
        fills=st.lists(st.integers(0, 50), max_size=3),
        role=st.sampled_from(["manager", "viewer", "rep"]),
        more=st.lists(st.sampled_from(Role.values), max_size=2),
    )
    def test_what_is_visible_is_the_subtree_and_the_own_exactly(
        self, parents: list[int], leads: list[int], fills: list[int], role: str, more: list[str]
    ) -> None:
        nodes, positions = _tree(parents)
        user = _user(role, [])
        for i in leads:
            _seat(user, node=nodes[i % len(nodes)])
        for i in fills:
            _seat(user, position=positions[i % len(positions)])
        own = {positions[i % len(positions)].code for i in fills}

        def below(i: int) -> set[str]:
            return {p.code for p, n in zip(positions, nodes, strict=True) if _is_below(n, nodes[i])}

        led = set().union(*(below(i % len(nodes)) for i in leads)) if role != "rep" else set()
        assert _seen(user) == own | led
        before = _seen(user)
        user.more_roles = more
        user.save()
        assert before <= _seen(user), "a further role took something away"
        for position in positions:
            ways = {seer.user.pk for seer in who_sees(position.node, DAY, position.pk)}
            assert (user.pk in ways) == (position.code in _seen(user)), "the page says something else than the rule"
        user.is_active = False
        assert _seen(user) == set()

    @FEW
    @given(
        parents=st.lists(st.integers(0, 50), min_size=2, max_size=10),
        moves=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=8),
    )
    def test_moves_keep_a_tree(self, parents: list[int], moves: list[tuple[int, int]]) -> None:
        nodes, _ = _tree(parents)
        planner = Actor(_user("planner", []), timezone.now())
        for a, b in moves:
            node, target = (Node.objects.get(pk=nodes[i % len(nodes)].pk) for i in (a, b))
            is_ring = _is_below(target, node)
            try:
                services.change_node(planner, node, parent=target, version=node.version)
            except Conflict:
                assert is_ring or node.parent_id is None
            else:
                assert not is_ring
            for n in Node.objects.select_related("parent"):
                assert n.path == (n.parent.path if n.parent else "/") + f"{n.pk}/"

    def test_periods_are_half_open_and_who_has_none_sees_nothing(self) -> None:
        _, positions = _tree([0])
        user = _user("rep", [])
        person = Person.objects.create(name="U", user=user, **_stamp())
        Staffing.objects.create(person=person, position=positions[0], valid_from=DAY, valid_until=DAY + timedelta(days=2), **_stamp())
        assert [bool(scope_of(user, DAY + timedelta(days=d)).position_ids) for d in (-1, 0, 1, 2)] == [False, True, True, False]


def _is_below(node: Node, above: Node) -> bool:
    while True:
        if node.pk == above.pk:
            return True
        if node.parent_id is None:
            return False
        node = Node.objects.get(pk=node.parent_id)
