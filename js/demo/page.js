// Serve the repository (`python -m http.server`) and open js/demo/index.html?recording=wordcount&theme=dark&speed=1
import { host } from "./host.js";

const asked = new URLSearchParams(location.search);
if (asked.get("theme")) document.body.dataset["jpThemeLight"] = String(asked.get("theme") !== "dark");
const name = asked.get("recording") ?? "wordcount";
const bundle = new URL("../../hydro_nb/notebook/static/widget.js", import.meta.url).href;
const [{ default: widget }, recording] = await Promise.all([
  import(bundle),
  fetch(new URL(`./${name}.json`, import.meta.url)).then((answer) => answer.json()),
]);
const view = /** @type {HTMLElement} */ (document.getElementById("view"));
Object.assign(window, { played: await host(widget, recording, view, Number(asked.get("speed") ?? 1)) });
