// The client of the official SDK over both of its protocols, against the sidecar of an app without a process.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { HttpMethod, StateConcurrencyEnum } from '@dapr/dapr';
import { apps, clientOf, own } from '../support/run-context.js';

for (const protocol of ['http', 'grpc']) {
  describe(`client over ${protocol}`, () => {
    const client = clientOf('caller', protocol);
    after(() => client.stop());
    // Over gRPC this SDK sends the values of a transaction as they are, so only texts; over HTTP any JSON value.
    const transactionValue = (value) => (protocol === 'grpc' ? JSON.stringify(value) : value);
    // A failed write is an answer with `error` over HTTP and a rejection over gRPC.
    const refused = async (write) => {
      const answer = await write().catch((error) => ({ error }));
      assert.ok(answer?.error, 'the write was accepted');
      return answer.error;
    };

    for (const store of ['state', 'redis-state', 'memory']) {
      describe(`state in ${store}`, () => {
        it('saves and gets JSON values', async () => {
          const key = randomUUID();
          const value = { text: 'Grüße, 世界 😀', number: 1.5, list: [true, null, 'x'] };
          await client.state.save(store, [{ key, value }]);
          assert.deepEqual(await client.state.get(store, key), value);
        });
        it('has an empty answer for a key that does not exist', async () => {
          assert.equal(await client.state.get(store, randomUUID()), '');
        });
        it('deletes', async () => {
          const key = randomUUID();
          await client.state.save(store, [{ key, value: 'v' }]);
          await client.state.delete(store, key);
          assert.equal(await client.state.get(store, key), '');
        });
        it('gets several keys at once with their etags', async () => {
          const keys = [randomUUID(), randomUUID()];
          await client.state.save(store, keys.map((key, index) => ({ key, value: { index } })));
          const items = await client.state.getBulk(store, [...keys, randomUUID()]);
          assert.deepEqual(keys.map((key) => items.find((item) => item.key === key).data), [{ index: 0 }, { index: 1 }]);
          assert.ok(items.filter((item) => keys.includes(item.key)).every((item) => item.etag));
          assert.equal(items.length, 3);
        });
        it('refuses a write with an old etag, and keeps the value', async () => {
          const key = randomUUID();
          const etag = async () => (await client.state.getBulk(store, [key]))[0].etag;
          const options = { concurrency: StateConcurrencyEnum.CONCURRENCY_FIRST_WRITE };
          await client.state.save(store, [{ key, value: 'one' }]);
          const old = await etag();
          await client.state.save(store, [{ key, value: 'two', etag: old, options }]);
          assert.match(String(await refused(() => client.state.save(store, [{ key, value: 'three', etag: old, options }]))), /etag/i);
          await refused(() => client.state.delete(store, key, { etag: old, ...options }));
          assert.equal(await client.state.get(store, key), 'two');
          await client.state.delete(store, key, { etag: await etag(), ...options });
          assert.equal(await client.state.get(store, key), '');
        });
        it('writes a transaction as a whole', async () => {
          const [gone, made, other] = [randomUUID(), randomUUID(), randomUUID()];
          await client.state.save(store, [{ key: gone, value: 'old' }]);
          await client.state.transaction(store, [
            { operation: 'upsert', request: { key: made, value: transactionValue({ a: 1 }) } },
            { operation: 'delete', request: { key: gone } },
            { operation: 'upsert', request: { key: other, value: transactionValue('text') } },
          ]);
          assert.deepEqual(await client.state.get(store, made), { a: 1 });
          assert.equal(await client.state.get(store, gone), '');
          assert.equal(await client.state.get(store, other), 'text');
        });
        it('writes nothing of a transaction that fails', async () => {
          const [made, guarded] = [randomUUID(), randomUUID()];
          await client.state.save(store, [{ key: guarded, value: 'kept' }]);
          const request = { key: guarded, value: 'lost', etag: '4294967295', options: { concurrency: StateConcurrencyEnum.CONCURRENCY_FIRST_WRITE } };
          await assert.rejects(client.state.transaction(store, [
            { operation: 'upsert', request: { key: made, value: 'lost' } },
            { operation: 'upsert', request },
          ]));
          assert.equal(await client.state.get(store, made), '');
          assert.equal(await client.state.get(store, guarded), 'kept');
        });
        it('forgets a value when its time is over', async () => {
          const key = randomUUID();
          await client.state.save(store, [{ key, value: 'short', metadata: { ttlInSeconds: '1' } }]);
          assert.equal(await client.state.get(store, key), 'short');
          await pause(1_300);
          assert.equal(await client.state.get(store, key), '');
        });
      });
    }

    describe('state', () => {
      it('of an unknown store is an error that names it', async () => {
        await assert.rejects(client.state.get('no-such-store', 'key'), /no-such-store/);
      });
    });

    describe('invoke', () => {
      for (const target of ['http-app', 'grpc-app']) {
        for (const method of [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE]) {
          it(`${method} of ${target}`, async () => {
            const data = method === HttpMethod.GET && protocol === 'http' ? undefined : { name: 'Ada', list: [1, 2] };
            const answer = await client.invoker.invoke(apps[target].id, 'echo', method, data);
            assert.equal(answer.method, method);
            if (data && method !== HttpMethod.GET) assert.deepEqual(answer.body, data);
          });
        }
      }
      it('of an unknown app is an error', async () => {
        await assert.rejects(client.invoker.invoke('no-such-app', 'echo', HttpMethod.GET), /no-such-app/);
      });
      it('of an unknown method of an HTTP app is its 404', async () => {
        await assert.rejects(client.invoker.invoke(apps['http-app'].id, 'no-such-method', HttpMethod.GET), /404|not.?found/i);
      });
      it('passes a body of one megabyte', async () => {
        const data = { text: 'x'.repeat(1_000_000) };
        assert.deepEqual((await client.invoker.invoke(apps['http-app'].id, 'echo', HttpMethod.POST, data)).body, data);
      });
    });

    describe('publish', () => {
      it('is accepted', async () => {
        assert.deepEqual(await client.pubsub.publish('pubsub', own('nobody-listens'), { id: 1 }), {});
      });
      it('to an unknown component is an error that names it', async () => {
        assert.match(JSON.stringify(await client.pubsub.publish('no-such-pubsub', 'topic', { id: 1 }).catch((error) => ({ error: String(error.error ?? error) })), (_, value) => (value instanceof Error ? value.message : value)), /no-such-pubsub/);
      });
      it('in bulk is accepted', async () => {
        assert.deepEqual(await client.pubsub.publishBulk('pubsub', own('nobody-listens'), ['text', { id: 1 }, { entryID: 'mine', event: { id: 2 } }]), { failedMessages: [] });
      });
      it('in bulk to an unknown component fails every message', async () => {
        const { failedMessages } = await client.pubsub.publishBulk('no-such-pubsub', 'topic', ['one', 'two']);
        assert.equal(failedMessages.length, 2);
      });
    });

    describe('secrets', () => {
      it('are given by name', async () => {
        assert.deepEqual(await client.secret.get('secrets', 'SECRET_ONE'), { SECRET_ONE: 'first secret' });
      });
      it('are given in bulk', async () => {
        const all = await client.secret.getBulk('secrets');
        const value = (name) => all[name]?.[name] ?? all[name]?.secrets?.[name];
        assert.equal(value('SECRET_ONE'), 'first secret');
        assert.equal(value('SECRET_TWO'), 'second secret');
      });
      it('of an unknown store are an error that names it', async () => {
        await assert.rejects(client.secret.get('no-such-store', 'SECRET_ONE'), /no-such-store/);
      });
    });

    describe('metadata', () => {
      it('names the app and its components', async () => {
        const metadata = await client.metadata.get();
        assert.equal(metadata.id, apps.caller.id);
        const state = metadata.components.find((component) => component.name === 'state');
        assert.equal(state.type, 'state.postgresql');
        assert.ok(state.capabilities.includes('TRANSACTIONAL') && state.capabilities.includes('ETAG'));
      });
      it('takes own entries', async () => {
        const key = `key-${protocol}`;
        assert.equal(await client.metadata.set(key, 'a value'), true);
        const { extended } = await client.metadata.get();
        assert.equal(extended[key], 'a value');
      });
    });

    it('health', async () => {
      assert.equal(await client.health.isHealthy(), true);
    });
  });
}
