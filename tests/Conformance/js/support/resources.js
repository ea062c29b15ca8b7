// The resources of the suite's run file. Database and broker are those of `make test`; app ids, and with them keys and consumer groups, are the run's own.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import path from 'node:path';

const component = (name, type, metadata) => `apiVersion: dapr.io/v1alpha1
kind: Component
metadata:
  name: ${name}
spec:
  type: ${type}
  version: v1
  metadata: ${JSON.stringify(Object.entries(metadata).map(([name, value]) => ({ name, value: String(value) })))}
`;

const required = (name) => {
  if (!process.env[name]) throw new Error(`${name} is not set: start this suite with build/js.sh`);
  return new URL(process.env[name]);
};

export function resources(folder) {
  const postgres = required('PLATFORM_TEST_POSTGRES');
  const redis = required('PLATFORM_TEST_REDIS');
  const connection = `host=${postgres.hostname} port=${postgres.port} user=${postgres.username} password=${decodeURIComponent(postgres.password)} dbname=${postgres.pathname.slice(1)}`;
  const redisSettings = { redisHost: `${redis.hostname}:${redis.port}`, redisPassword: decodeURIComponent(redis.password) };
  return {
    'state.yaml': component('state', 'state.postgresql', { connectionString: connection, actorStateStore: 'true' }),
    'redis-state.yaml': component('redis-state', 'state.redis', redisSettings),
    'memory.yaml': component('memory', 'state.in-memory', {}),
    'pubsub.yaml': component('pubsub', 'pubsub.redis', { ...redisSettings, processingTimeout: '1s', redeliverInterval: '500ms' }),
    'memory-pubsub.yaml': component('memory-pubsub', 'pubsub.in-memory', {}),
    'lock.yaml': component('lock', 'lock.redis', redisSettings),
    'configuration.yaml': component('configuration', 'configuration.redis', redisSettings),
    'tick.yaml': component('tick', 'bindings.cron', { schedule: '@every 1s' }),
    'vault.yaml': component('vault', 'crypto.dapr.localstorage', { path: path.join(folder, 'keys') }),
    'files.yaml': component('files', 'bindings.localstorage', { rootPath: path.join(folder, 'files') }),
    'secrets.yaml': component('secrets', 'secretstores.local.env', {}),
  };
}

/** The key files of the component `vault`. */
export const keys = () => ({
  'symmetric.json': JSON.stringify({ kty: 'oct', k: randomBytes(32).toString('base64url') }),
  'private.pem': generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
});
