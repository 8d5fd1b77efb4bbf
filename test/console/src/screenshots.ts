// Takes a picture of every page, light, dark and 360 px wide: node test/console/dist/screenshots.js FOLDER
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { accessibilityFaults } from './browser/axe.js';
import { openPage, startChromium } from './browser/chromium.js';
import { VARIANTS } from './browser/variants.js';
import { crawl, kindOf, onePageOfEachPath } from './crawl.js';
import { ordinaryNight } from './nights/nights.js';
import { startConsole } from './running-console.js';

const [folder = 'screenshots'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const night = await ordinaryNight();
const server = await startConsole(night.environment);
const browser = await startChromium();
try {
  for (const { address } of onePageOfEachPath(await crawl(server.address))) {
    const name = kindOf(address).split('?')[0]!.replaceAll('/', '-').replace('…', 'one').slice(1) || 'tonight';
    for (const [variant, options] of Object.entries(VARIANTS)) {
      const { page, trouble, close } = await openPage(browser, address, options);
      const path = join(folder, `${name}-${variant}.png`);
      await page.screenshot({ path, fullPage: true });
      console.log(path, new URL(address).pathname);
      for (const fault of [...trouble, ...(await accessibilityFaults(page))]) console.log(`  ${fault}`);
      await close();
    }
  }
} finally {
  await browser.close();
  await server.end();
  await night.remove();
}
