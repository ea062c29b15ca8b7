// The server of the official SDK over both of its protocols (apps/server.js): what the sidecar delivers to an app.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { HttpMethod } from '@dapr/dapr';
import { eventually } from '../support/eventually.js';
import { apps, clientOf, own } from '../support/run-context.js';

for (const protocol of ['http', 'grpc']) {
  describe(`server over ${protocol}`, () => {
    const client = clientOf('caller', protocol);
    after(() => client.stop());
    const topic = (name) => own(`${protocol}-${name}`);
    const received = async () => (await client.invoker.invoke(apps[`${protocol}-app`].id, 'received', HttpMethod.GET)).received;
    const receivedWhere = async (id) => (await received()).filter((entry) => entry.data?.id === id).map((entry) => entry.where);
    const delivered = (id, count = 1) =>
      eventually(
        async () => {
          const where = await receivedWhere(id);
          return where.length >= count && where;
        },
        { what: `the delivery of ${id}` },
      );

    describe('subscriptions', () => {
      it('get the data of an event', async () => {
        const data = { id: randomUUID(), text: 'Grüße, 世界 😀', nested: { list: [1, 2.5, null] } };
        await client.pubsub.publish('pubsub', topic('plain'), data);
        await delivered(data.id);
        assert.deepEqual((await received()).filter((entry) => entry.data?.id === data.id), [{ where: 'plain', data }]);
      });
      it('get plain text', async () => {
        const text = `text ${randomUUID()}`;
        await client.pubsub.publish('pubsub', topic('plain'), text, { contentType: 'text/plain' });
        await eventually(async () => (await received()).some((entry) => entry.where === 'plain' && entry.data === text), { what: 'the text' });
      });
      it('get the events of a broker in memory', async () => {
        const id = randomUUID();
        await client.pubsub.publish('memory-pubsub', topic('plain'), { id });
        assert.deepEqual(await delivered(id), ['memory']);
      });
      it('get raw payloads', async () => {
        const id = randomUUID();
        await client.pubsub.publish('pubsub', topic('raw'), { id }, { metadata: { rawPayload: 'true' } });
        await eventually(async () => JSON.stringify(await received()).includes(id), { what: 'the raw payload' });
      });
      it('get what was published in bulk', async () => {
        const ids = Array.from({ length: 20 }, () => randomUUID());
        const { failedMessages } = await client.pubsub.publishBulk('pubsub', topic('plain'), ids.map((id) => ({ id })));
        assert.deepEqual(failedMessages, []);
        for (const id of ids) assert.deepEqual(await delivered(id), ['plain']);
      });
      it('in bulk get every message', async () => {
        const ids = Array.from({ length: 20 }, () => randomUUID());
        await client.pubsub.publishBulk('pubsub', topic('bulk'), ids.map((id) => ({ id })));
        for (const id of ids) assert.deepEqual(await delivered(id), ['bulk']);
      });
      it('get a message again that they asked to retry', async () => {
        const id = randomUUID();
        await client.pubsub.publish('pubsub', topic('retried'), { id });
        assert.deepEqual(await delivered(id, 3), ['retried', 'retried', 'retried']);
      });
      it('do not get a message again that they dropped', async () => {
        const id = randomUUID();
        await client.pubsub.publish('pubsub', topic('dropped'), { id });
        await delivered(id);
        await pause(500);
        assert.deepEqual(await receivedWhere(id), ['dropped']);
      });
      it('with a dead-letter topic find there what failed', async () => {
        const id = randomUUID();
        await client.pubsub.publish('pubsub', topic('doomed'), { id });
        assert.deepEqual(await delivered(id, 2), ['doomed', 'dead']);
      });
    });

    describe('routes', () => {
      const routed = async (data, metadata) => {
        const id = randomUUID();
        await client.pubsub.publish('pubsub', topic('routed'), { id, ...data }, { metadata });
        return await delivered(id);
      };
      it('by an attribute of the event', async () => {
        assert.deepEqual(await routed({ amount: 500 }, { 'cloudevent.type': 'order.cancelled' }), ['routed/cancelled']);
      });
      it('by the data of the event', async () => {
        assert.deepEqual(await routed({ amount: 101 }), ['routed/large']);
      });
      it('else the default', async () => {
        assert.deepEqual(await routed({ amount: 100 }), ['routed/other']);
      });
    });

    describe('input bindings', () => {
      it('get events again and again', async () => {
        const ticks = async () => (await received()).filter((entry) => entry.where === 'tick').length;
        await eventually(async () => (await ticks()) >= 2, { what: 'two events of the cron binding' });
      });
    });

    describe('invocation', () => {
      it('gets the query', async () => {
        const answer = await clientOf('caller', 'http').invoker.invoke(apps[`${protocol}-app`].id, 'echo?name=Ada&x=%20y', HttpMethod.GET);
        assert.match(answer.query, /name=Ada&x=(%20|\+| )y/);
      });
      it('of its own app through its own sidecar', async () => {
        const self = clientOf(`${protocol}-app`, protocol);
        const answer = await self.invoker.invoke(apps[`${protocol}-app`].id, 'echo', HttpMethod.POST, { me: true });
        assert.deepEqual(answer.body, { me: true });
      });
    });
  });
}
