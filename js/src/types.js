// The shapes of what the kernel sends; hydro_nb/notebook/feed.py writes them.

/** @typedef {{time: number, text: string, type: string}} Sample */
/** @typedef {{cell: string, line: number, text: string, function?: string, start?: number, end?: number}} Site  the letters from start to end have failed */
/** @typedef {{text: string, shape: string, element: string, guarantees: string[]}} Output */
/** @typedef {{label: string, detail: string, category: string, place: string, site: Site, outputs: number[]}} GraphNode  outputs: places in the list of kinds */
/** @typedef {{slot: string, title: string, route: string, kind: "network" | "sink" | "value" | "inside"}} StreamMeta */
/** @typedef {{first: string, last: string, slots: string[], lossy: boolean}} Link  which location sends to which, over which edges */
/** @typedef {{title: string, inside: string[]}} Box  of a closed one, the operators that it stands for */
/**
 * @typedef {object} Drawing  a picture, and what its boxes and lines stand for
 * @property {string} svg  empty where no Graphviz could draw it
 * @property {string} [by]  "location" or "code"
 * @property {string[]} [closed]
 * @property {Record<string, Box>} [boxes]
 * @property {Record<string, [string, string][]>} [bundles]  the edges of lines that lead to closed boxes
 */
/**
 * @typedef {object} Graph
 * @property {string} [packed]  all of it as base64 of gzipped JSON, instead of what follows
 * @property {string} svg  empty where no Graphviz could draw it
 * @property {string} text  the graph in words, for a page without a picture
 * @property {string} summary
 * @property {Record<string, GraphNode>} nodes
 * @property {Output[]} [kinds]
 * @property {string} [by]
 * @property {string[]} [closed]
 * @property {Record<string, Box>} [boxes]
 * @property {Record<string, [string, string][]>} [bundles]
 * @property {Record<string, string>} places  slot -> display name
 * @property {StreamMeta[]} streams
 * @property {Link[]} [links]
 * @property {Record<string, string>} [alike]  operators that nobody counts -> one that is counted and gives as many
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
 * @property {string} [advice]  what to do: it is a cell that must run again
 */
/**
 * @typedef {object} Message
 * @property {"tick" | "snapshot"} kind  answers to questions have others
 * @property {number} seq
 * @property {number} time  seconds since the epoch, by the kernel's clock
 * @property {Record<string, number>} [totals]  those that changed; all of them in a snapshot
 * @property {Record<string, Sample[]>} [samples]  newest last, replacing the slot's
 * @property {Record<string, Sample>} [values]
 * @property {Record<string, number>} [estimates]  totals of operators that nobody counts
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
 * @property {(Pick<Problem, "error" | "op" | "site" | "advice">)[]} [stale]  cells that must run again before the flow can be deployed again
 * @property {string} [logs]  the folder of the whole logs
 * @property {string[]} [inlets]  slots of the ports through which a person may send
 */
/** @typedef {{process: string, error: boolean, level: string, time: number, text: string}} LogLine */

export {};
