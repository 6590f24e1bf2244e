"""What must leave a territory at once for one end of it to leave, where nodes one by one would not."""

from __future__ import annotations

from bailiwick.compiled import leaf
from bailiwick.design.construct.kernels import is_barred
from bailiwick.design.improve.graph_kernels import next_below


@leaf
def chunk_at(field, now, ways, scratch, end, random):  # type: ignore[no-untyped-def]
    """Find nodes that can go to a neighbouring territory together, an end of their own among them.

    They are the way from the end to some territory near it, and what this cuts off. Returns their number, found in ``scratch.chunk``,
    and that territory; 0 and −1 if the end is shut in or a node of them must stay.
    """
    t = now.label[end]
    goal, last = _near_territory(now, ways, scratch, end, random)
    if goal < 0:
        return 0, -1
    count = 0
    scratch.mark[0] += 1
    while last >= 0:
        scratch.chunk[count], scratch.stamp[last] = last, scratch.mark[0]
        last = scratch.origin[last]
        count += 1
    count = _with_cut_off(field, now, scratch, t, count)
    if count == 0 or now.size[goal] + count >= now.members.shape[1]:
        return 0, -1
    for at in range(count):
        i = scratch.chunk[at]
        if field.pinned[i] >= 0 or is_barred(field.barred_ptr, field.barred, i, goal):
            return 0, -1
    return count, goal


@leaf
def _near_territory(now, ways, scratch, end, random):  # type: ignore[no-untyped-def]
    """Some territory among those near a node, and the last node of the way there; ``scratch.origin`` says where a way comes from."""
    t, goal, last, n_found = now.label[end], -1, -1, 0
    scratch.mark[0] += 1
    seen = scratch.mark[0]
    scratch.queue[0], scratch.stamp[end], scratch.origin[end] = end, seen, -1
    head, tail = 0, 1
    while head < tail and (head <= now.size[t] // 4 or n_found == 0):
        v = scratch.queue[head]
        head += 1
        for e in range(ways.indptr[v], ways.indptr[v + 1]):
            w = ways.indices[e]
            b = now.label[w]
            if b == t and scratch.stamp[w] != seen:
                scratch.stamp[w], scratch.origin[w], scratch.queue[tail] = seen, v, w
                tail += 1
            elif b != t and scratch.tried[b] != seen:
                scratch.tried[b] = seen
                n_found += 1
                if next_below(random, n_found) == 0:
                    goal, last = b, v
    return goal, last


@leaf
def _with_cut_off(field, now, scratch, t, count):  # type: ignore[no-untyped-def]
    """Add to the nodes marked all pieces of the territory without them but the largest; 0 if nothing would remain."""
    bonds, gone = field.bonds, scratch.mark[0]
    scratch.mark[0] += 1
    seen, largest, first_of_largest = scratch.mark[0], 0, -1
    if len(bonds.indices) == 0:
        return count if count < now.size[t] else 0
    for at in range(now.size[t]):
        i = now.members[t, at]
        if scratch.stamp[i] != gone and scratch.stamp[i] != seen:
            size = _spread(bonds, now.label, scratch, i, gone, seen)
            if size > largest:
                largest, first_of_largest = size, i
    if largest == 0:
        return 0
    scratch.mark[0] += 1
    _spread(bonds, now.label, scratch, first_of_largest, gone, scratch.mark[0])
    for at in range(now.size[t]):
        i = now.members[t, at]
        if scratch.stamp[i] == seen:
            scratch.chunk[count] = i
            count += 1
    return count


@leaf
def _spread(bonds, label, scratch, first, gone, seen):  # type: ignore[no-untyped-def]
    """Mark the piece of a territory that a node is in; returns its size."""
    scratch.stamp[first], scratch.queue[0] = seen, first
    head, tail = 0, 1
    while head < tail:
        v = scratch.queue[head]
        head += 1
        for e in range(bonds.indptr[v], bonds.indptr[v + 1]):
            w = bonds.indices[e]
            if label[w] == label[first] and scratch.stamp[w] != gone and scratch.stamp[w] != seen:
                scratch.stamp[w], scratch.queue[tail] = seen, w
                tail += 1
    return tail
