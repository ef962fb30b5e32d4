import { Dashboard } from "./dashboard.js";

/** @import {RenderProps} from "@anywidget/types" */
/** @import {Traits} from "./types.js" */

/** Draws one view of a deployment or of a flow that is being built. @param {RenderProps<Traits>} props */
function render({ model, el, signal }) {
  const end = new AbortController();
  signal?.addEventListener("abort", () => end.abort());
  new Dashboard(model, el, end.signal);
  return () => end.abort();
}

export default { render };
