// Serve the repository (`python -m http.server`) and open js/demo/index.html?recording=wordcount&theme=dark&speed=1&frames=20
import { host } from "./host.js";

const asked = new URLSearchParams(location.search);
if (asked.get("theme")) document.body.dataset["jpThemeLight"] = String(asked.get("theme") !== "dark");
const name = asked.get("recording") ?? "wordcount";
const bundle = new URL("../../hydro_nb/notebook/static/widget.js", import.meta.url).href;
const [{ default: widget }, recording] = await Promise.all([
  import(bundle),
  fetch(new URL(`./${name}.json`, import.meta.url)).then((answer) => answer.json()),
]);
const frames = Number(asked.get("frames") ?? recording.frames.length);
const part = { ...recording, frames: recording.frames.slice(0, frames) };
const view = /** @type {HTMLElement} */ (document.getElementById("view"));
const played = await host(widget, part, view, Number(asked.get("speed") ?? 1));
played.model.recording = recording;
Object.assign(window, { played });
