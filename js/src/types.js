// The shapes of what the kernel sends; hydro_nb/notebook/feed.py writes them.

/** @typedef {{time: number, text: string, type: string}} Sample */
/** @typedef {{cell: string, line: number, text: string}} Site */
/** @typedef {{text: string, shape: string, element: string, guarantees: string[]}} Output */
/** @typedef {{label: string, detail: string, category: string, place: string, site: Site, outputs: Output[]}} GraphNode */
/** @typedef {{slot: string, title: string, route: string, kind: "network" | "sink" | "value"}} StreamMeta */
/**
 * @typedef {object} Graph
 * @property {string} svg  empty where no Graphviz could draw it
 * @property {string} text  the graph in words, for a page without a picture
 * @property {string} summary
 * @property {Record<string, GraphNode>} nodes
 * @property {Record<string, string>} places  slot -> display name
 * @property {StreamMeta[]} streams
 */
/** @typedef {{phase: string, ready: number, total: number, started: number, ended: number}} Status */
/**
 * @typedef {object} ProcessRow
 * @property {string} name
 * @property {number} pid
 * @property {string} phase
 * @property {number} cpu  fraction of one core
 * @property {number} memory  bytes
 * @property {number} rate  items a second
 * @property {number} queued
 * @property {number} started  seconds since the epoch, 0 before it runs
 * @property {number} ended  seconds since the epoch, 0 while it runs
 * @property {string} reason  why it failed
 */
/**
 * @typedef {object} Problem
 * @property {string} process
 * @property {number} time
 * @property {string} error
 * @property {string} slot
 * @property {string} op
 * @property {Site} site
 * @property {string} element
 * @property {Site[]} frames
 * @property {boolean} fatal
 */
/**
 * @typedef {object} Message
 * @property {"tick" | "snapshot"} kind
 * @property {number} seq
 * @property {number} time  seconds since the epoch, by the kernel's clock
 * @property {Record<string, number>} [totals]  those that changed; all of them in a snapshot
 * @property {Record<string, Sample[]>} [samples]  newest last, replacing the slot's
 * @property {Record<string, Sample>} [values]
 * @property {{names: string[], dropped: number}} [logs]  the lines themselves are in the first buffer
 */
/**
 * @typedef {object} Traits
 * @property {"live" | "build"} mode
 * @property {string} name
 * @property {string} deployment
 * @property {Graph} graph
 * @property {Status} status
 * @property {ProcessRow[]} processes
 * @property {Problem[]} problems
 * @property {Record<string, number>} totals
 * @property {Record<string, number>} [discarded]  dropped on the way, per stream
 */
/** @typedef {{process: string, error: boolean, level: string, time: number, text: string}} LogLine */

export {};
