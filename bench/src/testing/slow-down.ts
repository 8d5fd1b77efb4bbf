import { existsSync } from 'node:fs';

// Loaded into a service by `--import`. While the file of SLOW_WHILE exists, the process burns three times as much CPU
// as it uses otherwise, so that its alerts cost four times as much.
const LOOK_EVERY_MS = 20;
const BURN = 3;

const file = process.env.SLOW_WHILE as string;
const used = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

let before = used();
setInterval(() => {
  const end = used() + BURN * (used() - before);
  while (existsSync(file) && used() < end);
  before = used();
}, LOOK_EVERY_MS).unref();
