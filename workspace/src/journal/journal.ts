/* Changes on their way to the server: shown at once, sent in order, sent again when the server was away, rebased when somebody was
   faster. Knows neither page nor map; what it needs from the world comes through a port. */
import { settled, type Choices, type Clash } from "./clashes";

export interface Move {
  readonly kind: "move";
  readonly units: readonly number[];
  readonly to: string;
  readonly id: string;
}

/* Everything that only the server can work out: undo, redo, locks, splitting, merging … */
export interface Call {
  readonly kind: "call";
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body: unknown;
}

export type Change = Move | Call;
export type State = "saved" | "saving" | "offline" | "conflict";

export interface Outcome {
  readonly version: number;
  readonly nMoved: number;
  readonly summary: string;
  readonly stayed: number;
}

export type Answer =
  | { readonly kind: "done"; readonly outcome: Outcome }
  | { readonly kind: "stale"; readonly by: string }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "offline" };

export interface Port {
  send(change: Change, version: number): Promise<Answer>;
  wait(milliseconds: number): Promise<void>;
  keep(pending: readonly Move[]): void;
  make(units: readonly number[], to: string): Move;
}

export interface Listener {
  state(state: State, nPending: number): void;
  done(change: Change, outcome: Outcome): void;
  refused(message: string): void;
  /* Fetch what the server has; the pending moves are put on top of it. Tells where something pending would undo what the other did. */
  reload(pending: readonly Move[]): Promise<Fresh>;
  /* Mine, theirs, or as it was before both, unit by unit? */
  ask(by: string, clashes: readonly Clash[]): Promise<Choices>;
  overtaken(by: string, isRebased: boolean): void;
}

export interface Fresh {
  readonly version: number;
  readonly clashes: readonly Clash[];
}

const LONGEST_WAIT = 8_000;

export class Journal {
  private queue: Change[];
  private isRunning = false;
  state: State = "saved";

  constructor(
    private readonly port: Port,
    private readonly listener: Listener,
    public version: number,
    pending: readonly Move[] = [],
  ) {
    this.queue = [...pending];
  }

  get pending(): readonly Change[] {
    return this.queue;
  }

  get moves(): readonly Move[] {
    return this.queue.filter((c): c is Move => c.kind === "move");
  }

  add(change: Change): Promise<void> {
    this.queue.push(change);
    this.port.keep(this.moves);
    return this.run();
  }

  async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      let waits = 0;
      while (this.queue.length > 0) {
        if (waits === 0) this.show("saving");
        waits = (await this.step()) ? 0 : waits + 1;
        if (waits > 0) await this.port.wait(Math.min(500 * 2 ** (waits - 1), LONGEST_WAIT));
      }
    } finally {
      this.isRunning = false;
    }
    this.show("saved");
  }

  /* Sends the first change; false if there was no answer. */
  private async step(): Promise<boolean> {
    const change = this.queue[0];
    if (change === undefined) return true;
    const answer = await this.port.send(change, this.version);
    if (answer.kind === "offline") {
      this.show("offline");
      return false;
    }
    if (answer.kind === "stale") return this.rebase(answer.by);
    this.drop(change);
    if (answer.kind === "refused") {
      this.listener.refused(answer.message);
      await this.refresh();
      return true;
    }
    this.version = answer.outcome.version;
    this.listener.done(change, answer.outcome);
    const isAsShown = change.kind === "move" && answer.outcome.nMoved === change.units.length;
    if (!isAsShown) await this.refresh();
    return true;
  }

  private async rebase(by: string): Promise<boolean> {
    this.show("conflict");
    const calls = this.queue.some((c) => c.kind === "call");
    this.queue = [...this.moves];
    this.port.keep(this.moves);
    const { clashes } = await this.refresh();
    if (this.queue.length === 0) {
      this.listener.overtaken(by, false);
      return true;
    }
    if (clashes.length === 0) {
      this.listener.overtaken(by, !calls);
      return true;
    }
    const choices = await this.listener.ask(by, clashes);
    this.queue = settled(this.moves, clashes, choices, (units, to) => this.port.make(units, to));
    this.port.keep(this.moves);
    await this.refresh();
    return true;
  }

  private async refresh(): Promise<Fresh> {
    for (let waits = 0; ; waits += 1) {
      try {
        const fresh = await this.listener.reload(this.moves);
        this.version = fresh.version;
        return fresh;
      } catch (error) {
        if (!(error instanceof Error) || error.name !== "Offline") throw error;
        this.show("offline");
        await this.port.wait(Math.min(500 * 2 ** waits, LONGEST_WAIT));
      }
    }
  }

  private drop(change: Change): void {
    const at = this.queue.indexOf(change);
    if (at >= 0) this.queue.splice(at, 1);
    this.port.keep(this.moves);
  }

  private show(state: State): void {
    this.state = state;
    this.listener.state(state, this.queue.length);
  }
}
