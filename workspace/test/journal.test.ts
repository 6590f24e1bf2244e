import { describe, expect, it } from "vitest";
import { clashes, settled, type Choice, type Choices, type Clash } from "../src/journal/clashes";
import { Journal, type Answer, type Change, type Fresh, type Listener, type Move, type Port } from "../src/journal/journal";

/* A server in memory: versions, moves, and a network that can be away. */
class World implements Port, Listener {
  version = 1;
  of = ["A", "A", "B", "B"];
  isAway = 0;
  log: string[] = [];
  kept: readonly Move[] = [];
  choice: Choice = "mine";
  private readonly seen = new Set<string>();
  private base = [...this.of];

  send(change: Change, version: number): Promise<Answer> {
    if (this.isAway > 0) {
      this.isAway -= 1;
      return Promise.resolve({ kind: "offline" });
    }
    if (change.kind === "move" && this.seen.has(change.id)) return this.answer(0);
    if (version !== this.version) return Promise.resolve({ kind: "stale", by: "Ada" });
    if (change.kind === "call" && change.path === "no") return Promise.resolve({ kind: "refused", message: "No." });
    this.version += 1;
    if (change.kind === "move") {
      this.seen.add(change.id);
      for (const i of change.units) this.of[i] = change.to;
    }
    return this.answer(change.kind === "move" ? change.units.length : 0);
  }

  other(unit: number, to: string): void {
    this.of[unit] = to;
    this.version += 1;
  }

  wait(): Promise<void> {
    return Promise.resolve();
  }

  keep(pending: readonly Move[]): void {
    this.kept = [...pending];
  }

  state(state: string): void {
    if (this.log.at(-1) !== state) this.log.push(state);
  }

  done(): void {
    this.base = [...this.of];
  }

  refused(message: string): void {
    this.log.push(`refused ${message}`);
  }

  reload(pending: readonly Move[]): Promise<Fresh> {
    const codes = ["A", "B", "C"];
    const as = (of: string[]): { of: Int16Array; codes: string[] } => ({ of: Int16Array.from(of, (code) => codes.indexOf(code)), codes });
    const found = clashes(pending, as(this.base), as(this.of));
    this.base = [...this.of];
    return Promise.resolve({ version: this.version, clashes: found });
  }

  ask(by: string, found: readonly Clash[]): Promise<Choices> {
    this.log.push(`ask ${by} ${found.length}`);
    return Promise.resolve(new Map(found.map(({ unit }) => [unit, this.choice])));
  }

  make(units: readonly number[], to: string): Move {
    return move(`made ${units.join()}`, [...units], to);
  }

  overtaken(by: string, isRebased: boolean): void {
    this.log.push(`overtaken ${by} ${isRebased ? "rebased" : "dropped"}`);
  }

  private answer(nMoved: number): Promise<Answer> {
    return Promise.resolve({ kind: "done", outcome: { version: this.version, nMoved, summary: "", stayed: 0 } });
  }
}

const move = (id: string, units: number[], to: string): Move => ({ kind: "move", id, units, to });

describe("the journal", () => {
  it("sends in order and keeps what is pending until it is saved", async () => {
    const world = new World();
    const journal = new Journal(world, world, 1);
    const first = journal.add(move("1", [0], "B"));
    expect(world.kept.length).toBe(1);
    await Promise.all([first, journal.add(move("2", [1], "C"))]);
    expect([world.of, journal.version, world.kept, world.log]).toEqual([["B", "C", "B", "B"], 3, [], ["saving", "saved"]]);
  });

  it("waits while the server is away and loses nothing", async () => {
    const world = new World();
    world.isAway = 3;
    const journal = new Journal(world, world, 1);
    await journal.add(move("1", [0], "B"));
    expect([world.of[0], world.log]).toEqual(["B", ["saving", "offline", "saved"]]);
  });

  it("sends what an earlier page left behind, and the server moves nothing twice", async () => {
    const world = new World();
    const left = move("1", [0], "B");
    await world.send(left, 1);
    const journal = new Journal(world, world, world.version, [left]);
    await journal.run();
    expect([world.of[0], world.version, world.kept]).toEqual(["B", 2, []]);
  });

  it("puts moves on top of what somebody else did elsewhere", async () => {
    const world = new World();
    const journal = new Journal(world, world, 1);
    world.other(3, "A");
    await journal.add(move("1", [0], "B"));
    expect([world.of, journal.version]).toEqual([["B", "A", "B", "A"], 3]);
    expect(world.log).toEqual(["saving", "conflict", "overtaken Ada rebased", "saving", "saved"]);
  });

  it.each([["mine", "B"], ["theirs", "C"], ["before", "A"]] as const)("asks where both moved the same unit: %s", async (choice, result) => {
    const world = new World();
    world.choice = choice;
    const journal = new Journal(world, world, 1);
    world.other(0, "C");
    await journal.add(move("1", [0], "B"));
    expect(world.of[0]).toBe(result);
    expect(world.log).toContain("ask Ada 1");
    expect(world.kept).toEqual([]);
  });

  it("never repeats an undo on top of somebody else's change", async () => {
    const world = new World();
    const journal = new Journal(world, world, 1);
    world.other(0, "C");
    await journal.add({ kind: "call", method: "POST", path: "undo", body: {} });
    expect([world.version, journal.version]).toEqual([2, 2]);
    expect(world.log).toContain("overtaken Ada dropped");
  });

  it("says what was refused and goes on with the rest", async () => {
    const world = new World();
    const journal = new Journal(world, world, 1);
    const refused = journal.add({ kind: "call", method: "POST", path: "no", body: {} });
    await Promise.all([refused, journal.add(move("1", [0], "B"))]);
    expect(world.log).toContain("refused No.");
    expect(world.of[0]).toBe("B");
  });
});

describe("clashes", () => {
  const as = (of: number[], codes = ["A", "B"]): { of: Int16Array; codes: string[] } => ({ of: Int16Array.from(of), codes });
  it("are units that others moved elsewhere, and goals that are gone", () => {
    expect(clashes([move("1", [0, 1], "B")], as([0, 0]), as([0, 1]))).toEqual([]);
    expect(clashes([move("1", [0, 1], "B")], as([0, 0]), as([-1, 0]))).toEqual([{ unit: 0, before: "A", theirs: "", mine: "B", canReturn: true }]);
    expect(clashes([move("1", [0, 1], "B")], as([0, 0]), as([0, 0], ["A", "C"])).length).toBe(2);
  });
  it("do not come from another order of the territories", () => {
    expect(clashes([move("1", [0], "B")], as([0, 1]), as([1, 0], ["B", "A"]))).toEqual([]);
  });
  it("are settled unit by unit", () => {
    const pending = [move("1", [0, 1, 2], "B"), move("2", [3], "B")];
    const found = clashes(pending, as([0, 0, 0, 0]), as([-1, -1, 0, -1]));
    const choices = new Map<number, Choice>([[0, "mine"], [1, "before"], [3, "theirs"]]);
    expect(settled(pending, found, choices, (units, to) => move("new", [...units], to))).toEqual([move("1", [0, 2], "B"), move("new", [1], "A")]);
  });
});
