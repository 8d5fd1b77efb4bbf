import { relative } from './relative.js';

/** Keeps "12 s ago" true. */
export function tick(): void {
  setInterval(tellAll, 1_000);
  document.addEventListener('lvra-changed', tellAll);
}

function tellAll(): void {
  for (const element of document.querySelectorAll<HTMLTimeElement>('time[data-relative]')) {
    const words = relative((Date.now() - Date.parse(element.dateTime)) / 1_000);
    if (element.textContent !== words) element.textContent = words;
  }
}
