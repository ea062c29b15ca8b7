// The app of suites/workflow.test.js: a workflow runtime of the official SDK with the workflows and activities below.
import { WorkflowRuntime } from '@dapr/dapr';
import * as workflows from './workflows.js';
import * as activities from './activities.js';
import { quiet } from '../support/run-context.js';

const runtime = new WorkflowRuntime({ daprHost: '127.0.0.1', daprPort: process.env.DAPR_GRPC_PORT, logger: quiet });
for (const workflow of Object.values(workflows)) runtime.registerWorkflow(workflow);
for (const activity of Object.values(activities)) runtime.registerActivity(activity);
await runtime.start();
process.once('SIGTERM', () => process.exit(0));
