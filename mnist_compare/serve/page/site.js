// What is served, what of it is shown, and how far the networks are: read from the server again while that changes.

import { lookOf } from './elements.js';
import { Gone, get, pause, Refused } from './server.js';

const LOOK_MS = 700;
const MOST_SHOWN = 4;
const RESTLESS = ['starting', 'restarting'];

export class Site {
  #changed;
  #isLooking = false;
  #place = null;
  #shownIds = new Set();
  info = null;
  isGone = false;
  refusal = '';

  constructor(changed) {
    this.#changed = changed;
  }

  get classes() { return this.info.classes; }

  get networks() { return this.info.networks; }

  get shown() { return this.networks.filter(one => this.#shownIds.has(one.id)); }

  // What is drawn: a digit, a character, or (where images are taken as a whole) an image.
  get kind() {
    if (!this.info.digits) return 'image';
    return this.classes.every(name => /^\d$/.test(name)) ? 'digit' : 'character';
  }

  get backends() { return [...new Set(this.networks.map(one => one.backend))]; }

  get architectures() { return [...new Set(this.networks.map(one => one.architecture))]; }

  // Whether there are more networks than are shown unless they are asked for.
  get hasChoice() { return this.architectures.length > 1 || this.networks.length > MOST_SHOWN; }

  get epochs() { return [...new Set(this.shown.flatMap(one => one.epochs))].sort((a, b) => a - b); }

  // The epoch that was chosen, null for the last one of each network.
  get epoch() {
    const { epochs } = this;
    return this.#place === null || this.#place >= epochs.length - 1 ? null : epochs[this.#place];
  }

  // The place of the chosen epoch among all.
  get place() { return Math.min(this.#place ?? Infinity, this.epochs.length - 1); }

  set place(value) { this.#place = value >= this.epochs.length - 1 ? null : value; }

  epochOf(network) { return this.epoch ?? network.epochs.at(-1); }

  network(id) { return this.networks.find(one => one.id === id); }

  look(network) { return lookOf(network.backend, this.backends); }

  isShown(network) { return this.#shownIds.has(network.id); }

  // Show a network or leave it out; one always stays.
  choose(network, isShown) {
    if (isShown) this.#shownIds.add(network.id);
    else if (this.#shownIds.size > 1) this.#shownIds.delete(network.id);
  }

  // The query of what is shown.
  get query() {
    const epoch = this.epoch === null ? '' : `&epoch=${this.epoch}`;
    return `networks=${this.shown.map(one => one.id).join(',')}${epoch}`;
  }

  // Read it, and again as long as something starts, or the server does not answer.
  async watch() {
    if (this.#isLooking) return;
    this.#isLooking = true;
    do {
      await this.#read();
      this.#changed();
      if (this.#isRestless) await pause(LOOK_MS);
    } while (this.#isRestless);
    this.#isLooking = false;
  }

  get #isRestless() {
    return this.isGone || this.info === null || this.networks.some(one => RESTLESS.includes(one.state));
  }

  async #read() {
    try {
      this.info = await get('api/info');
      [this.isGone, this.refusal] = [false, ''];
    } catch (error) {
      if (!(error instanceof Gone || error instanceof Refused)) throw error;
      this.isGone = error instanceof Gone;
      this.refusal = error instanceof Refused ? error.message : '';
    }
    if (this.info && this.#shownIds.size === 0) this.#chooseFirst();
  }

  // Shown unless somebody chooses: the networks of the first architecture, or where they are many one of each backend.
  #chooseFirst() {
    const own = this.networks.filter(one => one.architecture === this.architectures[0]);
    const firsts = own.filter((one, i) => own.findIndex(other => other.backend === one.backend) === i);
    const chosen = own.length > MOST_SHOWN ? firsts.slice(0, MOST_SHOWN) : own;
    this.#shownIds = new Set(chosen.map(one => one.id));
  }
}
