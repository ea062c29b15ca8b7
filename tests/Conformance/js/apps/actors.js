// The app of suites/actors.test.js: actors of the official SDK. Actors are hosted over HTTP only; how they call their sidecar is the argument.
import express from 'express';
import { AbstractActor, CommunicationProtocolEnum, DaprServer, HttpMethod, Temporal } from '@dapr/dapr';
import { quiet } from '../support/run-context.js';

const grpc = process.argv[2] === 'actors-grpc';
const seen = [];
let running = 0;

// Over gRPC this SDK sends state as it is, so only texts; over HTTP any JSON value.
const stored = (value) => (grpc ? JSON.stringify(value) : value);
const seconds = (number) => Temporal.Duration.from({ seconds: number });

class Cart extends AbstractActor {
  note(what, data) {
    seen.push({ id: this.getActorId().getId(), what, data });
  }

  async onActivate() {
    this.note('activated');
  }

  async onDeactivate() {
    this.note('deactivated');
  }

  async add(item, count) {
    const items = await this.items();
    items[item] = (items[item] ?? 0) + count;
    await this.getStateManager().setState('items', stored(items));
    return items;
  }

  async items() {
    const [found, items] = await this.getStateManager().tryGetState('items');
    return found ? (typeof items === 'string' ? JSON.parse(items) : items) : {};
  }

  async clear() {
    await this.getStateManager().removeState('items');
  }

  async fail() {
    throw new Error('the cart is closed');
  }

  async takesTurns() {
    running++;
    const atOnce = running;
    await new Promise((resolve) => setTimeout(resolve, 20));
    running--;
    return atOnce;
  }

  async startTimer(name, data) {
    await super.registerActorTimer(name, 'ticked', seconds(0), seconds(1), undefined, data);
  }

  async stopTimer(name) {
    await super.unregisterActorTimer(name);
  }

  async ticked(data) {
    this.note('timer', data);
  }

  async remind(name, data) {
    await super.registerActorReminder(name, seconds(0), seconds(1), undefined, data);
  }

  async forget(name) {
    await super.unregisterActorReminder(name);
  }

  async receiveReminder(data) {
    this.note('reminder', data);
  }
}

// The SDK names an actor's type by its class.
class CartOverHttp extends Cart {}
class CartOverGrpc extends Cart {}

// A call over gRPC has no content type, and the SDK's server reads no body without one.
const http = express();
http.use((request, _, next) => {
  request.headers['content-type'] ??= 'application/json';
  next();
});

const server = new DaprServer({
  serverHttp: http,
  serverHost: '127.0.0.1',
  serverPort: process.env.APP_PORT,
  communicationProtocol: CommunicationProtocolEnum.HTTP,
  logger: quiet,
  clientOptions: {
    daprHost: '127.0.0.1',
    daprPort: grpc ? process.env.DAPR_GRPC_PORT : process.env.DAPR_HTTP_PORT,
    communicationProtocol: grpc ? CommunicationProtocolEnum.GRPC : CommunicationProtocolEnum.HTTP,
    logger: quiet,
    actor: { actorIdleTimeout: '2s' },
  },
});
await server.actor.init();
await server.actor.registerActor(grpc ? CartOverGrpc : CartOverHttp);
await server.invoker.listen('seen', async ({ query }) => ({ seen: seen.filter((entry) => entry.id === new URL(query, 'http://app').searchParams.get('id')) }), { method: HttpMethod.GET });
await server.start();
process.once('SIGTERM', () => process.exit(0));
