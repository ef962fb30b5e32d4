// The shapes of what the kernel sends; hydro_nb/notebook/feed.py writes them.

/** @typedef {{time: number, text: string, type: string}} Sample */
/** @typedef {{cell: string, line: number, text: string}} Site */
/** @typedef {{text: string, shape: string, element: string, guarantees: string[]}} Output */
/** @typedef {{label: string, detail: string, category: string, place: string, site: Site, outputs: Output[]}} GraphNode */
/** @typedef {{slot: string, title: string, route: string, kind: "network" | "sink" | "value"}} StreamMeta */
/** @typedef {{first: string, last: string, slots: string[], lossy: boolean}} Link  which location sends to which, over which edges */
/**
 * @typedef {object} Graph
 * @property {string} svg  empty where no Graphviz could draw it
 * @property {string} text  the graph in words, for a page without a picture
 * @property {string} summary
 * @property {Record<string, GraphNode>} nodes
 * @property {Record<string, string>} places  slot -> display name
 * @property {StreamMeta[]} streams
 * @property {Link[]} [links]
 */
/**
 * @typedef {object} Status
 * @property {string} phase
 * @property {number} ready
 * @property {number} total
 * @property {number} started
 * @property {number} ended
 * @property {number} [faults]  how many are in force
 * @property {string[]} [struck]  edges on which one may have cost elements
 * @property {boolean} [inside]  whether its processes live in the kernel
 */
/** @typedef {{kind: "pause" | "cut" | "delay" | "drop", processes: string[], since: number, seconds: number, rate: number, text: string}} Fault */
/** @typedef {{call: string, processes: string[], busy: boolean, error: string}} Act  what a button asked for, under way or refused */
/** @typedef {{count: number, newest: {process: string, element: string, error: string}[]}} Skipped */
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
 * @property {string} [place]  its location: of a member its cluster
 * @property {boolean} [cluster]  whether it is a member of one
 * @property {number} [restarts]
 * @property {boolean} [returns]  whether it has ended and comes back by itself
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
 * @property {boolean} [skipped]  whether its operator goes on without the element
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
 * @property {Record<string, Skipped>} [skipped]  per operator that goes on without some elements
 * @property {Fault[]} [faults]  in force on purpose
 * @property {Act[]} [acts]
 */
/** @typedef {{process: string, error: boolean, level: string, time: number, text: string}} LogLine */

export {};
