// Images as the server sends them: rows of bytes, channels last, ink bright.

// Ink on nothing, so that the page's own paper shows (`isInk`), or the pixels as they are.
export function pixelCanvas({ height, width, channels, pixels }, isInk, canvas = document.createElement('canvas')) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  const shown = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const first = i * channels, at = 4 * i;
    if (isInk) {
      shown.data[at + 3] = pixels[first];
      continue;
    }
    for (let c = 0; c < 3; c++) shown.data[at + c] = pixels[first + (channels === 1 ? 0 : c)];
    shown.data[at + 3] = channels === 4 ? pixels[first + 3] : 255;
  }
  context.putImageData(shown, 0, 0);
  canvas.classList.add('pixels');
  canvas.classList.toggle('ink', isInk);
  return canvas;
}
