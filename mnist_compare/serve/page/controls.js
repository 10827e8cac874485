// What is chosen beside the drawing: networks, and the epoch after which they are asked; and what state they are in.

import { find, make, marked, write } from './elements.js';
import { words } from './words.js';

const MOST_TICKS = 12;

// A box for each network, where not all of them are shown; `changed` is called when one is ticked.
export function buildChoice(site, changed) {
  const choice = find('choice');
  choice.hidden = !site.hasChoice;
  if (choice.hidden) return;
  const fields = choice.querySelector('fieldset');
  const tell = () => write(choice.querySelector('summary'), words().choice(site.shown.length, site.networks.length));
  const boxes = site.networks.map(network => {
    const box = make('input', { type: 'checkbox' });
    box.checked = site.isShown(network);
    box.addEventListener('change', () => {
      site.choose(network, box.checked);
      box.checked = site.isShown(network);
      tell();
      changed();
    });
    return make('label', { class: site.look(network) }, box, marked(network.label));
  });
  fields.replaceChildren(fields.querySelector('legend'), ...boxes);
  tell();
}

// The slider through the epochs, hidden where there is one only.
export function buildEpochs(site) {
  const { epochs } = site, slider = find('epoch');
  find('epochs').hidden = epochs.length < 2;
  slider.max = String(epochs.length - 1);
  slider.value = String(site.place);
  const ticks = epochs.length <= MOST_TICKS ? epochs : [epochs[0], epochs.at(-1)];
  find('ticks').replaceChildren(...ticks.map(epoch => make('span', {}, String(epoch))));
  showEpoch(site);
}

export function showEpoch(site) {
  const last = site.epochs.at(-1);
  const told = site.epoch === null ? words().trained(last) : words().after(site.epoch, last);
  write(find('after'), told);
  find('epoch').setAttribute('aria-valuetext', told);
}

// What is not as it should be: the server gone, networks that start or have failed.
export function showState(site) {
  const labels = state => site.networks.filter(one => one.state === state).map(one => one.label);
  const told = [];
  if (site.isGone) told.push(words().gone);
  else if (site.refusal) told.push(words().refused(site.refusal));
  if (site.info && !site.isGone) {
    for (const state of ['starting', 'restarting']) {
      const names = labels(state);
      if (names.length) told.push(words()[state](names));
    }
    for (const one of site.networks.filter(other => other.state === 'failed')) told.push(words().failed(one.label, one.reason ?? ''));
  }
  find('state').hidden = told.length === 0;
  find('state').classList.toggle('busy', site.isGone || /starting/.test(String(site.info?.networks.map(one => one.state))));
  if (find('state').textContent !== told.join('')) find('state').replaceChildren(...told.map(text => make('span', {}, text)));
}
