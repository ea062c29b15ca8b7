// Workflow runtime and client of the official SDK over gRPC, history in PostgreSQL. The workflows are in apps/workflows.js.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DaprWorkflowClient, WorkflowRuntime, WorkflowRuntimeStatus as Status } from '@dapr/dapr';
import { eventually } from '../support/eventually.js';
import { apps, clientOf, quiet } from '../support/run-context.js';

const clients = [];
function workflowClient(app) {
  const client = new DaprWorkflowClient({ daprHost: '127.0.0.1', daprPort: String(apps[app].grpcPort), logger: quiet });
  clients.push(client);
  return client;
}

const client = workflowClient('worker');
const output = (state) => JSON.parse(state.serializedOutput);
const statusOf = async (id) => (await client.getWorkflowState(id, true))?.runtimeStatus;
const becomes = (id, status) => eventually(async () => (await statusOf(id)) === status, { what: `status ${Status[status]} of ${id}` });

async function completed(id, status = Status.COMPLETED) {
  const state = await client.waitForWorkflowCompletion(id, true, 30);
  assert.equal(Status[state.runtimeStatus], Status[status], state.workflowFailureDetails?.getErrorMessage());
  return state;
}

async function run(workflow, input, status = Status.COMPLETED) {
  return await completed(await client.scheduleNewWorkflow(workflow, input), status);
}

describe('workflow', () => {
  after(async () => {
    for (const one of clients) await one.stop();
  });

  describe('activities', () => {
    it('run one after the other, each with the result of the one before', async () => {
      assert.equal(output(await run('chain', 3)), 96);
    });
    it('run in parallel', async () => {
      assert.equal(output(await run('fanOut', 20)), 380);
    });
    it('more in parallel than the runtime takes at once', async () => {
      assert.equal(output(await run('fanOut', 400)), 159_600);
    });
    it('know their instance and have an id of their own', async () => {
      const state = await run('identity');
      const [first, second] = output(state);
      assert.equal(first.instanceId, state.instanceId);
      assert.notEqual(first.activityId, second.activityId);
    });
    it('pass every JSON value unchanged', async () => {
      const value = { text: 'Grüße, 世界 😀 "quoted"\n', empty: '', list: [1, 2.5, -3e10, true, null], nested: { deep: { deeper: {} } } };
      assert.deepEqual(output(await run('echoes', value)), value);
    });
    it('pass a value of one megabyte', async () => {
      const value = 'x'.repeat(1_000_000);
      assert.equal(output(await run('echoes', value)), value);
    });
    it('that is registered nowhere fails the workflow and is named', async () => {
      const state = await run('callsUnknownActivity', undefined, Status.FAILED);
      assert.match(state.workflowFailureDetails.getErrorMessage(), /nobodyRegisteredThis/);
    });
    it('compensated in the reverse order when a later one fails', async () => {
      assert.deepEqual(output(await run('compensates', { key: randomUUID() })), ['refund', 'release stock']);
    });
  });

  describe('retries', () => {
    it('with durable pauses until an activity succeeds', async () => {
      assert.equal(output(await run('retries', { key: randomUUID(), failures: 2, attempts: 5 })), 3);
    });
    it('end with the last failure', async () => {
      const state = await run('retries', { key: randomUUID(), failures: 10, attempts: 3 }, Status.FAILED);
      assert.match(state.workflowFailureDetails.getErrorMessage(), /attempt 3 fails/);
      assert.ok(state.workflowFailureDetails.getErrorType());
    });
  });

  describe('timers', () => {
    it('fire when due, and move the clock of the workflow', async () => {
      const started = Date.now();
      const elapsed = output(await run('sleeps', 1));
      assert.ok(elapsed >= 1_000 && elapsed < 3_000, `the workflow slept ${elapsed} ms`);
      assert.ok(Date.now() - started >= 1_000);
    });
    it('many at once', async () => {
      assert.equal(output(await run('parallelTimers', 50)), 50);
    });
  });

  describe('events', () => {
    it('wake the workflow that waits', async () => {
      const id = await client.scheduleNewWorkflow('waitsFor', { name: 'approval' });
      await client.waitForWorkflowStart(id);
      await client.raiseEvent(id, 'approval', { by: 'Ada' });
      assert.deepEqual(output(await completed(id)), [{ by: 'Ada' }]);
    });
    it('raised before the wait are kept, in their order', async () => {
      const id = await client.scheduleNewWorkflow('waitsFor', { name: 'number', count: 3 }, undefined, new Date(Date.now() + 1_000));
      for (const number of [1, 2, 3]) await client.raiseEvent(id, 'number', number);
      assert.deepEqual(output(await completed(id)), [1, 2, 3]);
    });
    it('match by name whatever the case of its letters', async () => {
      const id = await client.scheduleNewWorkflow('waitsFor', { name: 'Approval' });
      await client.raiseEvent(id, 'aPPROVAL', 'yes');
      assert.deepEqual(output(await completed(id)), ['yes']);
    });
    it('without a value', async () => {
      const id = await client.scheduleNewWorkflow('waitsFor', { name: 'go' });
      await client.raiseEvent(id, 'go');
      assert.deepEqual(output(await completed(id)), [null]);
    });
    it('win against a timer', async () => {
      const id = await client.scheduleNewWorkflow('eventOrTimeout', 30);
      await client.raiseEvent(id, 'approval', 'Ada');
      assert.deepEqual(output(await completed(id)), { approvedBy: 'Ada' });
    });
    it('lose against a timer', async () => {
      assert.equal(output(await run('eventOrTimeout', 0.2)), 'timed out');
    });
    it('for an instance that does not exist are refused', async () => {
      await assert.rejects(client.raiseEvent(randomUUID(), 'approval', 1));
    });
  });

  describe('children', () => {
    it('give their results to the parent, under the ids it chose', async () => {
      const state = await run('parent', [1, 2, 3]);
      assert.deepEqual(output(state), [32, 64, 96]);
      assert.equal(output(await client.getWorkflowState(`${state.instanceId}-child-1`, true)), 64);
    });
    it('that fail can be caught', async () => {
      assert.match(output(await run('parentOfFailing')), /caught: .*the child gives up/);
    });
  });

  describe('continue as new', () => {
    it('starts over with another input under the same id', async () => {
      const state = await run('countsTo', { at: 1, end: 20 });
      assert.equal(output(state), 20);
    });
    it('carries events over', async () => {
      const id = await client.scheduleNewWorkflow('collects', { seen: [], wanted: 5 });
      for (const item of [1, 2, 3, 4, 5]) await client.raiseEvent(id, 'item', item);
      assert.deepEqual(output(await completed(id)), [1, 2, 3, 4, 5]);
    });
  });

  describe('suspend and resume', () => {
    it('holds events until the workflow goes on', async () => {
      const id = await client.scheduleNewWorkflow('waitsFor', { name: 'approval' });
      await client.waitForWorkflowStart(id);
      await client.suspendWorkflow(id);
      await becomes(id, Status.SUSPENDED);
      await client.raiseEvent(id, 'approval', 'early');
      await pause(300);
      assert.equal(await statusOf(id), Status.SUSPENDED);
      await client.resumeWorkflow(id);
      assert.deepEqual(output(await completed(id)), ['early']);
    });
    it('holds timers that come due meanwhile', async () => {
      const id = await client.scheduleNewWorkflow('sleeps', 0.3);
      await client.waitForWorkflowStart(id);
      await client.suspendWorkflow(id);
      await pause(600);
      assert.equal(await statusOf(id), Status.SUSPENDED);
      await client.resumeWorkflow(id);
      await completed(id);
    });
  });

  describe('terminate', () => {
    it('ends a waiting workflow with the output given', async () => {
      const id = await client.scheduleNewWorkflow('waitsFor', { name: 'never' });
      await client.waitForWorkflowStart(id);
      await client.terminateWorkflow(id, { reason: 'no longer needed' });
      assert.deepEqual(output(await completed(id, Status.TERMINATED)), { reason: 'no longer needed' });
    });
    it('ends a suspended workflow', async () => {
      const id = await client.scheduleNewWorkflow('waitsFor', { name: 'never' });
      await client.waitForWorkflowStart(id);
      await client.suspendWorkflow(id);
      await becomes(id, Status.SUSPENDED);
      await client.terminateWorkflow(id, 'over');
      assert.equal(output(await completed(id, Status.TERMINATED)), 'over');
    });
    it('of an instance that does not exist is refused', async () => {
      await assert.rejects(client.terminateWorkflow(randomUUID(), null));
    });
  });

  describe('purge', () => {
    it('removes a finished instance and its children', async () => {
      const { instanceId } = await run('parent', [1]);
      assert.equal(await client.purgeWorkflow(instanceId), true);
      assert.equal(await client.getWorkflowState(instanceId, true), undefined);
    });
    it('leaves a running instance alone', async () => {
      const id = await client.scheduleNewWorkflow('waitsFor', { name: 'go' });
      await client.waitForWorkflowStart(id);
      assert.equal(await client.purgeWorkflow(id).catch(() => false), false);
      await client.raiseEvent(id, 'go', 1);
      await completed(id);
    });
    it('lets the id be used again', async () => {
      const id = randomUUID();
      await client.scheduleNewWorkflow('plain', 1, id);
      await completed(id);
      await client.purgeWorkflow(id);
      await client.scheduleNewWorkflow('plain', 2, id);
      assert.deepEqual(output(await completed(id)), { got: 2 });
    });
  });

  describe('instances', () => {
    it('tell name, id, input, output and times', async () => {
      const before = Date.now();
      const state = await run('plain', { number: 7 });
      assert.equal(state.name, 'plain');
      assert.deepEqual(JSON.parse(state.serializedInput), { number: 7 });
      assert.deepEqual(output(state), { got: { number: 7 } });
      assert.ok(state.createdAt.getTime() >= before - 1_000 && state.lastUpdatedAt >= state.createdAt);
      assert.equal(state.workflowFailureDetails, undefined);
    });
    it('leave payloads out when not asked for', async () => {
      const { instanceId } = await run('plain', 1);
      const state = await client.getWorkflowState(instanceId, false);
      assert.equal(state.runtimeStatus, Status.COMPLETED);
      assert.ok(!state.serializedInput && !state.serializedOutput);
    });
    it('unknown ids are undefined', async () => {
      assert.equal(await client.getWorkflowState(randomUUID(), true), undefined);
    });
    it('an id in use is refused', async () => {
      const id = await client.scheduleNewWorkflow('waitsFor', { name: 'go' }, randomUUID());
      await client.waitForWorkflowStart(id);
      await assert.rejects(client.scheduleNewWorkflow('plain', 1, id), /already exists/);
      await client.terminateWorkflow(id, null);
    });
    it('show their custom status', async () => {
      const id = await client.scheduleNewWorkflow('reports');
      await eventually(async () => (await client.getWorkflowState(id, true)).customStatus?.includes('waiting for approval'), { what: 'the custom status' });
      await client.raiseEvent(id, 'approval', true);
      assert.match((await completed(id)).customStatus, /approved/);
    });
    it('start at the time given', async () => {
      const startAt = Date.now() + 1_000;
      const id = await client.scheduleNewWorkflow('plain', 1, undefined, new Date(startAt));
      assert.equal(await statusOf(id), Status.PENDING);
      await completed(id);
      assert.ok(Date.now() >= startAt);
    });
    it('of a workflow that is registered nowhere fail, and it is named', async () => {
      const state = await run('noSuchWorkflow', 1, Status.FAILED);
      assert.match(state.workflowFailureDetails.getErrorMessage(), /noSuchWorkflow/);
    });
    it('that throw fail with the message', async () => {
      const state = await run('failingChild', undefined, Status.FAILED);
      assert.match(state.workflowFailureDetails.getErrorMessage(), /the child gives up/);
    });
    it('know whether they replay', async () => {
      assert.deepEqual(output(await run('replays')), [true, false]);
    });
    it('a hundred at once', async () => {
      const ids = await Promise.all(Array.from({ length: 100 }, (_, index) => client.scheduleNewWorkflow('chain', index + 1)));
      const states = await Promise.all(ids.map((id) => completed(id)));
      assert.deepEqual(states.map(output), Array.from({ length: 100 }, (_, index) => (index + 1) * 32));
    });
  });

  describe('workers', () => {
    it('killed in an activity: it runs again, what was done is not', async () => {
      const crashing = workflowClient('crashing-worker');
      const key = randomUUID();
      const id = await crashing.scheduleNewWorkflow('survives', key);
      const state = await crashing.waitForWorkflowCompletion(id, true, 30);
      assert.deepEqual(output(state), { before: 1, crash: 2, after: 1 });
    });
    it('that come later take what waits for them, and may go again', async () => {
      const late = workflowClient('caller');
      const scheduled = late.scheduleNewWorkflow('greets', 'Ada'); // answered when the first worker is there
      let id;
      for (const name of ['first', 'second']) {
        const runtime = new WorkflowRuntime({ daprHost: '127.0.0.1', daprPort: String(apps.caller.grpcPort), logger: quiet });
        runtime.registerWorkflowWithName('greets', async function* (context, who) {
          const greeting = yield context.callActivity('greet', who);
          const answer = yield context.waitForExternalEvent('answer');
          return `${greeting} ${answer}`;
        });
        runtime.registerActivityWithName('greet', (_, who) => `${name}: Hello ${who}!`);
        await runtime.start();
        id ??= await scheduled;
        if (name === 'first') {
          await eventually(async () => (await late.getWorkflowState(id, true)).runtimeStatus === Status.RUNNING);
          await pause(500);
        } else {
          await late.raiseEvent(id, 'answer', 'Hello back');
          assert.equal(output(await late.waitForWorkflowCompletion(id, true, 30)), 'first: Hello Ada! Hello back');
        }
        await runtime.stop();
      }
    });
  });

  describe('over HTTP', () => {
    const http = clientOf('worker', 'http');
    after(() => http.stop());
    const httpBecomes = (id, status) => eventually(async () => (await http.workflow.getWorkflowState(id)).runtimeStatus === status, { what: `${status} over HTTP` });

    it('starts, waits for an event and completes', async () => {
      const id = await http.workflow.scheduleNewWorkflow('waitsFor', { name: 'approval' });
      await httpBecomes(id, 'RUNNING');
      await http.workflow.raiseEvent(id, 'approval', { by: 'Ada' });
      await httpBecomes(id, 'COMPLETED');
      const state = await http.workflow.getWorkflowState(id);
      assert.equal(state.instanceID, id);
      assert.equal(state.workflowName, 'waitsFor');
      assert.deepEqual(JSON.parse(state.properties['dapr.workflow.output']), [{ by: 'Ada' }]);
    });
    // The workflow client of this SDK never asks for the children of what it terminates; the HTTP API always means them.
    it('terminates children with their parent', async () => {
      const id = await http.workflow.scheduleNewWorkflow('parentOfWaiting');
      await becomes(`${id}-child`, Status.RUNNING);
      await http.workflow.terminate(id);
      await httpBecomes(id, 'TERMINATED');
      await becomes(`${id}-child`, Status.TERMINATED);
    });
    it('pauses, resumes, terminates and purges', async () => {
      const id = await http.workflow.scheduleNewWorkflow('waitsFor', { name: 'never' }, randomUUID());
      await httpBecomes(id, 'RUNNING');
      await http.workflow.pause(id);
      await httpBecomes(id, 'SUSPENDED');
      await http.workflow.resume(id);
      await httpBecomes(id, 'RUNNING');
      await http.workflow.terminate(id);
      await httpBecomes(id, 'TERMINATED');
      await http.workflow.purge(id);
      await assert.rejects(http.workflow.getWorkflowState(id));
    });
  });
});
