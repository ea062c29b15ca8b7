// One command to the run's Redis, for what no API of the sidecar writes: configuration items.
import net from 'node:net';

export function redis(...command) {
  const url = new URL(process.env.PLATFORM_TEST_REDIS);
  const encode = (words) => `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: url.hostname, port: Number(url.port) });
    let answer = '';
    socket.on('error', reject);
    socket.on('data', (data) => {
      answer += data;
      const lines = answer.split('\r\n');
      if (lines.length < 3) return;
      socket.end();
      const refused = lines.find((line) => line.startsWith('-'));
      if (refused) reject(new Error(`Redis: ${refused.slice(1)}`));
      else resolve();
    });
    socket.write(encode(['AUTH', decodeURIComponent(url.password)]) + encode(command));
  });
}
