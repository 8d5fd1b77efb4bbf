import { after, describe } from 'node:test';
import { acting } from './acting.js';
import { documented } from './documented.js';
import { everyPage } from './every-page.js';
import { hostileTexts } from './hostile-texts.js';
import { live } from './live.js';
import { otherNights } from './other-nights.js';
import { reading } from './reading.js';
import { World } from './world.js';

// What people meet: the console in a real browser, on nights of all kinds.
describe('the console in Chromium', () => {
  const world = new World();
  after(() => world.end());
  everyPage(world);
  reading(world);
  live(world);
  hostileTexts(world);
  otherNights(world);
  documented(world);
  acting(world);
});
