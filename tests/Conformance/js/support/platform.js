// Starts the sidecars and apps of the suite as a user would: a run file in a folder of its own and `Sidecar.Host run -f`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';
import { freePort } from './ports.js';
import { keys, resources } from './resources.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../../../..');
const host = process.env.SIDECAR_HOST ?? path.join(root, 'artifacts/bin/Sidecar.Host/release/Sidecar.Host.dll');

/** The apps: `caller` is a sidecar without an app, used by the clients of the tests. */
const definitions = [
  { id: 'caller' },
  { id: 'http-app', script: 'server.js', protocol: 'http' },
  { id: 'grpc-app', script: 'server.js', protocol: 'grpc' },
  { id: 'actors-http', script: 'actors.js', protocol: 'http' },
  { id: 'actors-grpc', script: 'actors.js', protocol: 'http' },
  { id: 'worker', script: 'worker.js' },
  { id: 'crashing-worker', script: 'crashing-worker.js' },
];

/** Starts everything; `run` marks the app ids, so that runs which share a database or broker share nothing in it. */
export async function startPlatform(run) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'conformance-js-'));
  const apps = {};
  for (const { id, protocol } of definitions) {
    apps[id] = { id: `${id}-${run}`, httpPort: await freePort(), grpcPort: await freePort(), appPort: protocol ? await freePort() : undefined };
  }
  await writeFiles(folder, apps);
  const output = [];
  const child = spawn('dotnet', [host, 'run', '-f', path.join(folder, 'dapr.yaml'), '--run-dir', path.join(folder, 'run')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment(run, apps), SECRET_ONE: 'first secret', SECRET_TWO: 'second secret', CONFORMANCE_FOLDER: folder },
  });
  const exit = once(child, 'exit');
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data));
  const log = () => Buffer.concat(output).toString();

  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const [code] = await exit;
    await fs.writeFile(path.join(root, '.run', 'conformance-js.log'), log()).catch(() => {});
    await fs.rm(folder, { recursive: true, force: true });
    return code;
  };

  try {
    const ended = exit.then(([code]) => Promise.reject(new Error(`Sidecar.Host ended with exit code ${code}`)));
    await Promise.race([ended, eventually(() => ready(apps), { timeout: 60_000, what: 'a ready platform' })]);
    ended.catch(() => {}); // later the end is what stop() asks for
  } catch (error) {
    await stop();
    throw new Error(`${error.message}\n${log()}`);
  }
  return { apps, folder, log, stop };
}

/** What suites and apps read in run-context.js. */
export const environment = (run, apps) => ({ CONFORMANCE_RUN: run, CONFORMANCE_APPS: JSON.stringify(apps) });

async function ready(apps) {
  const answers = await Promise.all(Object.values(apps).map((app) => fetch(`http://127.0.0.1:${app.httpPort}/v1.0/healthz`)));
  return answers.every((answer) => answer.status === 204);
}

async function writeFiles(folder, apps) {
  await fs.mkdir(path.join(folder, 'resources'));
  await fs.mkdir(path.join(folder, 'keys'));
  for (const [name, text] of Object.entries(keys())) await fs.writeFile(path.join(folder, 'keys', name), text, { mode: 0o600 });
  for (const [name, text] of Object.entries(resources(folder))) await fs.writeFile(path.join(folder, 'resources', name), text, { mode: 0o600 });
  const lines = ['version: 1', 'name: conformance-js', 'common:', '  resourcesPaths: [./resources]', '  apiListenAddresses: 127.0.0.1', 'apps:'];
  for (const { id, script, protocol } of definitions) {
    const app = apps[id];
    lines.push(`  - appID: ${app.id}`, '    appDirPath: .', `    daprHTTPPort: ${app.httpPort}`, `    daprGRPCPort: ${app.grpcPort}`);
    if (protocol) lines.push(`    appPort: ${app.appPort}`, `    appProtocol: ${protocol}`);
    if (script) lines.push(`    command: ["${process.execPath}", "${path.join(here, '../apps', script)}", "${id}"]`);
  }
  await fs.writeFile(path.join(folder, 'dapr.yaml'), lines.join('\n') + '\n');
}
