import { FakeModel } from "../demo/host.js";

export const GRAPH = {
  svg: "",
  text: "flow t",
  summary: "dataflow with 2 locations, 3 operators",
  nodes: {
    net: { label: "send", detail: "", category: "Network", place: "B", site: { cell: "", line: 0, text: "" }, outputs: [] },
    map: { label: "map", detail: "f", category: "Transform", place: "B", site: { cell: "", line: 0, text: "" }, outputs: [] },
  },
  places: { a: "A", b: "B" },
  streams: [{ slot: "net", title: "A → B", route: "send", kind: "network" }],
};

/** A model of a running deployment that answers hello only when asked to. @param {Record<string, unknown>} [changes] */
export function model(changes = {}) {
  const traits = {
    mode: "live",
    name: "t",
    deployment: "d",
    graph: GRAPH,
    status: { phase: "running", ready: 2, total: 2, started: 1000, ended: 0 },
    processes: [],
    problems: [],
    totals: {},
    ...changes,
  };
  const fake = new FakeModel({ traits, names: ["A", "B"], frames: [] });
  fake.snapshot = () => {};
  fake.answer = () => {};
  return fake;
}

/** @param {string} text @returns {DataView} */
export function view(text) {
  return new DataView(new TextEncoder().encode(text).buffer);
}
