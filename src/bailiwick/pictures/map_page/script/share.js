// The state of the page in its address, so that what one sees can be sent to somebody else.

function readAddress(app) {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const { ids } = app.model.plan.territories;
  if (["light", "dark"].includes(wanted.get("theme"))) app.setTheme(wanted.get("theme"));
  const key = app.colourings.some((entry) => entry.key === wanted.get("colour")) ? wanted.get("colour") : "territory";
  app.colourBy(key, { isQuiet: true });
  app.selectTerritory(wanted.has("territory") ? ids.indexOf(wanted.get("territory")) : -1, { isQuiet: true });
  app.look.unit = wanted.has("unit") ? app.model.ids.indexOf(wanted.get("unit")) : -1;
  const place = (wanted.get("at") ?? "").split("_").map(Number);
  const isPlace = place.length === 3 && place.every(Number.isFinite) && place[2] > 0;
  app.camera.set(isPlace ? { x: place[0], y: place[1], k: app.camera.home.k * place[2] } : app.camera.home);
  app.isHome = !isPlace;
}

function writeAddress(app) {
  const { look, camera, model } = app;
  const state = new URLSearchParams();
  if (look.colouring.key !== "territory") state.set("colour", look.colouring.key);
  if (look.selected >= 0) state.set("territory", model.plan.territories.ids[look.selected]);
  if (look.unit >= 0) state.set("unit", model.ids[look.unit]);
  if (!app.isHome) state.set("at", [Math.round(camera.x), Math.round(camera.y), (camera.k / camera.home.k).toFixed(3)].join("_"));
  if (app.theme !== "auto") state.set("theme", app.theme);
  const hash = state.toString();
  if (hash === location.hash.slice(1)) return;
  try {
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  } catch {
    // Some browsers forbid this for pages from disk; the page works without.
  }
}
