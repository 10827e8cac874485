// All that the page says, in English. What has gaps is a function of what fills them; a kind is digit, character or image.

const COUNTS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
const count = number => COUNTS[number] ?? String(number);
const listed = names => new Intl.ListFormat('en-GB').format(names);
const all = labels => (labels.length === 1 ? `${labels[0]} reads` : labels.length === 2 ? 'Both read' : `All ${count(labels.length)} read`);
const are = names => (names.length > 1 ? 'are' : 'is');

export const english = {
  title: (kind, networks) => {
    const [do_, name] = kind === 'image' ? ['Show an image', 'say what it is'] : [`Draw a ${kind}`, 'read along'];
    if (networks === 1) return `${do_}: a network ${name.replace(/^(\w+)/, '$1s')}`;
    return `${do_}: ${count(networks)} networks ${name}`;
  },
  about: (networks, data, backends) => `${listed(networks)}, trained on ${data} by ${listed(backends)}.`,
  skip: 'To the drawing',
  drawing: 'Drawing',
  pad: kind => `Paper to draw ${kind === 'image' ? 'an' : 'a'} ${kind} on`,
  invitation: kind => (kind === 'image' ? 'Draw here, or drop an image' : `Draw a ${kind} here`),
  undo: 'Undo',
  clear: 'Clear',
  open: 'Open image',
  camera: 'Camera',
  shutter: 'Take a picture',
  take: 'Take it',
  cancel: 'Cancel',
  hint: 'Mouse, pen or finger; an image can be dropped or pasted, too. By keyboard: arrows move, ' +
    '[Space] sets the pen down and lifts it, [Ctrl Z] takes back, [Delete] clears.',
  aids: 'Help and examples',
  examples: 'Or try a test image',
  disputed: 'Test images that the networks read differently',
  example: (index, label) => `Test image ${index}: ${label}`,
  answers: 'What the networks say',
  caption: 'Probability of each class, by network',
  class: 'class',
  networks: 'Networks',
  choice: (shown, all) => `${shown} of ${all} networks are shown: choose`,
  reads: 'reads',
  time: 'time',
  accuracy: 'accuracy',
  others: number => `${number} others`,
  all: number => `Show all ${number} classes`,
  few: 'Show the likeliest classes',
  badge: { agree: 'agree', unsure: 'unsure', disagree: 'disagree', read: 'read', none: 'nothing yet' },
  agree: (name, labels) => `${all(labels)} ${name}.`,
  unsure: (name, labels, least) => `${all(labels)} ${name}, but ${labels.length === 1 ? 'gives' : 'one gives'} it only ${least}.`,
  group: (names, networks, name) => (names ? `${listed(names)} ${names.length > 1 ? 'read' : 'reads'} ${name}` : `${networks} read ${name}`),
  disagree: groups => `${groups.join('; ')}.`,
  nothing: kind => (kind === 'image' ? 'Draw something, or show an image.' : `Draw a ${kind}; every stroke is answered.`),
  waiting: 'No network can answer yet.',
  gap: (difference, milliseconds) => `${difference === null ? '' : `largest difference ${difference} · `}answered in ${milliseconds} ms`,
  states: { starting: 'starting', restarting: 'restarting', failed: 'failed', none: 'no checkpoint' },
  starting: names => `${listed(names)} ${are(names)} still starting.`,
  restarting: names => `${listed(names)} ${names.length > 1 ? 'have' : 'has'} died and ${are(names)} being started again. You can go on drawing.`,
  failed: (name, reason) => `${name} has failed: ${reason}`,
  gone: 'The server does not answer. Is it still running? This page asks again every second; the drawing stays.',
  refused: text => `The server refuses: ${text}`,
  seen: 'What they see',
  prepared: (kind, size) => (kind === 'image'
    ? `The whole image, resized to ${size} pixels.`
    : `The drawing as ${size} pixels, brought into the form of the training images: fitted in, and centred by its mass.`),
  epochs: 'Checkpoint, by epoch',
  after: (epoch, last) => `The networks as they were after epoch ${epoch} of ${last}`,
  trained: epoch => `The trained networks, after epoch ${epoch}`,
  inside: 'Inside',
  network: 'Network',
  layers: 'What its first layers make of it',
  layersNote: 'One picture for each channel, from the least number of the layer (paper) to its greatest (ink).',
  layer: (name, height, width, maps) => `${name}: ${maps} of ${height} × ${width}`,
  map: (name, number) => `${name}, channel ${number}`,
  nearest: 'The nearest training images',
  nearestNote: 'By the Euclidean distance of the outputs of the last hidden layer.',
  neighbour: (label, distance, index) => `${label}, at a distance of ${distance}: training image ${index}`,
  preparing: 'The training images are being prepared.',
  rules: 'Agree: all networks shown read the same class. Unsure: they do, but one of them gives it less than 60 %. ' +
    'Disagree: they read different classes. The largest difference is that of the probabilities which two networks give ' +
    'to one class; the accuracy is that of the test images.',
  private: 'What you draw or open is sent to the server of this page and to nobody else, and is not kept.',
  penDown: 'Pen down',
  penUp: 'Pen up',
  undone: 'Taken back',
  cleared: 'Cleared',
  notImage: 'This is no image that the browser can read.',
  noCamera: 'The camera cannot be used: it is missing, in use, or not allowed for this page.',
  said: (label, name, percent) => (percent === null ? `${label} reads ${name}` : `${label} reads ${name}, ${percent} percent`),
  saidTogether: readings => `${readings.join('; ')}.`,
  note: text => text,
  kindOfLayer: name => name,
};
