// What the kernel packs, taken apart.

/** @import {Graph, LogLine} from "./types.js" */

/** A graph from base64 of gzipped JSON. @param {string} packed @returns {Promise<Graph>} */
export function unpacked(packed) {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

/** Lines are `process TAB stream TAB level TAB time TAB text`, processes by number.
 * @param {string[]} names @param {DataView} buffer @returns {LogLine[]} */
export function logLines(names, buffer) {
  return new TextDecoder().decode(buffer).split("\n").flatMap((line) => {
    const parts = line.split("\t");
    if (parts.length < 5) return [];
    const [process, stream, level, time] = /** @type {[string, string, string, string]} */ (/** @type {unknown} */ (parts));
    return { process: names[Number(process)] ?? "?", error: stream === "e", level, time: Number(time), text: parts.slice(4).join("\t") };
  });
}
