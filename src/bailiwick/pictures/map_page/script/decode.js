// Reads the packet that pack.py wrote: an index and columns, deflated, in base64.

async function openPacket(text) {
  const deflated = fromBase64(text.trim());
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const indexLength = new DataView(bytes.buffer).getUint32(4, true);
  const index = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + indexLength)));
  const body = bytes.subarray(8 + indexLength);
  return {
    has: (name) => name in index,
    read: (name) => readSection(body, index[name]),
  };
}

function fromBase64(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

function readSection(body, entry) {
  const bytes = body.subarray(entry.at, entry.at + entry.bytes);
  if (entry.coding === "json") return JSON.parse(new TextDecoder().decode(bytes));
  if (entry.coding === "f32") return new Float32Array(bytes.slice().buffer);
  return readWhole(bytes, entry.count, entry.lag);
}

// LEB128 bytes of zigzag differences to the value `lag` places before.
function readWhole(bytes, count, lag) {
  const values = new Int32Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    let zigzag = 0;
    let unit = 1;
    let byte;
    do {
      byte = bytes[at++];
      zigzag += (byte & 127) * unit;
      unit *= 128;
    } while (byte & 128);
    const step = zigzag % 2 ? -(zigzag + 1) / 2 : zigzag / 2;
    values[i] = step + (i >= lag ? values[i - lag] : 0);
  }
  return values;
}
