/* Others who have the same scenario open; and whether it is further than what is on the screen. */
import type { Server } from "./api/server";

const EVERY_MS = 15_000;

export interface PresenceEvents {
  others(names: readonly string[]): void;
  version(version: number): void;
}

export class Presence {
  constructor(
    private readonly server: Server,
    private readonly events: PresenceEvents,
  ) {}

  /* While the page is in sight; a hidden one is soon forgotten by the server. */
  start(): void {
    const beat = (): void => void this.tell().catch(() => undefined);
    setInterval(() => {
      if (document.visibilityState === "visible") beat();
    }, EVERY_MS);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") beat();
    });
    beat();
  }

  private async tell(): Promise<void> {
    const { others, version } = await this.server.post<{ others: string[]; version: number }>("presence");
    this.events.others(others);
    this.events.version(version);
  }
}
