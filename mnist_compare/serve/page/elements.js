// Making elements, and how a network is marked: the colour and the shape of its backend.

const OWN = ['torch', 'keras', 'paddle', 'numpy'];
const OTHERS = 4;

export const find = id => document.getElementById(id);

// An element with attributes and children, which are elements or texts.
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// Write a text only where it has changed, so that nothing is read out or laid out anew for nothing.
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// The class of a backend, by all backends of the page: its own, or one of those that others share.
export function lookOf(backend, backends) {
  if (OWN.includes(backend)) return backend;
  return `other${(backends.filter(name => !OWN.includes(name)).indexOf(backend) % OTHERS) + 1}`;
}

export const marked = text => make('span', { class: 'fw' }, make('i', { 'aria-hidden': 'true' }), make('span', {}, text));
