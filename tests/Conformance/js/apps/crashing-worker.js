// A worker that dies in the middle of an activity, once per key; the host starts it again and the workflow goes on.
import fs from 'node:fs';
import path from 'node:path';
import { WorkflowRuntime } from '@dapr/dapr';
import { quiet } from '../support/run-context.js';

async function* survives(context, key) {
  const before = yield context.callActivity('step', { key, name: 'before' });
  const crash = yield context.callActivity('crash', key);
  const after = yield context.callActivity('step', { key, name: 'after' });
  return { before, crash, after };
}

const file = (key, name) => path.join(process.env.CONFORMANCE_FOLDER, `${key}-${name}`);

/** How often this step ran, over all lives of the process. */
function step(_, { key, name }) {
  fs.appendFileSync(file(key, name), 'x');
  return fs.readFileSync(file(key, name), 'utf8').length;
}

function crash(_, key) {
  const run = step(undefined, { key, name: 'crash' });
  if (run === 1) process.kill(process.pid, 'SIGKILL');
  return run;
}

const runtime = new WorkflowRuntime({ daprHost: '127.0.0.1', daprPort: process.env.DAPR_GRPC_PORT, logger: quiet });
runtime.registerWorkflow(survives).registerActivity(step).registerActivity(crash);
await runtime.start();
process.once('SIGTERM', () => process.exit(0));
