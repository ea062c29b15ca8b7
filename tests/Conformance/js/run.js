// Runs the suites against sidecars started for them: `node run.js [part of a suite's file name]`. The last line is `N passed, N failed, N skipped`,
// where a test marked `todo` counts as skipped whatever it does. RESULTS=file gets the same numbers in the form of a .NET test run's counters.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { run as runTests } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { environment, startPlatform } from './support/platform.js';

const only = process.argv[2] ?? '';
const suites = path.join(path.dirname(fileURLToPath(import.meta.url)), 'suites');
const files = (await fs.readdir(suites)).filter((file) => file.endsWith('.test.js') && file.includes(only)).sort().map((file) => path.join(suites, file));
const mark = randomBytes(4).toString('hex');
const platform = await startPlatform(mark);
Object.assign(process.env, environment(mark, platform.apps));

const counts = { passed: 0, failed: 0, skipped: 0 };
const leaf = (event) => event.details?.type !== 'suite' && event.nesting > 0;
const stream = runTests({ files, concurrency: 2, timeout: 180_000 });
stream.on('test:pass', (event) => {
  if (leaf(event)) counts[event.todo !== undefined || event.skip !== undefined ? 'skipped' : 'passed']++;
});
stream.on('test:fail', (event) => {
  // A file that does not load, or a hook that fails, is a failure too, though it is no test.
  if (event.todo !== undefined) counts.skipped++;
  else if (leaf(event) || event.details?.error?.failureType !== 'subtestsFailed') counts.failed++;
});
const report = stream.compose(new spec());
report.pipe(process.stdout);
await new Promise((resolve) => report.once('end', resolve));

const code = await platform.stop();
if (code !== 0) {
  console.log(`Sidecar.Host ended with exit code ${code}; its output is in .run/conformance-js.log`);
  counts.failed++;
}
if (process.env.RESULTS) {
  const total = counts.passed + counts.failed + counts.skipped;
  await fs.writeFile(process.env.RESULTS, `<Counters total="${total}" executed="${total - counts.skipped}" passed="${counts.passed}" />\n`);
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0);
