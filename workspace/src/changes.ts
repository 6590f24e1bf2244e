/* Between the journal and the server: what every change is called there, and how its answers read. */
import { Offline, Refusal, type Server } from "./api/server";
import type { Answer, Change, Move, Port } from "./journal/journal";

export function move(units: readonly number[], to: string): Move {
  return { kind: "move", units, to, id: identifier() };
}

export const undo: Change = { kind: "call", method: "POST", path: "undo", body: {} };
export const redo: Change = { kind: "call", method: "POST", path: "redo", body: {} };

export function post(path: string, body: unknown): Change {
  return { kind: "call", method: "POST", path, body };
}

export function territory(code: string): string {
  return `territories/${encodeURIComponent(code)}`;
}

export class ServerPort implements Port {
  constructor(
    private readonly server: Server,
    private readonly key: string,
  ) {}

  async send(change: Change, version: number): Promise<Answer> {
    try {
      const done =
        change.kind === "move"
          ? await this.server.change("POST", "moves", version, { unit_idx: change.units, to: change.to, id: change.id })
          : await this.server.change(change.method, change.path, version, change.body);
      const stayed = done.n_locked + (done.n_forbidden ?? 0);
      return { kind: "done", outcome: { version: done.version, nMoved: done.n_moved, summary: done.summary, stayed } };
    } catch (error) {
      if (error instanceof Offline) return { kind: "offline" };
      if (!(error instanceof Refusal)) throw error;
      if (error.problem.status === 412) return { kind: "stale", by: error.problem.changed_by ?? "" };
      return { kind: "refused", message: error.problem.title };
    }
  }

  /* Sooner when the network says that it is back. */
  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(go, milliseconds);
      function go(): void {
        clearTimeout(timer);
        window.removeEventListener("online", go);
        resolve();
      }
      window.addEventListener("online", go);
    });
  }

  make(units: readonly number[], to: string): Move {
    return move(units, to);
  }

  keep(pending: readonly Move[]): void {
    if (pending.length === 0) localStorage.removeItem(this.key);
    else localStorage.setItem(this.key, JSON.stringify(pending));
  }

  kept(): Move[] {
    try {
      return (JSON.parse(localStorage.getItem(this.key) ?? "[]") as Move[]).filter((m) => m.kind === "move" && Array.isArray(m.units));
    } catch {
      return [];
    }
  }
}

/* Also where the page is not served over HTTPS and the browser gives no randomUUID. */
function identifier(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
