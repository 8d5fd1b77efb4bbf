/** What a reader or this script has set, and the server knows nothing of. */
const OURS = new Set(['open', 'data-seen-by-me', 'data-changed', 'data-hide-seen']);

/**
 * Makes an element like its fresh form, and touches only what differs: so focus, selection, scroll and what is open stay.
 *
 * @returns whether anything differed
 */
export function changeInPlace(old: Element, fresh: Element): boolean {
  if (old.isEqualNode(fresh)) return false;
  if (old.matches('[data-live-rows]')) return changeRows(old as HTMLTableElement, fresh as HTMLTableElement);
  let isOther = changeAttributes(old, fresh);
  // What a reader is typing is his.
  if (old instanceof HTMLInputElement || old instanceof HTMLSelectElement) return isOther;
  const news = [...fresh.childNodes];
  for (const [index, child] of [...old.childNodes].entries()) {
    const wanted = news[index];
    if (wanted === undefined) child.remove();
    else if (child instanceof Element && wanted instanceof Element && child.nodeName === wanted.nodeName) {
      isOther = changeInPlace(child, wanted) || isOther;
      continue;
    } else if (child.nodeType === wanted.nodeType && !(child instanceof Element)) {
      if (child.nodeValue === wanted.nodeValue) continue;
      child.nodeValue = wanted.nodeValue;
    } else child.replaceWith(document.importNode(wanted, true));
    isOther = true;
  }
  const more = news.slice(old.childNodes.length);
  old.append(...more.map((each) => document.importNode(each, true)));
  return isOther || more.length > 0;
}

function changeAttributes(old: Element, fresh: Element): boolean {
  let isOther = false;
  for (const { name } of [...old.attributes]) {
    if (fresh.hasAttribute(name) || OURS.has(name)) continue;
    old.removeAttribute(name);
    isOther = true;
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) === value || OURS.has(name)) continue;
    old.setAttribute(name, value);
    isOther = true;
  }
  return isOther;
}

const rowsOf = (table: HTMLTableElement) => [...table.querySelectorAll<HTMLElement>(':scope > tbody > tr[data-key]')];

/**
 * Known rows change where they stand. New ones wait until the reader asks for them, and those that are gone stay until then, as
 * either would move what he looks at.
 */
function changeRows(table: HTMLTableElement, fresh: HTMLTableElement): boolean {
  const known = new Map(rowsOf(table).map((row) => [row.dataset.key, row]));
  let isOther = false;
  let waiting = 0;
  for (const row of rowsOf(fresh)) {
    const old = known.get(row.dataset.key);
    known.delete(row.dataset.key);
    if (!old) waiting++;
    else if (changeInPlace(old, row)) {
      isOther = true;
      highlight(old);
    }
  }
  // Nobody keeps these up to date any more.
  for (const row of known.values()) isOther = mark(row) || isOther;
  offer(table, fresh, waiting, known.size);
  return isOther;
}

/** @returns whether it was not marked as gone before */
function mark(row: HTMLElement): boolean {
  return !row.hasAttribute('data-gone') && row.toggleAttribute('data-gone', true);
}

function highlight(row: HTMLElement): void {
  row.setAttribute('data-changed', '');
  row.addEventListener('animationend', () => row.removeAttribute('data-changed'), { once: true });
}

/** The button in the table's caption; it shows the rows as they were fetched last. */
function offer(table: HTMLTableElement, fresh: HTMLTableElement, waiting: number, gone: number): void {
  const caption = table.caption ?? table.createCaption();
  let button = caption.querySelector<HTMLButtonElement>('.waiting');
  if (waiting === 0 && gone === 0) {
    button?.remove();
    return;
  }
  if (!button) {
    button = document.createElement('button');
    button.type = 'button';
    button.className = 'waiting';
    caption.append(button);
  }
  button.textContent = waiting > 0 ? `${waiting} new` : `${gone} gone`;
  button.onclick = () => {
    const shown = new Map(rowsOf(table).map((row) => [row.dataset.key, row]));
    const rows = rowsOf(fresh).map((row) => shown.get(row.dataset.key) ?? document.importNode(row, true));
    table.tBodies[0]?.replaceChildren(...rows);
    button.remove();
    rows[0]?.querySelector('a')?.focus();
    document.dispatchEvent(new Event('lvra-changed'));
  };
}
