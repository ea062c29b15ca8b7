import { setTimeout as pause } from 'node:timers/promises';

/** Asks again until `probe` gives something truthy, and returns that; fails with what it saw last after `timeout` milliseconds. */
export async function eventually(probe, { timeout = 10_000, what = 'the condition' } = {}) {
  const end = Date.now() + timeout;
  let last;
  for (;;) {
    try {
      last = await probe();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`${what} did not come true within ${timeout} ms; last seen: ${last?.stack ?? JSON.stringify(last)}`);
    await pause(25);
  }
}
