// The page: every change of the drawing is asked about, and what the networks say to it is shown.

import { Answers } from './answers.js';
import { buildChoice, buildEpochs, showEpoch, showState } from './controls.js';
import { Drawing } from './drawing.js';
import { find, make, write } from './elements.js';
import { Examples } from './examples.js';
import { Inside } from './inside.js';
import { Pad } from './pad.js';
import { offerPictures } from './pictures.js';
import { pixelCanvas } from './pixels.js';
import { Gone, Newest, post, Refused } from './server.js';
import { Site } from './site.js';
import { showVerdict, spoken } from './verdict.js';
import { chooseLanguage, offerLanguages, words } from './words.js';

const QUIET_MS = 700;

const site = new Site(siteChanged);
const drawing = new Drawing(drawingChanged);
const newest = new Newest(ask);
const answers = new Answers(site);
const inside = new Inside(site, async () => (pad.isDown || !site.info ? undefined : drawing.isEmpty ? null : drawing.file()));
const examples = new Examples(site, picture => {
  drawing.show(picture, { isInk: site.kind !== 'image', isPixels: true });
  inside.ask();
});
const pad = new Pad(find('pad'), find('cursor'), drawing, { says: name => say(words()[name]), lifted: () => inside.ask() });
let last = null;
let isBuilt = '';
let frame = 0;
let speech = 0;

function drawingChanged() {
  write(find('trouble'), '');
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    drawing.paint(find('pad'));
    find('pad').classList.toggle('ink', drawing.isInk);
    find('invitation').hidden = !drawing.isEmpty;
    find('undo').disabled = !drawing.canUndo;
    find('clear').disabled = drawing.isEmpty;
    newest.wish();
  });
}

// Ask about what is drawn now. One question is under way at a time, and the newest drawing goes next.
async function ask() {
  if (!site.info) return;
  if (drawing.isEmpty) {
    show(null);
    return;
  }
  const image = await drawing.file(), begin = performance.now();
  try {
    const answer = await post(`api/predict?${site.query}`, image);
    if (!drawing.isEmpty) show({ ...answer, milliseconds: performance.now() - begin });
    if (answer.answers.some(one => one.state && site.network(one.network).state !== 'failed')) site.watch();
  } catch (error) {
    if (error instanceof Refused) write(find('trouble'), words().refused(error.message));
    else if (error instanceof Gone) {
      site.isGone = true;
      showState(site);
      site.watch();
    } else throw error;
  }
}

function show(answer) {
  last = answer;
  answers.show(answer);
  showVerdict(answer, site);
  showSeen();
  clearTimeout(speech);
  speech = setTimeout(() => say(spoken(last, site)), QUIET_MS);
}

function showSeen() {
  const [height, width, channels] = site.info.image;
  const nothing = { height, width, channels, pixels: new Uint8Array(height * width * channels) };
  pixelCanvas(last?.seen ?? nothing, site.kind !== 'image' || !last?.seen, find('seen'));
}

const say = text => write(find('said'), text);

// The server has been looked at: build what depends on what is served, once, and ask again what it could not answer.
function siteChanged() {
  showState(site);
  if (!site.info) return;
  const states = site.networks.map(one => one.state).join();
  if (!isBuilt) build();
  if (isBuilt !== states) {
    isBuilt = states;
    answers.show(last);
    newest.wish();
    inside.ask();
  }
}

function build() {
  const { kind, networks, info, backends, architectures } = site;
  write(find('title'), words().title(kind, networks.length));
  document.title = words().title(kind, networks.length);
  write(find('about'), words().about(architectures, info.data, backends));
  find('pad').setAttribute('aria-label', words().pad(kind));
  write(find('invitation'), words().invitation(kind));
  find('hint').replaceChildren(...words().hint.split(/[[\]]/).map((text, i) => (i % 2 ? make('kbd', {}, text) : text)));
  write(find('prepared'), words().prepared(kind, `${info.image[0]} × ${info.image[1]}`));
  write(find('rules'), words().rules);
  buildChoice(site, shownChanged);
  buildEpochs(site);
  answers.build();
  inside.build();
  examples.build();
  showVerdict(last, site);
  showSeen();
}

function shownChanged() {
  buildEpochs(site);
  answers.build();
  inside.build();
  newest.wish();
  inside.ask();
}

function undo() {
  pad.liftKeyPen();
  if (drawing.undo()) say(words().undone);
  inside.ask();
}

function clear() {
  pad.liftKeyPen();
  drawing.clear();
  say(words().cleared);
  inside.ask();
}

function start() {
  chooseLanguage();
  offerLanguages(() => {
    showState(site);
    if (site.info) build();
  });
  offerPictures((image, file) => {
    drawing.show(image, { file });
    inside.ask();
  }, name => write(find('trouble'), words()[name]));
  find('undo').addEventListener('click', undo);
  find('clear').addEventListener('click', clear);
  document.addEventListener('keydown', event => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'z') {
      event.preventDefault();
      undo();
    } else if (event.key === 'Delete' && event.target === find('pad')) clear();
  });
  find('epoch').addEventListener('input', event => {
    site.place = Number(event.target.value);
    showEpoch(site);
    newest.wish();
    inside.ask();
  });
  for (const id of ['main', 'footer']) document.querySelector(id).hidden = false;
  drawingChanged();
  site.watch();
  examples.load();
}

start();
