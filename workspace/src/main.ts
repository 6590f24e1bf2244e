/* The way in: finds its root in the page, reads what the server says, and keeps to its own part of the page. Across the border go only DOM
   events on the body: `said`, `refused`, `scenario-changed`, `theme-changed`. */
import { Server } from "./api/server";
import { readGround } from "./model/ground";
import type { AssignmentFile } from "./model/plan";
import { setWords } from "./panels/words";
import { Presence } from "./presence";
import { Workspace } from "./workspace";
import "./style.css";

async function start(root: HTMLElement): Promise<void> {
  const { api = "", canEdit, canChallenge, parent = "", key = "" } = root.dataset;
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") as Record<string, string>;
  const server = new Server(api, headers["X-CSRFToken"] ?? "");
  const words = document.getElementById("workspace-words")?.textContent ?? "{}";
  setWords(JSON.parse(words) as Record<string, string>, document.documentElement.lang, document.documentElement.dir);
  const [ground, assignment] = await Promise.all([server.binary("ground"), server.json<AssignmentFile>("assignment")]);
  const setting = { canEdit: canEdit === "1", canChallenge: canChallenge === "1", parent, key };
  root.dataset["state"] = "drawing";
  const workspace = new Workspace(root, server, readGround(ground), assignment, setting);
  workspace.sight.colourBy(new URLSearchParams(location.search).get("colour") ?? "territory");
  const { view } = workspace;
  const ready = (): void => {
    root.dataset["state"] = "ready";
    root.dataset["firstPaint"] = performance.now().toFixed(0); // since the page was asked for
  };
  if (!view) ready();
  else
    view.onDrawn = () => {
      if (root.dataset["state"] !== "ready") {
        ready();
        setTimeout(() => view.loadEdges(), 0);
        setTimeout(() => workspace.space.warm(), 50);
        setTimeout(() => void workspace.sight.loadAccounts().catch(() => undefined), 200);
      }
      root.dataset["cost"] = view.cost.toFixed(0);
    };
  listen(workspace);
  if (setting.canEdit)
    new Presence(server, {
      others: (names) => workspace.status.others(names),
      version: (version) => {
        if (version > workspace.journal.version) workspace.refresh().catch(() => undefined);
      },
    }).start();
}

function listen(workspace: Workspace): void {
  document.body.addEventListener("scenario-changed", (event) => {
    const detail = event instanceof CustomEvent ? (event.detail as { from?: string } | null) : null;
    if (detail?.from !== "workspace") workspace.refresh().catch(() => undefined);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") workspace.refresh().catch(() => undefined);
  });
  /* Forms of the page that change the scenario as a whole go with the version that is on the screen. */
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target instanceof HTMLFormElement ? event.target : null;
      const field = form?.matches("[data-with-version]") === true ? form.elements.namedItem("version") : null;
      if (field instanceof HTMLInputElement) field.value = String(workspace.journal.version);
    },
    true,
  );
}

const root = document.getElementById("workspace");
if (root)
  start(root).catch((error: unknown) => {
    root.dataset["state"] = "failed";
    root.textContent = `${root.dataset["failed"] ?? "The map cannot be shown:"} ${error instanceof Error ? error.message : String(error)}`;
  });
