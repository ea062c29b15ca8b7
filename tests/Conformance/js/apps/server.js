// The app of suites/server.test.js: a server of the official SDK over HTTP or gRPC (its id, the argument, says which). It keeps what it receives and gives it out by invocation.
import { CommunicationProtocolEnum, DaprPubSubStatusEnum, DaprServer, HttpMethod } from '@dapr/dapr';
import { own, quiet } from '../support/run-context.js';

const grpc = process.argv[2] === 'grpc-app';
const protocol = grpc ? 'grpc' : 'http';
const server = new DaprServer({
  serverHost: '127.0.0.1',
  serverPort: process.env.APP_PORT,
  communicationProtocol: grpc ? CommunicationProtocolEnum.GRPC : CommunicationProtocolEnum.HTTP,
  logger: quiet,
  clientOptions: { daprHost: '127.0.0.1', daprPort: grpc ? process.env.DAPR_GRPC_PORT : process.env.DAPR_HTTP_PORT, logger: quiet },
});

const received = [];
const keep = (where, answer) => async (data) => {
  received.push({ where, data });
  return answer?.(received.filter((entry) => entry.where === where && entry.data?.id === data?.id).length);
};
const topic = (name) => own(`${protocol}-${name}`);

await server.pubsub.subscribe('pubsub', topic('plain'), keep('plain'));
await server.pubsub.subscribe('memory-pubsub', topic('plain'), keep('memory'));
await server.pubsub.subscribe('pubsub', topic('raw'), keep('raw'), undefined, { rawPayload: true });
await server.pubsub.subscribe('pubsub', topic('retried'), keep('retried', (time) => (time < 3 ? DaprPubSubStatusEnum.RETRY : DaprPubSubStatusEnum.SUCCESS)));
await server.pubsub.subscribe('pubsub', topic('dropped'), keep('dropped', () => DaprPubSubStatusEnum.DROP));
await server.pubsub.subscribeWithOptions('pubsub', topic('doomed'), { deadLetterTopic: topic('dead'), callback: keep('doomed', () => DaprPubSubStatusEnum.DROP) });
await server.pubsub.subscribe('pubsub', topic('dead'), keep('dead'));
await server.pubsub.subscribeBulk('pubsub', topic('bulk'), keep('bulk'), { maxMessagesCount: 10, maxAwaitDurationMs: 100 });

const rules = [
  { match: 'event.type == "order.cancelled"', path: 'cancelled' },
  { match: 'event.data.amount > 100', path: 'large' },
];
await server.pubsub.subscribeWithOptions('pubsub', topic('routed'), { route: { default: 'other', rules } });
for (const route of ['cancelled', 'large', 'other']) server.pubsub.subscribeToRoute('pubsub', topic('routed'), route, keep(`routed/${route}`));

await server.binding.receive('tick', keep('tick'));

await server.invoker.listen('received', async () => ({ received }), { method: HttpMethod.GET });
for (const method of [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE]) {
  await server.invoker.listen('echo', async ({ body, query }) => ({ method, body: body ? JSON.parse(body) : null, query }), { method });
}
await server.start();
process.once('SIGTERM', () => process.exit(0));
