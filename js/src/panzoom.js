const [LEAST, MOST, STEP] = [0.15, 4, 1.25];
/** What the buttons below cover where they have no size yet, and margins. */
const [BELOW, AROUND, APART] = [30, 8, 12];

/**
 * Moves and scales one element inside another by a CSS transform. The plain wheel is left to the notebook.
 */
export class PanZoom {
  /** @param {HTMLElement} frame @param {HTMLElement} stage @param {AbortSignal} signal */
  constructor(frame, stage, signal) {
    this.frame = frame;
    this.stage = stage;
    /** What lies over the lower end of the frame. @type {HTMLElement | undefined} */
    this.floor = undefined;
    this.width = 1;
    this.height = 1;
    this.x = 0;
    this.y = 0;
    this.scale = 1;
    /** Until the user moves something, the picture keeps fitting its frame. */
    this.fitted = true;
    this.listen(signal);
  }

  /** @param {AbortSignal} signal */
  listen(signal) {
    const frame = this.frame;
    frame.addEventListener("wheel", (event) => this.wheel(event), { signal, passive: false });
    frame.addEventListener("dblclick", () => this.fit(), { signal });
    frame.addEventListener("pointerdown", (event) => this.drag(event), { signal });
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(() => this.fitted && this.fit());
    observer.observe(frame);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  /** @param {number} width @param {number} height  of the stage, in CSS pixels */
  resize(width, height) {
    this.width = width;
    this.height = height;
    if (this.fitted) this.fit();
    else this.apply();
  }

  fit() {
    const { clientWidth: w, clientHeight: h } = this.frame;
    const [wide, tall] = [w - 2 * AROUND, h - AROUND - APART - (this.floor?.offsetHeight || BELOW)];
    const fits = Math.min(wide / this.width, tall / this.height);
    this.scale = Math.max(LEAST, Math.min(1.15, fits)) || 1;
    this.x = (w - this.width * this.scale) / 2;
    this.y = AROUND + (tall - this.height * this.scale) / 2;
    this.fitted = true;
    this.apply();
  }

  /** @param {number} factor @param {number} [cx] @param {number} [cy]  the point that stays where it is */
  zoom(factor, cx = this.frame.clientWidth / 2, cy = this.frame.clientHeight / 2) {
    const scale = Math.max(LEAST, Math.min(MOST, this.scale * factor));
    this.x = cx - ((cx - this.x) * scale) / this.scale;
    this.y = cy - ((cy - this.y) * scale) / this.scale;
    this.scale = scale;
    this.fitted = false;
    this.apply();
  }

  closer() {
    this.zoom(STEP);
  }

  farther() {
    this.zoom(1 / STEP);
  }

  /** @param {number} dx @param {number} dy */
  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.fitted = false;
    this.apply();
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = this.frame.getBoundingClientRect();
    this.zoom(Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
  }

  /** @param {PointerEvent} down */
  drag(down) {
    if (down.button !== 0) return;
    let [x, y, moved] = [down.clientX, down.clientY, false];
    const end = new AbortController();
    const move = (/** @type {PointerEvent} */ event) => {
      if (!moved && Math.hypot(event.clientX - x, event.clientY - y) < 4) return;
      if (!moved) this.frame.setPointerCapture(down.pointerId);
      moved = true;
      this.frame.classList.add("dragging");
      this.pan(event.clientX - x, event.clientY - y);
      [x, y] = [event.clientX, event.clientY];
    };
    const up = () => {
      end.abort();
      this.frame.classList.remove("dragging");
    };
    this.frame.addEventListener("pointermove", move, { signal: end.signal });
    for (const name of ["pointerup", "pointercancel"]) this.frame.addEventListener(name, up, { signal: end.signal });
  }

  apply() {
    this.stage.style.transform = `translate(${this.x.toFixed(1)}px, ${this.y.toFixed(1)}px) scale(${this.scale.toFixed(4)})`;
  }
}
