import { existsSync } from 'node:fs';

// Loaded into a service by `--import`. While the file of SLOW_WHILE exists, the process burns as much CPU again as it
// uses, so that its alerts cost twice as much.
const LOOK_EVERY_MS = 20;

const file = process.env.SLOW_WHILE as string;
const used = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

let before = used();
setInterval(() => {
  const end = used() + (used() - before);
  while (existsSync(file) && used() < end);
  before = used();
}, LOOK_EVERY_MS).unref();
