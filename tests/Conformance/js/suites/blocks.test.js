// Locks, output bindings, configuration and cryptography with the clients of the official SDK; it has the last two over gRPC only.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { redis } from '../support/redis.js';
import { clientOf, own } from '../support/run-context.js';

for (const protocol of ['http', 'grpc']) {
  describe(`blocks over ${protocol}`, () => {
    const client = clientOf('caller', protocol);
    after(() => client.stop());

    describe('lock', () => {
      it('is held by one owner until that one unlocks', async () => {
        const resource = randomUUID();
        assert.deepEqual(await client.lock.lock('lock', resource, 'Ada', 30), { success: true });
        assert.deepEqual(await client.lock.lock('lock', resource, 'Bob', 30), { success: false });
        assert.equal((await client.lock.unlock('lock', resource, 'Bob')).status, 2);
        assert.equal((await client.lock.unlock('lock', resource, 'Ada')).status, 0);
        assert.equal((await client.lock.unlock('lock', resource, 'Ada')).status, 1);
        assert.deepEqual(await client.lock.lock('lock', resource, 'Bob', 30), { success: true });
      });
    });

    describe('output bindings', () => {
      it('write and read a file', async () => {
        const fileName = `${randomUUID()}.txt`;
        await client.binding.send('files', 'create', 'Grüße', { fileName });
        const answer = await client.binding.send('files', 'get', '', { fileName });
        assert.equal(protocol === 'grpc' ? Buffer.from(answer.data).toString() : answer, 'Grüße');
      });
      it('fail for an operation they do not have', async () => {
        await assert.rejects(client.binding.send('files', 'explode', '', {}), /explode|operation/);
      });
    });
  });
}

describe('configuration over grpc', () => {
  const client = clientOf('caller', 'grpc');
  after(() => client.stop());
  // The store keeps value and version in one text.
  const set = (key, value, version) => redis('SET', key, `${value}||${version}`);

  it('is given with its version', async () => {
    const [key, other] = [own('get'), own('get-other')];
    await set(key, 'Grüße', 'v1');
    await set(other, 'plain', 'v7');
    const { items } = await client.configuration.get('configuration', [key, other, own('no-such-key')]);
    assert.deepEqual(Object.keys(items).sort(), [key, other].sort());
    assert.deepEqual([items[key].value, items[key].version], ['Grüße', 'v1']);
  });
  it('of an unknown store is an error that names it', async () => {
    await assert.rejects(client.configuration.get('no-such-store', ['key']), /no-such-store/);
  });
  it('tells changes until the subscription stops', async () => {
    const [key, other] = [own('watched'), own('unwatched')];
    const changes = [];
    const subscription = await client.configuration.subscribeWithKeys('configuration', [key], async ({ items }) => {
      if (Object.keys(items).length) changes.push(items);
    });
    // The subscription begins at some time after the call.
    await eventually(async () => {
      await set(key, 'first', 'v1');
      return changes.length > 0;
    }, { what: 'a change' });
    await set(other, 'not asked for', 'v1');
    await set(key, 'second', 'v2');
    await eventually(() => changes.some((items) => items[key]?.value === 'second' && items[key]?.version === 'v2'), { what: 'the second change' });
    assert.ok(changes.every((items) => Object.keys(items).every((name) => name === key)));
    await subscription.stop();
    const { length } = changes;
    await set(key, 'third', 'v3');
    await pause(500);
    assert.equal(changes.length, length);
  });
});

describe('cryptography over grpc', () => {
  const client = clientOf('caller', 'grpc');
  after(() => client.stop());
  const how = (key, algorithm) => ({ componentName: 'vault', keyName: key, keyWrapAlgorithm: algorithm });

  for (const [key, algorithm] of [['symmetric.json', 'A256KW'], ['private.pem', 'RSA']]) {
    it(`a document of 300 kB with ${algorithm}`, async () => {
      const plain = randomBytes(300_000);
      const document = await client.crypto.encrypt(plain, how(key, algorithm));
      assert.match(document.subarray(0, 20).toString(), /^dapr\.io\/enc\/v1\n/);
      assert.ok(plain.equals(await client.crypto.decrypt(document, { componentName: 'vault' })));
    });
  }
  it('a stream in pieces', async () => {
    const stream = await client.crypto.encrypt(how('symmetric.json', 'AES'));
    const collected = (async () => Buffer.concat(await stream.toArray()))();
    for (let piece = 0; piece < 10; piece++) stream.write(Buffer.alloc(20_000, piece));
    stream.end();
    const plain = await client.crypto.decrypt(await collected, { componentName: 'vault' });
    assert.deepEqual([plain.length, plain[0], plain[199_999]], [200_000, 0, 9]);
  });
  it('of a changed document is an error', async () => {
    const document = await client.crypto.encrypt(Buffer.from('secret'), how('symmetric.json', 'AES'));
    document[document.length - 1] ^= 1;
    await assert.rejects(client.crypto.decrypt(document, { componentName: 'vault' }), /failed to decrypt/);
  });
  it('with an unknown component is an error that names it', async () => {
    await assert.rejects(client.crypto.encrypt(Buffer.from('x'), { ...how('symmetric.json', 'AES'), componentName: 'no-such-vault' }), /no-such-vault/);
  });
});
