// Numbers and times as people read them. Widths stay steady, so that tables do not dance.

const THIN = "\u202f";

/** @param {number} n  @returns {string} every digit, in groups: 31 240 */
export function whole(n) {
  return Math.round(n).toString().replace(/\B(?=(\d{3})+(?!\d))/g, THIN);
}

/** @param {number} n  @returns {string} three digits and a unit: 12.3k */
export function short(n) {
  if (n < 1000) return String(Math.round(n));
  for (const [size, unit] of /** @type {[number, string][]} */ ([[1e9, "G"], [1e6, "M"], [1e3, "k"]])) {
    if (n >= size * 0.9995) return (n / size).toFixed(n / size < 99.95 ? 1 : 0) + unit;
  }
  return String(Math.round(n));
}

/** @param {number} perSecond  @returns {string} */
export function rate(perSecond) {
  const text = perSecond > 0 && perSecond < 9.95 ? perSecond.toFixed(1) : short(perSecond);
  return `${text}/s`;
}

/** @param {number} n  @returns {string} */
export function bytes(n) {
  if (n <= 0) return "–";
  if (n < 1e6) return `${Math.max(1, Math.round(n / 1e3))} kB`;
  return n < 1e9 ? `${Math.round(n / 1e6)} MB` : `${(n / 1e9).toFixed(1)} GB`;
}

/** @param {number} seconds  @returns {string} 0:12, 1:02:03 */
export function duration(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  const tail = String(s % 60).padStart(2, "0");
  return h ? `${h}:${String(m).padStart(2, "0")}:${tail}` : `${m}:${tail}`;
}

/** @param {number} seconds since the epoch  @returns {string} 14:03:07.250 */
export function clock(seconds) {
  const d = new Date(seconds * 1000);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const ms = String(d.getMilliseconds()).padStart(3, "0");
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}.${ms}`;
}

/** @param {number} fraction of one core  @returns {string} */
export function percent(fraction) {
  return `${Math.round(fraction * 100)} %`;
}

/** @param {number} n @param {string} word  @returns {string} 1 process, 2 processes */
export function many(n, word) {
  return `${whole(n)} ${word}${n === 1 ? "" : word.endsWith("s") ? "es" : "s"}`;
}
