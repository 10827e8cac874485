// Test images as buttons: one of each class, then some that the networks read differently.

import { find, make } from './elements.js';
import { pixelCanvas } from './pixels.js';
import { Gone, get, pause, Refused } from './server.js';
import { words } from './words.js';

const AGAIN_MS = 1000;

export class Examples {
  #site;
  #take;
  #images = [];

  // `take` gets the canvas of the image that is chosen.
  constructor(site, take) {
    this.#site = site;
    this.#take = take;
  }

  // Ask until the server has read them.
  async load() {
    for (;;) {
      try {
        this.#images = (await get('api/examples')).images;
        if (this.#site.info) this.build();
        return;
      } catch (error) {
        if (!(error instanceof Gone || error instanceof Refused)) throw error;
        await pause(AGAIN_MS);
      }
    }
  }

  build() {
    const first = this.#images.filter((one, i) => this.#images.findIndex(other => other.label === one.label) === i);
    const disputed = this.#images.filter(one => one.disputed && !first.includes(one));
    const groups = [[words().examples, first], [words().disputed, disputed]].filter(([, images]) => images.length);
    find('examples').replaceChildren(...groups.flatMap(([title, images]) => [
      make('h3', {}, title),
      make('ul', { class: 'examples' }, ...images.map(one => make('li', {}, this.#button(one)))),
    ]));
  }

  #button(image) {
    const name = this.#site.classes[image.label], told = words().example(image.index, name);
    const picture = pixelCanvas(image, this.#site.kind !== 'image');
    const button = make('button', { type: 'button', 'aria-label': told, title: told }, picture);
    button.addEventListener('click', () => this.#take(picture));
    return button;
  }
}
