/**
 * The newest `size` things; older ones are counted and forgotten.
 * @template T
 */
export class Ring {
  /** @param {number} size */
  constructor(size) {
    this.size = size;
    /** @type {T[]} */
    this.slots = [];
    this.next = 0;
    /** How many were ever pushed. */
    this.pushed = 0;
  }

  get length() {
    return this.slots.length;
  }

  /** @param {T} item */
  push(item) {
    if (this.slots.length < this.size) this.slots.push(item);
    else this.slots[this.next] = item;
    this.next = (this.next + 1) % this.size;
    this.pushed += 1;
  }

  clear() {
    this.slots = [];
    this.next = 0;
    this.pushed = 0;
  }

  /** Gives the last `count` that pass, oldest first, looking no further back than needed.
   * @param {number} count
   * @param {(item: T) => boolean} [passes]
   * @returns {T[]}
   */
  last(count, passes = () => true) {
    const found = [];
    const n = this.slots.length;
    for (let back = 1; back <= n && found.length < count; back++) {
      const item = /** @type {T} */ (this.slots[(this.next - back + n * 2) % n]);
      if (passes(item)) found.push(item);
    }
    return found.reverse();
  }
}
