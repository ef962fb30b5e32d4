import { h } from "../dom.js";
import { InForce } from "./inforce.js";
import { LinksView } from "./links.js";

/** @import {Store} from "../store.js" */

/** The links between processes with what can be done to them, and the faults that are in force. */
export class FaultsView {
  /** @param {Store} store */
  constructor(store) {
    this.inForce = new InForce(store);
    this.links = new LinksView(store);
    this.element = h("div.on-purpose", {}, this.links.element, this.inForce.element);
  }

  paint() {
    this.inForce.paint();
    this.links.paint();
  }
}
