/**
 * An HTTP server that speaks as much of Secrets Manager, Cognito, EKS and CloudFormation's response bucket as the tests of this folder
 * need.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CustomResourceEvent } from './custom-resource.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

type Operation = (input: Record<string, string>) => Answer;

export interface FakeAws {
  readonly url: string;
  /** Reports to CloudFormation, newest last. */
  readonly told: Record<string, unknown>[];
  /** Secret id → text. */
  readonly secrets: Map<string, string>;
  /** Names of the operations called, oldest first. */
  readonly calls: string[];
  /** How many answers to CloudFormation fail from now on. */
  refuseAnswers: number;
  /** Settings for an SDK client that reach this server. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly maxAttempts: number;
  };
  event(type: CustomResourceEvent['RequestType'], properties: Record<string, unknown>, physicalId?: string): CustomResourceEvent;
  close(): Promise<void>;
}

export async function startFakeAws(operations: Record<string, Operation> = {}): Promise<FakeAws> {
  const secrets = new Map<string, string>();
  const told: Record<string, unknown>[] = [];
  const calls: string[] = [];
  const handlers: Record<string, Operation> = { ...secretOperations(secrets), ...operations };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fake: FakeAws = {
    url, told, secrets, calls, refuseAnswers: 0,
    client: { endpoint: url, region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 },
    event: (RequestType, ResourceProperties, PhysicalResourceId) => ({
      RequestType, ResourceProperties, ...PhysicalResourceId && { PhysicalResourceId },
      ResponseURL: `${url}/answer`, StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Resource',
    }),
    close: () => closed(server),
  };

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const body = await textOf(request);
    if (request.url === '/answer') answerCloudFormation(request, response, body);
    else if (request.headers['x-amz-target']) answerClient(String(request.headers['x-amz-target']).split('.').pop()!, body, response);
    else answerClient(restOperation(request), JSON.stringify({ ...JSON.parse(body || '{}') as object, path: request.url }), response);
  }

  function answerClient(operation: string, input: string, response: ServerResponse) {
    calls.push(operation);
    const { status, body } = handlers[operation]!(JSON.parse(input) as Record<string, string>);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  }

  function answerCloudFormation(request: IncomingMessage, response: ServerResponse, body: string) {
    // What a presigned URL is signed with: an empty content type.
    const signed = request.method === 'PUT' && !request.headers['content-type'];
    const status = fake.refuseAnswers > 0 ? 503 : signed ? 200 : 403;
    fake.refuseAnswers = Math.max(0, fake.refuseAnswers - 1);
    if (status === 200) told.push(JSON.parse(body) as Record<string, unknown>);
    response.writeHead(status).end();
  }
  return fake;
}

/** Services with REST paths, such as EKS, are called by method and first part of the path: `POST /cluster-registrations`. */
function restOperation({ method, url = '' }: IncomingMessage): string {
  return `${method} /${url.split('/')[1]}`;
}

function secretOperations(secrets: Map<string, string>): Record<string, Operation> {
  return {
    GetSecretValue: ({ SecretId = '' }) => secrets.has(SecretId)
      ? { status: 200, body: { ARN: SecretId, SecretString: secrets.get(SecretId) } }
      : { status: 400, body: { __type: 'ResourceNotFoundException', message: 'no such value' } },
    PutSecretValue: ({ SecretId = '', SecretString = '' }) => {
      secrets.set(SecretId, SecretString);
      return { status: 200, body: { ARN: SecretId } };
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resume) => server.close(() => resume()));
}
