import { watchFiles } from './points/files.js';
import { watchHttp, watchKafka, watchNats } from './points/network.js';
import { watchTransactions } from './points/transactions.js';

// Loaded into a service before its own code, by `node --import`; see points/point.ts.
watchFiles();
await watchTransactions();
watchNats();
watchHttp();
watchKafka();
