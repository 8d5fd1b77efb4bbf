// Exits 0 where the service in this container answers. Whether it can work is for /readyz and the alerts: a restart
// would not bring Lasair back.
const port = process.env.LVRA_HEALTH_PORT ?? 9464;
const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(4_000) });
process.exit(answer.ok ? 0 : 1);
