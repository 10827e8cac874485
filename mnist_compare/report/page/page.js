// What the page can do besides: sort its tables, show values under the pointer, copy commands. All is there without.
(() => {
  const page = document;

  const value = text => {
    const found = text.trim().replace(/\u2212/g, '-').replace(/,/g, '').match(/^[+-]?\d*\.?\d+(e[+-]?\d+)?/i);
    return found ? parseFloat(found[0]) : text.trim() === 'infinite' ? Infinity : text.trim();
  };
  const isMissing = found => found === '' || found === '\u2013';
  const compare = (a, b, way) => {
    if (isMissing(a) || isMissing(b)) return isMissing(a) - isMissing(b);
    if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
    return way * (typeof a === 'number' ? a - b || 0 : a.localeCompare(b));
  };
  const sortBy = (table, heads, index) => {
    const head = heads[index], way = head.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
    heads.forEach(other => other.removeAttribute('aria-sort'));
    head.setAttribute('aria-sort', way > 0 ? 'ascending' : 'descending');
    const body = table.tBodies[0];
    const rows = [...body.rows].map(row => [value(row.cells[index].textContent), row]);
    rows.sort((a, b) => compare(a[0], b[0], way));
    body.append(...rows.map(row => row[1]));
    table.classList.add('sorted');
  };
  page.querySelectorAll('table').forEach(table => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, index) => {
      const button = page.createElement('button');
      button.type = 'button';
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => sortBy(table, heads, index));
    });
  });

  const tip = page.createElement('div');
  tip.id = 'tip';
  tip.setAttribute('aria-hidden', 'true');
  page.body.append(tip);
  page.querySelectorAll('figure svg :not(svg) > title').forEach(title => {
    title.parentNode.dataset.value = title.textContent;
    title.remove();
  });
  const NEAR = 26;
  const distance = (mark, x, y) => {
    const box = mark.getBoundingClientRect();
    return Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
  };
  const nearest = event => {
    const drawing = event.target.closest?.('figure svg'), hit = event.target.closest?.('[data-value]');
    if (!drawing || hit) return hit;
    let best, least = NEAR;
    drawing.querySelectorAll('[data-value]').forEach(mark => {
      const far = distance(mark, event.clientX, event.clientY);
      if (far < least) [best, least] = [mark, far];
    });
    return best;
  };
  const hide = () => { tip.style.display = 'none'; };
  page.addEventListener('pointermove', event => {
    const mark = nearest(event);
    if (!mark) return hide();
    tip.textContent = mark.dataset.value;
    tip.style.display = 'block';
    const above = event.clientY - tip.offsetHeight - 16;
    tip.style.left = `${Math.max(6, Math.min(innerWidth - tip.offsetWidth - 6, event.clientX - tip.offsetWidth / 2))}px`;
    tip.style.top = `${above < 4 ? event.clientY + 18 : above}px`;
  }, {passive: true});
  page.addEventListener('scroll', hide, {passive: true});

  const said = page.createElement('p');
  said.className = 'sr';
  said.setAttribute('role', 'status');
  page.querySelector('main').append(said);
  const copy = async code => {
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      page.execCommand('copy');
    }
  };
  page.querySelectorAll('.command').forEach(command => {
    const button = page.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      await copy(command.querySelector('code'));
      button.textContent = 'Copied';
      said.textContent = 'Command copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 1600);
    });
    command.append(button);
  });

  const links = [...page.querySelectorAll('.contents a')];
  const sections = links.map(link => page.querySelector(link.getAttribute('href')));
  const show = () => {
    const last = sections.findLastIndex(section => section.getBoundingClientRect().top < innerHeight * 0.3);
    links.forEach((link, index) => {
      if (index === Math.max(0, last)) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    });
  };
  addEventListener('scroll', show, {passive: true});
  show();
  let closed = [];
  addEventListener('beforeprint', () => {
    closed = [...page.querySelectorAll('details:not([open]):not(.long)')];
    closed.forEach(details => { details.open = true; });
  });
  addEventListener('afterprint', () => closed.forEach(details => { details.open = false; }));
})();
