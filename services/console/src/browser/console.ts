import { listenToKeys } from './keys.js';
import { keepLive } from './live.js';
import { readPlots } from './plot.js';
import { rememberVisit, showSeen } from './seen.js';
import { tick } from './times.js';

// Every page works without this script; with it a page follows the night, tells of marks in plots, and knows keys.
tick();
listenToKeys();
readPlots();
rememberVisit();
showSeen();
document.addEventListener('lvra-changed', showSeen);
keepLive();

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', () => void navigator.clipboard.writeText(button.dataset.copy ?? ''));
}
