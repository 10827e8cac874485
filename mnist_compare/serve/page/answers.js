// The table: a row for each class, a column for each network shown, and what the networks read below.

import { find, make, marked, write } from './elements.js';
import { accuracy, milliseconds, percent } from './numbers.js';
import { words } from './words.js';

const MOST_ROWS = 20;
const FEW_ROWS = 10;
const LONG_NAME = 2;

export class Answers {
  #site;
  #rows = [];
  #foot = [];
  #others = null;
  #showsAll = false;
  #last = null;

  constructor(site) {
    this.#site = site;
    find('all').addEventListener('click', () => {
      this.#showsAll = !this.#showsAll;
      this.build();
    });
  }

  get #hasMany() {
    return this.#site.classes.length > MOST_ROWS;
  }

  // Make the table anew: other networks, another language, more or fewer classes.
  build() {
    const { shown, classes } = this.#site, table = find('table').querySelector('table');
    const isShort = this.#hasMany && !this.#showsAll;
    table.className = classes.some(name => name.length > LONG_NAME) ? 'long' : '';
    table.style.setProperty('--columns', shown.length);
    table.tHead.replaceChildren(make('tr', {}, corner(words().class), ...shown.map(one => this.#head(one))));
    this.#rows = Array.from({ length: isShort ? FEW_ROWS : classes.length }, () => makeRow(shown, this.#site));
    this.#others = isShort ? makeRow(shown, this.#site) : null;
    this.#others?.element.classList.add('others');
    table.tBodies[0].replaceChildren(...[...this.#rows, ...(isShort ? [this.#others] : [])].map(row => row.element));
    this.#foot = shown.map(one => makeFoot(one, this.#site));
    table.tFoot.replaceChildren(...['reads', 'time', 'accuracy'].map(name => this.#footRow(name)));
    find('all').hidden = !this.#hasMany;
    write(find('all'), this.#showsAll ? words().few : words().all(classes.length));
    this.show(this.#last);
  }

  // What the networks say, or null while there is nothing to say.
  show(answer) {
    this.#last = answer;
    const { shown, classes } = this.#site;
    const said = shown.map(one => answer?.answers.find(other => other.network === one.id) ?? null);
    const order = this.#order(said);
    this.#rows.forEach((row, i) => {
      write(row.name, classes[order[i]]);
      said.forEach((one, column) => fill(row.cells[column], one, order[i]));
    });
    if (this.#others) this.#fillOthers(said, order);
    said.forEach((one, column) => this.#fillColumn(column, shown[column], one));
  }

  // Which classes the rows are for: all, or the likeliest.
  #order(said) {
    const all = this.#site.classes.map((_, index) => index);
    if (!this.#others) return all;
    const likeliest = all.map(index => Math.max(0, ...said.map(one => one?.probabilities?.[index] ?? 0)));
    return all.sort((a, b) => likeliest[b] - likeliest[a] || a - b).slice(0, FEW_ROWS);
  }

  #fillOthers(said, order) {
    write(this.#others.name, words().others(this.#site.classes.length - order.length));
    said.forEach((one, column) => {
      const known = one?.probabilities;
      const rest = known ? Math.max(0, 1 - order.reduce((sum, index) => sum + known[index], 0)) : null;
      setBar(this.#others.cells[column], rest, false);
    });
  }

  #head(network) {
    return make('th', { scope: 'col', class: this.#site.look(network) }, marked(network.label));
  }

  #footRow(name) {
    const head = make('th', { scope: 'row' }, words()[name]);
    return make('tr', { class: name }, head, ...this.#foot.map(column => column[name]));
  }

  #fillColumn(number, network, one) {
    const column = this.#foot[number];
    const state = network.state === 'ready' ? (one?.state ?? null) : network.state;
    const told = one && 'class' in one ? this.#site.classes[one.class] : null;
    const isMissing = state === 'failed' && network.state === 'ready';
    column.reads.classList.toggle('state', told === null && state !== null);
    write(column.reads, told ?? (state ? words().states[isMissing ? 'none' : state] : '–'));
    write(column.time, told === null ? '–' : `${milliseconds(one.milliseconds)} ms`);
    const known = network.accuracy[this.#site.epochOf(network)];
    write(column.accuracy, known === undefined ? '–' : accuracy(known));
    for (const row of this.#rows) row.cells[number].classList.toggle('waiting', told === null && state !== null);
  }
}

const corner = text => make('td', {}, make('span', { class: 'sr' }, text));

function makeRow(shown, site) {
  const name = make('th', { scope: 'row' });
  const cells = shown.map(one => {
    return make('td', { class: site.look(one) }, make('span', { class: 'bar', 'aria-hidden': 'true' }, make('span')), make('b', {}, '–'));
  });
  return { name, cells, element: make('tr', {}, name, ...cells) };
}

const makeFoot = (network, site) => Object.fromEntries(
  ['reads', 'time', 'accuracy'].map(name => [name, make('td', { class: site.look(network) })]),
);

function fill(cell, one, index) {
  const isRead = one?.class === index;
  setBar(cell, one?.probabilities?.[index] ?? null, isRead);
  if (isRead && !one.probabilities) write(cell.lastChild, '✓');
}

function setBar(cell, probability, isRead) {
  cell.firstChild.firstChild.style.setProperty('--p', `${(100 * (probability ?? 0)).toFixed(2)}%`);
  write(cell.lastChild, probability === null ? '–' : percent(probability));
  cell.classList.toggle('top', isRead);
  cell.classList.toggle('zero', !isRead && cell.lastChild.textContent === '0 %');
}
