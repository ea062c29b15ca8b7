// What the SDK can do and no test here proves yet. Each turns into a test of its own.
import { describe, it } from 'node:test';

describe('not proven yet', () => {
  for (const protocol of ['http', 'grpc']) it.todo(`input bindings over ${protocol}`);
  it.todo('configuration: get and subscribe over grpc');
  it.todo('actors over http: methods, state, timers, reminders');
});
