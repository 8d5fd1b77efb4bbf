/** For rows that only a copy of the ledger can bring back. */
export const FROM_BACKUP =
  'stop the services, put a copy that lvra backup made in the place of log.db (lvra backup --help says how), look again';
