import { setTimeout as pause } from 'node:timers/promises';

const attempts = new Map();

export const double = (_, number) => number * 2;
export const echo = (_, value) => value;
export const whoAmI = (context) => ({ instanceId: context.getWorkflowInstanceId(), activityId: context.getWorkflowActivityId() });

/** Fails as often as told, per key, then gives the number of the attempt. */
export async function flaky(_, { key, failures }) {
  const attempt = (attempts.get(key) ?? 0) + 1;
  attempts.set(key, attempt);
  if (attempt <= failures) throw new TypeError(`attempt ${attempt} fails`);
  return attempt;
}

/** How often an activity under this key ran. */
export const countOf = (_, key) => attempts.get(key) ?? 0;

export async function slow(_, milliseconds) {
  await pause(milliseconds);
  return milliseconds;
}
