// Ports for one run. They lie below the range from which the system takes the local ports of outgoing connections, and outside those of the .NET tests.
import net from 'node:net';

const first = 19_000;
const count = 900;
const taken = new Set();

const isFree = (port) =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

export async function freePort() {
  for (;;) {
    const port = first + Math.floor(Math.random() * count);
    if (!taken.has(port) && (await isFree(port))) {
      taken.add(port);
      return port;
    }
  }
}
