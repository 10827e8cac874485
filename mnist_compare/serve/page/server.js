// What is asked of the server. Paths are relative, so that the page works behind a proxy, too.

// The server has answered that it will not: why stands in `message`.
export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

// The server has not answered at all.
export class Gone extends Error {}

const LONGEST_MS = 60000;

async function ask(path, options) {
  let answer, value;
  try {
    answer = await fetch(path, { ...options, cache: 'no-store', signal: AbortSignal.timeout(LONGEST_MS) });
    value = await answer.json();
  } catch (error) {
    throw new Gone(String(error));
  }
  if (!answer.ok) throw new Refused(answer.status, value.error ?? answer.statusText);
  return value;
}

export const get = path => ask(path, {});

export const post = (path, image) => ask(path, { method: 'POST', body: image, headers: { 'Content-Type': image.type } });

export const pause = milliseconds => new Promise(done => { setTimeout(done, milliseconds); });

// One question at a time: what was wished for meanwhile is asked once, with what is newest then.
export class Newest {
  #ask;
  #wished = false;
  #asking = false;

  constructor(asks) {
    this.#ask = asks;
  }

  async wish() {
    this.#wished = true;
    if (this.#asking) return;
    this.#asking = true;
    while (this.#wished) {
      this.#wished = false;
      await this.#ask();
    }
    this.#asking = false;
  }
}
