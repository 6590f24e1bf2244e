// Start, or say what is in the way.

(async () => {
  try {
    if (!("DecompressionStream" in window)) throw new Error("this browser is too old for the map; any from 2023 on will do");
    const packet = await openPacket(byId("packet").textContent);
    byId("packet").remove();
    new App(readModel(packet)).start();
  } catch (error) {
    document.documentElement.dataset.state = "failed";
    byId("failure").hidden = false;
    byId("failure").textContent = `The map could not be drawn: ${error.message}. The same numbers are in territories.csv and report.pdf beside this file.`;
    throw error;
  }
})();
