/* Whether a territory hangs together, by the neighbours of its units. */

export class Pieces {
  private readonly seen: Uint32Array;
  private readonly stack: Uint32Array;
  private round = 0;

  constructor(
    private readonly starts: Uint32Array,
    private readonly neighbours: Uint32Array,
  ) {
    this.seen = new Uint32Array(Math.max(starts.length - 1, 0));
    this.stack = new Uint32Array(this.seen.length);
  }

  /* The connected pieces of some units of one territory, the largest first. */
  split(members: ArrayLike<number>, of: Int16Array, territory: number): number[][] {
    this.round += 1;
    const pieces: number[][] = [];
    for (let k = 0; k < members.length; k += 1) {
      const first = members[k] ?? 0;
      if (this.seen[first] !== this.round) pieces.push(this.flood(first, of, territory));
    }
    return pieces.sort((a, b) => b.length - a.length);
  }

  private flood(first: number, of: Int16Array, territory: number): number[] {
    const found: number[] = [];
    let top = 0;
    this.stack[top++] = first;
    this.seen[first] = this.round;
    while (top > 0) {
      const unit = this.stack[--top] ?? 0;
      found.push(unit);
      const end = this.starts[unit + 1] ?? 0;
      for (let e = this.starts[unit] ?? 0; e < end; e += 1) {
        const next = this.neighbours[e] ?? 0;
        if (of[next] !== territory || this.seen[next] === this.round) continue;
        this.seen[next] = this.round;
        this.stack[top++] = next;
      }
    }
    return found;
  }
}

/* Members of every territory, K lists. */
export function membersOf(of: Int16Array, k: number): number[][] {
  const lists: number[][] = Array.from({ length: k }, () => []);
  for (let i = 0; i < of.length; i += 1) lists[of[i] ?? -1]?.push(i);
  return lists;
}
