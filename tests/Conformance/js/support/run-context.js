// What run.js tells the suites and the apps: addresses of the sidecars, a mark that no other run has.
import { CommunicationProtocolEnum, DaprClient, LogLevel } from '@dapr/dapr';

export const apps = JSON.parse(process.env.CONFORMANCE_APPS ?? '{}');
export const run = process.env.CONFORMANCE_RUN;
export const quiet = { level: LogLevel.Error };

/** A topic, key or id of this run only. */
export const own = (name) => `${name}-${run}`;

/** A client of one app's sidecar; `protocol` is 'http' or 'grpc'. */
export function clientOf(app, protocol) {
  const { httpPort, grpcPort } = apps[app];
  return new DaprClient({
    daprHost: '127.0.0.1',
    daprPort: String(protocol === 'grpc' ? grpcPort : httpPort),
    communicationProtocol: protocol === 'grpc' ? CommunicationProtocolEnum.GRPC : CommunicationProtocolEnum.HTTP,
    logger: quiet,
  });
}
