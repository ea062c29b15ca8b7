// Workflows as a user of the official SDK writes them: async generators that yield tasks.
export async function* chain(context, number) {
  let value = number;
  for (let step = 0; step < 5; step++) value = yield context.callActivity('double', value);
  return value;
}

export async function* fanOut(context, count) {
  const results = yield context.whenAll(Array.from({ length: count }, (_, index) => context.callActivity('double', index)));
  return results.reduce((sum, value) => sum + value, 0);
}

export async function* echoes(context, input) {
  return yield context.callActivity('echo', input);
}

export async function* identity(context) {
  return [yield context.callActivity('whoAmI'), yield context.callActivity('whoAmI')];
}

export async function plain(_, input) {
  return { got: input };
}

/** A retry with pauses that survive a restart, which is how this SDK retries an activity. */
export async function* retries(context, { key, failures, attempts }) {
  for (let attempt = 1; ; attempt++) {
    try {
      return yield context.callActivity('flaky', { key, failures });
    } catch (error) {
      if (attempt === attempts) throw error;
      yield context.createTimer(0.1 * attempt);
    }
  }
}

export async function* callsUnknownActivity(context) {
  return yield context.callActivity('nobodyRegisteredThis');
}

export async function* sleeps(context, seconds) {
  const before = context.getCurrentUtcDateTime().getTime();
  yield context.createTimer(seconds);
  return context.getCurrentUtcDateTime().getTime() - before;
}

export async function* parallelTimers(context, count) {
  yield context.whenAll(Array.from({ length: count }, () => context.createTimer(0.5)));
  return count;
}

export async function* waitsFor(context, { name, count = 1 }) {
  const events = [];
  for (let index = 0; index < count; index++) events.push(yield context.waitForExternalEvent(name));
  return events;
}

export async function* eventOrTimeout(context, seconds) {
  const event = context.waitForExternalEvent('approval');
  const timeout = context.createTimer(seconds);
  const winner = yield context.whenAny([event, timeout]);
  return winner === event ? { approvedBy: event.getResult() } : 'timed out';
}

export async function* parent(context, numbers) {
  const children = numbers.map((number, index) => context.callChildWorkflow('chain', number, `${context.getWorkflowInstanceId()}-child-${index}`));
  return yield context.whenAll(children);
}

export async function failingChild() {
  throw new RangeError('the child gives up');
}

export async function* parentOfFailing(context) {
  try {
    yield context.callChildWorkflow('failingChild');
    return 'no error';
  } catch (error) {
    return `caught: ${error.message}`;
  }
}

export async function* parentOfWaiting(context) {
  return yield context.callChildWorkflow('waitsFor', { name: 'never' }, `${context.getWorkflowInstanceId()}-child`);
}

export async function* countsTo(context, { at, end }) {
  yield context.callActivity('echo', at);
  if (at < end) context.continueAsNew({ at: at + 1, end }, false);
  else return at;
}

/** Takes one event per generation; events that come early are carried over. */
export async function* collects(context, { seen, wanted }) {
  const all = [...seen, yield context.waitForExternalEvent('item')];
  if (all.length === wanted) return all;
  context.continueAsNew({ seen: all, wanted }, true);
}

export async function* reports(context) {
  context.setCustomStatus('waiting for approval');
  yield context.waitForExternalEvent('approval');
  context.setCustomStatus('approved');
  return 'done';
}

/** Counts its own turns that are no replay. */
export async function* replays(context) {
  const flags = [context.isReplaying()];
  yield context.callActivity('echo', 1);
  flags.push(context.isReplaying());
  return flags;
}

export async function* compensates(context, { key }) {
  const undo = [];
  try {
    undo.unshift(yield context.callActivity('echo', 'release stock'));
    undo.unshift(yield context.callActivity('echo', 'refund'));
    yield context.callActivity('flaky', { key, failures: 1_000 });
  } catch {
    const undone = [];
    for (const step of undo) undone.push(yield context.callActivity('echo', step));
    return undone;
  }
}
