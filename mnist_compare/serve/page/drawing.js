// What is drawn: a list of marks, so that taking one back is to leave the last one out. A mark is a stroke, a picture, or
// a clearing. Places go from 0 to 1 in both directions.

const WIDTH = 0.075;
const STROKES_SIDE = 200;
const PICTURE_SIDE = 1200;
const MOST_FILE_BYTES = 2e6;
const SENT_AS_THEY_ARE = ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/bmp'];
const INK = '#000';
const PAPER = '#fff';

export class Drawing {
  #marks = [];
  #changed;

  constructor(changed) {
    this.#changed = changed;
  }

  // The marks that are seen: those since the last picture or clearing.
  get #seen() {
    const first = this.#marks.findLastIndex(mark => !mark.points);
    return this.#marks.slice(Math.max(0, first)).filter(mark => !mark.isClearing);
  }

  get isEmpty() {
    return this.#seen.length === 0;
  }

  get canUndo() {
    return this.#marks.length > 0;
  }

  // Whether it is ink alone, whatever the colour of the paper; false where a picture with colours of its own is shown.
  get isInk() {
    return this.#seen.every(mark => mark.points || mark.isInk);
  }

  begin(point) {
    this.#marks.push({ points: [point] });
    this.#changed();
  }

  extend(points) {
    const stroke = this.#marks.at(-1);
    if (!stroke?.points) return;
    stroke.points.push(...points);
    this.#changed();
  }

  // Show a picture alone: an image or canvas, and the file that it came from, where there is one.
  show(image, { isInk = false, isPixels = false, file = null } = {}) {
    this.#marks.push({ image, isInk, isPixels, file });
    this.#changed();
  }

  undo() {
    const undone = this.#marks.pop() !== undefined;
    if (undone) this.#changed();
    return undone;
  }

  clear() {
    if (this.isEmpty) return;
    this.#marks.push({ isClearing: true });
    this.#changed();
  }

  // Draw it on a canvas, whose paper stays transparent.
  paint(canvas) {
    const context = canvas.getContext('2d');
    context.clearRect(0, 0, canvas.width, canvas.height);
    paintMarks(context, this.#seen, canvas.width);
  }

  // The image file that the networks are asked about: a picture alone as it came, else what is drawn, on white.
  async file() {
    const marks = this.#seen, [first] = marks, alone = marks.length === 1;
    if (alone && isSentAsItIs(first.file)) return first.file;
    if (alone && first.isPixels) return encoded(onPaper(first.image, first.image.width, first.image.height, first.isInk));
    const box = first.image ? boxOf(first.image) : { x: 0, y: 0, width: 1, height: 1 };
    const side = first.image && !first.isPixels ? PICTURE_SIDE : STROKES_SIDE;
    const whole = document.createElement('canvas');
    whole.width = Math.max(1, Math.round(side * box.width));
    whole.height = Math.max(1, Math.round(side * box.height));
    const context = whole.getContext('2d', { willReadFrequently: true });
    context.fillStyle = PAPER;
    context.fillRect(0, 0, whole.width, whole.height);
    context.translate(-side * box.x, -side * box.y);
    paintMarks(context, marks, side);
    return encoded(whole);
  }
}

const isSentAsItIs = file => file && file.size <= MOST_FILE_BYTES && SENT_AS_THEY_ARE.includes(file.type);

const encoded = canvas => new Promise(done => { canvas.toBlob(done, 'image/png'); });

// A picture in its own size. Ink, which is bright in the data, becomes bright on black again.
function onPaper(image, width, height, isInk) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  context.fillStyle = PAPER;
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0);
  if (isInk) {
    context.globalCompositeOperation = 'difference';
    context.fillRect(0, 0, width, height);
  }
  return canvas;
}

// Where a picture lies: as large as the paper allows, in the middle.
function boxOf({ width, height }) {
  const longer = Math.max(width, height);
  const box = { width: width / longer, height: height / longer };
  return { ...box, x: (1 - box.width) / 2, y: (1 - box.height) / 2 };
}

function paintMarks(context, marks, side) {
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.strokeStyle = INK;
  context.fillStyle = INK;
  context.lineWidth = WIDTH * side;
  for (const mark of marks) {
    if (mark.points) paintStroke(context, mark.points, side);
    else paintPicture(context, mark, side);
  }
}

// A picture, on white where it is transparent; pixels of the data in squares.
function paintPicture(context, { image, isPixels }, side) {
  const box = boxOf(image), place = [side * box.x, side * box.y, side * box.width, side * box.height];
  if (!isPixels) {
    context.fillStyle = PAPER;
    context.fillRect(...place);
    context.fillStyle = INK;
  }
  context.imageSmoothingEnabled = !isPixels;
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, ...place);
}

// A smooth line: from middle to middle of its pieces, bent towards the points between.
function paintStroke(context, points, side) {
  const [[x, y]] = points;
  context.beginPath();
  if (points.length === 1) {
    context.arc(side * x, side * y, (WIDTH * side) / 2, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.moveTo(side * x, side * y);
  for (let i = 1; i < points.length - 1; i++) {
    const [[ax, ay], [bx, by]] = [points[i], points[i + 1]];
    context.quadraticCurveTo(side * ax, side * ay, (side * (ax + bx)) / 2, (side * (ay + by)) / 2);
  }
  const [lastX, lastY] = points.at(-1);
  context.lineTo(side * lastX, side * lastY);
  context.stroke();
}
