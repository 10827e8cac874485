// The paper: strokes of a pointer (mouse, pen or finger), and of a pen that is moved with the keys.

const STEP = 1 / 28;
const LONG_STEP = 4;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const within = value => Math.min(1 - STEP, Math.max(STEP, value));

export class Pad {
  #canvas;
  #drawing;
  #cursor;
  #pointer = null;
  #place = [0.5, 0.5];
  #isKeyDown = false;
  #says;
  #lifted;

  // `says` is told what a key has done; `lifted` is called when a stroke ends.
  constructor(canvas, cursor, drawing, { says, lifted }) {
    [this.#canvas, this.#cursor, this.#drawing, this.#says, this.#lifted] = [canvas, cursor, drawing, says, lifted];
    canvas.addEventListener('pointerdown', event => this.#down(event));
    canvas.addEventListener('pointermove', event => this.#move(event));
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture']) {
      canvas.addEventListener(end, event => this.#up(event));
    }
    canvas.addEventListener('keydown', event => this.#key(event));
    canvas.addEventListener('blur', () => { this.liftKeyPen(); cursor.hidden = true; });
  }

  // Whether a stroke is being drawn.
  get isDown() {
    return this.#pointer !== null || this.#isKeyDown;
  }

  // Let the pen of the keys no longer draw, as when what it drew is taken back.
  liftKeyPen() {
    this.#isKeyDown = false;
    this.#showCursor();
  }

  #at(event) {
    const box = this.#canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  #down(event) {
    if (this.#pointer !== null || event.button !== 0) return;
    event.preventDefault();
    this.liftKeyPen();
    this.#cursor.hidden = true;
    this.#canvas.focus({ preventScroll: true, focusVisible: false });
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pointer = event.pointerId;
    this.#drawing.begin(this.#at(event));
  }

  #move(event) {
    if (event.pointerId !== this.#pointer) return;
    const between = event.getCoalescedEvents?.() ?? [];
    this.#drawing.extend((between.length ? between : [event]).map(one => this.#at(one)));
  }

  #up(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = null;
    this.#lifted();
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    if (move) this.#moveBy(move, event.shiftKey ? LONG_STEP * STEP : STEP);
    else if (event.key === ' ') this.#turn();
    else return;
    event.preventDefault();
  }

  #moveBy([x, y], step) {
    this.#place = [within(this.#place[0] + x * step), within(this.#place[1] + y * step)];
    this.#showCursor();
    this.#cursor.hidden = false;
    if (this.#isKeyDown) this.#drawing.extend([this.#place]);
  }

  #turn() {
    this.#isKeyDown = !this.#isKeyDown;
    this.#showCursor();
    this.#cursor.hidden = false;
    this.#says(this.#isKeyDown ? 'penDown' : 'penUp');
    if (this.#isKeyDown) this.#drawing.begin(this.#place);
    else this.#lifted();
  }

  #showCursor() {
    const [x, y] = this.#place;
    this.#cursor.style.left = `${100 * x}%`;
    this.#cursor.style.top = `${100 * y}%`;
    this.#cursor.classList.toggle('down', this.#isKeyDown);
  }
}
