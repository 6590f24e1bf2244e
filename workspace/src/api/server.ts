/* The only place that talks to the server. */

export interface Done {
  readonly version: number;
  readonly n_moved: number;
  readonly n_locked: number;
  readonly n_there: number;
  readonly n_forbidden?: number;
  readonly summary: string;
  readonly code?: string | null;
  readonly codes?: readonly string[];
}

export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly version?: number;
  readonly changed_by?: string;
}

export class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
  }
}

/* No answer at all: the network or the server is away. */
export class Offline extends Error {
  override readonly name = "Offline";
}

export type Method = "POST" | "PATCH" | "DELETE";

export class Server {
  constructor(
    private readonly base: string,
    private readonly token: string,
  ) {}

  async json<T>(path: string): Promise<T> {
    return (await (await this.fetched(path)).json()) as T;
  }

  async binary(path: string): Promise<ArrayBuffer> {
    return (await this.fetched(path)).arrayBuffer();
  }

  /* Something that is no change of the scenario. */
  async post<T>(path: string): Promise<T> {
    const response = await this.reached(path, { method: "POST", headers: { "X-CSRFToken": this.token } });
    if (!response.ok) throw new Refusal(await problemOf(response));
    return (await response.json()) as T;
  }

  async change(method: Method, path: string, version: number, body: unknown): Promise<Done> {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.token, "If-Match": `"${version}"` };
    const response = await this.reached(path, { method, headers, body: JSON.stringify(body ?? {}) });
    if (!response.ok) throw new Refusal(await problemOf(response));
    return (await response.json()) as Done;
  }

  private async fetched(path: string): Promise<Response> {
    const response = await this.reached(path, {});
    if (!response.ok) throw new Refusal(await problemOf(response));
    return response;
  }

  private async reached(path: string, options: RequestInit): Promise<Response> {
    try {
      const response = await fetch(`${this.base}/${path}`, options);
      if (response.status >= 502 && response.status <= 504) throw new Offline();
      return response;
    } catch (error) {
      throw error instanceof Offline ? error : new Offline(String(error));
    }
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback = { title: `The server answered ${response.status}.`, status: response.status, code: "unknown" };
  try {
    return { ...fallback, ...((await response.json()) as Partial<Problem>) };
  } catch {
    return fallback;
  }
}
