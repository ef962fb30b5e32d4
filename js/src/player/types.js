// The shapes of what the kernel tells of an execution; hydro_nb/notebook/told.py writes them.

/** @import {Site} from "../types.js" */
/**
 * @typedef {object} Decision
 * @property {number} operator
 * @property {number} phrase  a text
 * @property {string} name  of the variable that holds what was chosen
 * @property {Site} site
 * @property {string} reason
 * @property {number[]} held  texts
 * @property {number} ways
 * @property {boolean} moved
 * @property {boolean} told  whether it says anything
 */
/**
 * @typedef {object} Moment
 * @property {string} kind
 * @property {number} lane
 * @property {string} title
 * @property {Site | null} site
 * @property {number} time
 * @property {Decision[]} decisions
 * @property {[number, number][]} values  operator, text
 * @property {[number, number, number[]][]} held  lane, operator, texts
 * @property {string[]} printed
 * @property {string[]} skipped
 * @property {Record<string, number>} state  what operators remember, as the user calls each -> text
 */
/** @typedef {{label: string, sender: number, receiver: number, sent: number, read: number | null, fate: string, text: number}} Message */
/**
 * @typedef {object} Execution
 * @property {string} flow
 * @property {string} test
 * @property {string} failure  empty where the test passed
 * @property {string} simulation  how it is made in code
 * @property {number[]} schedule
 * @property {string[]} lineage  where the last value came from, line by line
 * @property {{name: string, kind: string}[]} lanes
 * @property {{label: string, site: Site, live?: boolean}[]} operators  live: with a value that goes on from tick to tick
 * @property {number[][]} steps  the moments of each
 * @property {Moment[]} moments
 * @property {Message[]} messages
 * @property {number} decidable  how many decisions can be tried; 0 where nothing can
 * @property {number} spared  how often something might have gone wrong, and did not
 * @property {string[]} texts
 */
/** @typedef {{moment: number, decision: number, instead: string}} Found */
/** @typedef {{asked: boolean, tried: number, done: boolean, found: Found[], error: string}} Matter */
/** @typedef {{names: string, moments: string, caption: string}} Drawn */
/** @typedef {{ident: string, picture: Drawn, record: Execution, matter: Matter}} Traits */

export {};
