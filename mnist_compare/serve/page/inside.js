// Inside one network: what its first layers make of the image, and the training images that are nearest to it.

import { find, make, write } from './elements.js';
import { pixelCanvas } from './pixels.js';
import { Gone, Newest, pause, post, Refused } from './server.js';
import { words } from './words.js';

const AGAIN_MS = 2000;
const UNREADY = 503;

export class Inside {
  #site;
  #question;
  #newest = new Newest(() => this.#ask());
  #layers = [];
  #nearest = [];
  #trouble = { layers: '', near: '' };

  // `question` gives the image file to ask about, null for none, and undefined while a stroke is drawn.
  constructor(site, question) {
    this.#site = site;
    this.#question = question;
    for (const id of ['layers', 'near']) find(id).addEventListener('toggle', () => this.ask());
    find('network').addEventListener('change', () => this.ask());
  }

  ask() {
    this.#newest.wish();
  }

  // Offer the networks that are shown.
  build() {
    const { shown } = this.#site, select = find('network'), chosen = select.value;
    select.replaceChildren(...shown.map(one => make('option', { value: one.id }, one.label)));
    if (shown.some(one => String(one.id) === chosen)) select.value = chosen;
    find('which').hidden = shown.length < 2;
    this.show();
  }

  async #ask() {
    const image = await this.#question();
    if (image === undefined) return;
    const network = Number(find('network').value), { epoch } = this.#site;
    const at = epoch === null ? '' : `&epoch=${epoch}`;
    if (find('layers').open) this.#layers = await this.#answer('layers', `api/layers?network=${network}${at}`, image, 'layers');
    if (find('near').open) this.#nearest = await this.#answer('near', `api/nearest?network=${network}`, image, 'images');
    this.show();
  }

  // What is found, nothing where there is no image; a refusal is shown in its place.
  async #answer(part, path, image, key) {
    this.#trouble[part] = '';
    if (image === null) return [];
    try {
      return (await post(path, image))[key];
    } catch (error) {
      if (error instanceof Gone) return [];
      if (!(error instanceof Refused)) throw error;
      this.#trouble[part] = error.status === UNREADY && part === 'near' ? words().preparing : error.message;
      if (error.status === UNREADY) pause(AGAIN_MS).then(() => this.ask());
      return [];
    }
  }

  show() {
    write(find('layers-note'), this.#trouble.layers || words().layersNote);
    write(find('near-note'), this.#trouble.near || words().nearestNote);
    find('maps').replaceChildren(...this.#layers.map(mapsOf));
    find('neighbours').replaceChildren(...this.#nearest.map(one => this.#neighbour(one)));
  }

  #neighbour(image) {
    const { classes, kind } = this.#site, name = classes[image.label], distance = image.distance.toPrecision(3);
    const picture = pixelCanvas(image, kind !== 'image');
    picture.setAttribute('role', 'img');
    picture.setAttribute('aria-label', words().neighbour(name, distance, image.index));
    return make('li', {}, picture, make('b', { 'aria-hidden': 'true' }, name), make('span', { 'aria-hidden': 'true' }, distance));
  }
}

function mapsOf({ name, height, width, maps }) {
  const told = words().kindOfLayer(name);
  const pictures = maps.map((pixels, number) => {
    const picture = pixelCanvas({ height, width, channels: 1, pixels }, true);
    picture.setAttribute('role', 'img');
    picture.setAttribute('aria-label', words().map(told, number + 1));
    return picture;
  });
  const title = make('h3', {}, words().layer(told, height, width, maps.length));
  return make('section', { class: 'layer' }, title, make('div', { class: 'maps' }, ...pictures));
}
