// Bundles src/ into the files that the wheel carries; `--out DIR` writes them elsewhere, for the test that compares.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dirname, join, resolve } from "node:path";

const here = dirname(fileURLToPath(import.meta.url));
const given = process.argv.indexOf("--out");
const out = given > 0 ? resolve(process.argv[given + 1]) : join(here, "..", "hydro_nb", "notebook", "static");

const shared = { bundle: true, minify: true, legalComments: "none", charset: "utf8", logLevel: "warning", target: "es2022" };
// what the widget loads once it is needed; the widget knows it by its contents
await build({ ...shared, entryPoints: [join(here, "src", "panes", "main.js")], outfile: join(out, "panes.js"), format: "esm" });
const version = createHash("sha256").update(readFileSync(join(out, "panes.js"))).digest("hex").slice(0, 12);
const define = { HYDRO_PANES: JSON.stringify(version) };
await build({ ...shared, define, entryPoints: [join(here, "src", "main.js")], outfile: join(out, "widget.js"), format: "esm" });
await build({ ...shared, entryPoints: [join(here, "src", "style", "main.css")], outfile: join(out, "widget.css"), target: "chrome123" });
// the schedule player, loaded where one is shown; its picture's rules are in saved notebooks too
const player = join(here, "src", "player");
await build({ ...shared, entryPoints: [join(player, "main.js")], outfile: join(out, "schedule.js"), format: "esm" });
for (const [source, target] of [["player.css", "schedule.css"], ["picture.css", "schedule_picture.css"]]) {
  await build({ ...shared, entryPoints: [join(player, source)], outfile: join(out, target), target: "chrome123" });
}
