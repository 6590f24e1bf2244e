/* The only place that talks to the server. */
"use strict";

export class Server {
  constructor(base) {
    this.base = base;
    const headers = JSON.parse(document.body.getAttribute("hx-headers"));
    this.token = headers["X-CSRFToken"];
  }

  async get(path) {
    const response = await fetch(`${this.base}/${path}`, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error((await response.json()).title);
    return response.json();
  }

  /* A change, based on a version. What is refused is told, and everything is fetched anew. */
  async post(path, version, body = {}) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.token, "If-Match": `"${version}"` };
    const response = await fetch(`${this.base}/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const answer = await response.json();
    const [name, message] = response.ok ? ["said", answer.summary] : ["refused", answer.title];
    document.body.dispatchEvent(new CustomEvent(name, { detail: { message: withLocked(message, answer) } }));
    if (response.ok) document.body.dispatchEvent(new CustomEvent("scenario-changed"));
    return response.ok;
  }
}

function withLocked(message, answer) {
  return answer.n_locked ? `${message}; ${answer.n_locked} locked stayed` : message;
}
