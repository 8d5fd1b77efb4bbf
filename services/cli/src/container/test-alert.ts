import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, UsageError } from '@lvra/core';
import { parse } from 'yaml';
import { PEOPLE, TEST_ALERT } from './alert-receivers.js';

/** Whether one integration took the test alert or refused it; neither: nothing was sent to it in time. */
export interface Delivery {
  readonly way: string;
  readonly taken: boolean;
  readonly refused: boolean;
}

export interface AlertTest {
  /** Seconds since Prometheus last sent its always firing alert; undefined if Alertmanager has none. */
  readonly heartbeatSeconds: number | undefined;
  readonly deliveries: readonly Delivery[];
}

const PATIENCE_MS = 20_000;

/**
 * Sends one alert through Alertmanager to all receivers, and waits until each took or refused it, or time is up.
 *
 * Alertmanager counts what it sends by way (email, slack, webhook) and not by alert or receiver: a real one, or the
 * heartbeat, that is sent in the meantime is counted too. So one refusal is enough to report that it was not taken.
 *
 * @param address of Alertmanager, without a path
 * @throws UsageError if Alertmanager does not answer, or has another configuration
 */
export async function testAlert(address: string): Promise<AlertTest> {
  const heartbeatSeconds = await heartbeatAge(address);
  const ways = await waysToPeople(address);
  const before = await sent(address);
  await post(address);
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const now = await sent(address);
    const deliveries = ways.map((way): Delivery => {
      const [all, refused] = [rise(before.all, now.all, way), rise(before.refused, now.refused, way)];
      return { way, taken: all > 0 && refused === 0, refused: refused > 0 };
    });
    const isOver = deliveries.every(({ taken, refused }) => taken || refused) || performance.now() > deadline;
    if (isOver) return { heartbeatSeconds, deliveries };
    await sleep(250);
  }
}

async function heartbeatAge(address: string): Promise<number | undefined> {
  const alerts = await askJson(address, '/api/v2/alerts?filter=alertname%3D%22Watchdog%22');
  if (!Array.isArray(alerts)) throw noAlertmanager(address);
  const ages = (alerts as { updatedAt: string }[]).map(({ updatedAt }) => Date.now() - Date.parse(updatedAt));
  return ages.length === 0 ? undefined : Math.min(...ages) / 1_000;
}

async function waysToPeople(address: string): Promise<string[]> {
  const status = (await askJson(address, '/api/v2/status')) as { config?: { original?: string } } | null;
  if (typeof status?.config?.original !== 'string') throw noAlertmanager(address);
  const { receivers } = parse(status.config.original) as { receivers?: Record<string, unknown>[] };
  const people = receivers?.find(({ name }) => name === PEOPLE);
  if (people === undefined) {
    throw new UsageError(
      `Alertmanager at ${address} has no receiver "${PEOPLE}": its configuration is not the one that \`lvra prepare\` writes`,
    );
  }
  return Object.keys(people).flatMap((key) => /^(\w+)_configs$/.exec(key)?.[1] ?? []);
}

async function post(address: string): Promise<void> {
  const now = Date.now();
  const alert = {
    // A unique label, so that a second test is not taken for the first one, which was sent already.
    labels: { alertname: TEST_ALERT, severity: 'page', test: new Date(now).toISOString() },
    annotations: {
      summary: 'A test of the alerts',
      description: 'Somebody tries whether alerts arrive. Nothing is to be done.',
    },
    startsAt: new Date(now).toISOString(),
    endsAt: new Date(now + 60_000).toISOString(),
  };
  await ask(address, '/api/v2/alerts', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([alert]),
  });
}

/** Attempts to send, and those that were refused, by way. */
interface Sent {
  readonly all: ReadonlyMap<string, number>;
  readonly refused: ReadonlyMap<string, number>;
}

const rise = (before: Sent['all'], now: Sent['all'], way: string) => (now.get(way) ?? 0) - (before.get(way) ?? 0);

/** Every attempt to send, also one that is made again. */
const SENT = 'alertmanager_notification_requests_total';

async function sent(address: string): Promise<Sent> {
  const page = await ask(address, '/metrics');
  if (!page.includes(SENT)) {
    throw new UsageError(`Alertmanager at ${address} does not count what it sends (${SENT}): use 0.23 or newer`);
  }
  const byWay = (metric: string) => {
    const sums = new Map<string, number>();
    for (const [, way = '', value] of page.matchAll(
      new RegExp(`^${metric}\\{.*?integration="(\\w+)".*?\\} (\\S+)$`, 'gm'),
    )) {
      sums.set(way, (sums.get(way) ?? 0) + Number(value));
    }
    return sums;
  };
  return {
    all: byWay(SENT),
    refused: byWay('alertmanager_notification_requests_failed_total'),
  };
}

async function askJson(address: string, path: string): Promise<unknown> {
  const text = await ask(address, path);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw noAlertmanager(address);
    throw error;
  }
}

function noAlertmanager(address: string): UsageError {
  return new UsageError(`what answers at ${address} is no Alertmanager: write its address, without a path`);
}

async function ask(address: string, path: string, init?: RequestInit): Promise<string> {
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(new URL(path, address), { ...init, signal: AbortSignal.timeout(5_000) });
    text = await answer.text();
  } catch (error) {
    const why = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
    throw new UsageError(`Alertmanager does not answer at ${address} (${why}): is it up, and is this its address?`);
  }
  if (!answer.ok) {
    throw new UsageError(`Alertmanager at ${address} answers ${answer.status} to ${path}: ${text.slice(0, 200)}`);
  }
  return text;
}
