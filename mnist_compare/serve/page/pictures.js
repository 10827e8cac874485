// Pictures from elsewhere: opened, dropped, pasted, or taken with the camera.

const PHOTO_SIDE = 800;
const find = id => document.getElementById(id);

// `show` gets what can be painted and the file it came from; `fails` the name of what to say.
export function offerPictures(show, fails) {
  const take = file => openPicture(file, show, fails);
  for (const input of document.querySelectorAll('input[type=file]')) {
    input.addEventListener('change', () => {
      if (input.files[0]) take(input.files[0]);
      input.value = '';
    });
  }
  document.addEventListener('paste', event => {
    const [file] = event.clipboardData.files;
    if (!file) return;
    event.preventDefault();
    take(file);
  });
  offerDrop(take);
  offerCamera(show, fails);
}

async function openPicture(file, show, fails) {
  try {
    if (!file.type.startsWith('image/')) throw new TypeError(file.type);
    show(await createImageBitmap(file), file);
  } catch {
    fails('notImage');
  }
}

function offerDrop(take) {
  const paper = find('paper'), hasFiles = event => event.dataTransfer.types.includes('Files');
  for (const kind of ['dragenter', 'dragover']) {
    document.addEventListener(kind, event => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      paper.classList.add('over');
    });
  }
  document.addEventListener('dragleave', event => {
    if (!event.relatedTarget) paper.classList.remove('over');
  });
  document.addEventListener('drop', event => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    paper.classList.remove('over');
    take(event.dataTransfer.files[0]);
  });
}

// A button where a page may use the camera; elsewhere phones and tablets open theirs for a file.
function offerCamera(show, fails) {
  const dialog = find('shutter'), video = find('video');
  if (!navigator.mediaDevices?.getUserMedia) {
    find('capture').hidden = !matchMedia('(pointer: coarse)').matches;
    return;
  }
  find('camera').hidden = false;
  find('camera').addEventListener('click', async () => {
    try {
      const wanted = { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 1280 } };
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: wanted });
      dialog.showModal();
    } catch {
      fails('noCamera');
    }
  });
  find('take').addEventListener('click', () => {
    if (video.videoWidth) show(middleOf(video), null);
    dialog.close();
  });
  find('cancel').addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => {
    for (const track of video.srcObject?.getTracks() ?? []) track.stop();
    video.srcObject = null;
  });
}

// The square that is seen of a video.
function middleOf(video) {
  const side = Math.min(video.videoWidth, video.videoHeight), canvas = document.createElement('canvas');
  canvas.width = Math.min(side, PHOTO_SIDE);
  canvas.height = canvas.width;
  const x = (video.videoWidth - side) / 2, y = (video.videoHeight - side) / 2;
  canvas.getContext('2d').drawImage(video, x, y, side, side, 0, 0, canvas.width, canvas.height);
  return canvas;
}
