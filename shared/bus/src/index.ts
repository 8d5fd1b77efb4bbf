export type { Bus, Delivery, StemMessage, Subscription } from './bus.js';
export { InProcessBus } from './in-process.js';
export { NatsBus } from './nats.js';
