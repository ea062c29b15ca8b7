// Actors of the official SDK (apps/actors.js): hosted over HTTP, called and calling their sidecar over both protocols.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ActorId, ActorProxyBuilder, HttpMethod } from '@dapr/dapr';
import { eventually } from '../support/eventually.js';
import { apps, clientOf } from '../support/run-context.js';

class CartOverHttp {}
class CartOverGrpc {}

for (const protocol of ['http', 'grpc']) {
  describe(`actors over ${protocol}`, () => {
    const client = clientOf('caller', protocol);
    after(() => client.stop());
    const builder = new ActorProxyBuilder(protocol === 'grpc' ? CartOverGrpc : CartOverHttp, client);
    const cart = (id = randomUUID()) => ({ id, actor: builder.build(new ActorId(id)) });
    const query = clientOf('caller', 'http');
    const seen = async (id, what) =>
      (await query.invoker.invoke(apps[`actors-${protocol}`].id, `seen?id=${id}`, HttpMethod.GET)).seen.filter((entry) => entry.what === what).map((entry) => entry.data);
    // Over gRPC the data of timers and reminders are bytes, which reach the actor as Base64.
    const data = (text) => (protocol === 'grpc' ? Buffer.from(text).toString('base64') : text);

    describe('methods', () => {
      it('get arguments and give a result', async () => {
        const { actor } = cart();
        assert.deepEqual(await actor.add('apple', 2), { apple: 2 });
      });
      it('of one actor run one after the other', async () => {
        const { actor } = cart();
        assert.deepEqual(await Promise.all(Array.from({ length: 5 }, () => actor.takesTurns())), [1, 1, 1, 1, 1]);
      });
      it('that throw are an error', async () => {
        await assert.rejects(cart().actor.fail());
      });
      it('that do not exist are an error', async () => {
        await assert.rejects(cart().actor.noSuchMethod());
      });
    });

    describe('state', () => {
      it('is kept between calls, for each actor its own', async () => {
        const [one, other] = [cart().actor, cart().actor];
        await one.add('apple', 2);
        await one.add('pear', 1);
        await other.add('apple', 7);
        assert.deepEqual(await one.add('apple', 1), { apple: 3, pear: 1 });
        assert.deepEqual(await other.items(), { apple: 7 });
      });
      it('outlives an idle actor', async () => {
        const { id, actor } = cart();
        await actor.add('apple', 2);
        await eventually(async () => (await seen(id, 'deactivated')).length === 1, { what: 'the deactivation' });
        assert.deepEqual(await actor.items(), { apple: 2 });
        assert.equal((await seen(id, 'activated')).length, 2);
      });
      it('can be removed', async () => {
        const { actor } = cart();
        await actor.add('apple', 2);
        await actor.clear();
        assert.deepEqual(await actor.items(), {});
      });
    });

    for (const { kind, start, stop } of [
      { kind: 'timer', start: 'startTimer', stop: 'stopTimer' },
      { kind: 'reminder', start: 'remind', stop: 'forget' },
    ]) {
      describe(`${kind}s`, () => {
        it('come again with their data until they are removed', async () => {
          const { id, actor } = cart();
          await actor[start]('wake', 'get up');
          await eventually(async () => (await seen(id, kind)).length >= 2, { what: `two calls of the ${kind}` });
          await actor[stop]('wake');
          const calls = await seen(id, kind);
          assert.ok(calls.every((received) => received === data('get up')), JSON.stringify(calls));
          await pause(1_500);
          assert.equal((await seen(id, kind)).length, calls.length);
        });
      });
    }
  });
}

describe('metadata', () => {
  it('count the actors of a host', async () => {
    const client = clientOf('actors-http', 'http');
    const { actors } = await client.metadata.get();
    assert.deepEqual(actors.map(({ type }) => type).filter((type) => type.startsWith('Cart')), ['CartOverHttp']);
  });
});
