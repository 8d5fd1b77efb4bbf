/** What lies at the server for one stage of a VRA. */
export interface QueueDepth {
  readonly queue: string;
  readonly waiting: number;
  readonly unacknowledged: number;
  readonly redelivered: number;
}

export interface BusDepth {
  readonly queues: readonly QueueDepth[];
  /** On the server's disk. */
  readonly bytes: number;
}
