import { Player } from "./player.js";

/** @import {RenderProps} from "@anywidget/types" */
/** @import {Traits} from "./types.js" */

/** Draws one view of an execution. @param {RenderProps<Traits>} props */
function render({ model, el, signal }) {
  const end = new AbortController();
  signal?.addEventListener("abort", () => end.abort());
  new Player(model, el, end.signal);
  return () => end.abort();
}

export default { render };
