/** The protocol between CloudFormation and a Lambda function behind a custom resource. What the function does is elsewhere. */

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
export interface CustomResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  /** Absent on create. */
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
}

/** What CloudFormation may know afterwards. It lands in logs and in the console: never a secret. */
export interface CustomResourceResult {
  /** Stays the same over updates; a new one makes CloudFormation delete what the old one stands for. */
  readonly physicalId: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** @param signal ends the work when it took too long, which CloudFormation then reports */
export type CustomResourceWork = (event: CustomResourceEvent, signal: AbortSignal) => Promise<CustomResourceResult>;

export interface CustomResource {
  /** A Delete goes by the properties, may come twice, and finds as much as there is. */
  readonly work: CustomResourceWork;
  /** Whether a Create leaves something that the stack does not remove itself. */
  readonly leavesTraces?: boolean;
  /**
   * What `physicalId` will be, by the properties alone: CloudFormation gets it also from a Create that failed, and asks for its deletion.
   *
   * @throws Error when the properties do not say it; then nothing can have been made
   */
  idOf(event: CustomResourceEvent): string;
}

/** What Lambda tells its function. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

interface Patience {
  /** Before the second attempt to answer; doubles with each further one. */
  readonly answerMs: number;
  /** Between the attempts to delete what a Create makes that is still running. */
  readonly deletionMs: number;
  pause(ms: number): Promise<void>;
}

/** Answered where the properties of a failed Create do not say what it would have made. */
const NEVER_CREATED = 'hybridge:never-created';

const ATTEMPTS = 4;
const DELETIONS = 4;
export const PATIENCE: Patience = {
  answerMs: 500, deletionMs: 15_000, pause: (ms) => new Promise((resume) => setTimeout(resume, ms)),
};

/** Left for the answer when the work does not end. */
const ANSWER_MS = 10_000;

/** CloudFormation refuses answers of more than 4096 bytes, and would then wait for another one. */
const MOST_REASON = 1000;

/**
 * Runs the work and reports its result to CloudFormation, before Lambda ends the function. Fails only when CloudFormation cannot be
 * reached, so that Lambda tries again.
 */
export async function answerCustomResource(
  event: CustomResourceEvent, resource: CustomResource, context?: LambdaContext, patience = PATIENCE,
): Promise<void> {
  console.log(JSON.stringify({ request: event.RequestType, resource: event.LogicalResourceId, stack: event.StackId }));
  await respond(event, await outcome(event, resource, context, patience), patience);
}

async function outcome(
  event: CustomResourceEvent, resource: CustomResource, context: LambdaContext | undefined, patience: Patience,
): Promise<Record<string, unknown>> {
  const id = idOf(event, resource);
  if (event.RequestType === 'Delete' && id === undefined) return { Status: 'SUCCESS', PhysicalResourceId: event.PhysicalResourceId };
  try {
    const { physicalId, attributes = {} } = await inTime(context, (signal) => event.RequestType === 'Delete'
      ? deleted(event, resource, id, patience, signal)
      : resource.work(event, signal));
    return { Status: 'SUCCESS', PhysicalResourceId: physicalId, Data: attributes };
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    console.error(JSON.stringify({ failed: event.LogicalResourceId, reason }));
    if (event.RequestType === 'Update' && id !== undefined && id !== event.PhysicalResourceId) await removeReplacement(event, resource, id);
    return { Status: 'FAILED', Reason: reason.slice(0, MOST_REASON), PhysicalResourceId: event.PhysicalResourceId ?? id ?? NEVER_CREATED };
  }
}

function idOf(event: CustomResourceEvent, resource: CustomResource): string | undefined {
  try {
    return resource.idOf(event);
  } catch {
    return undefined;
  }
}

/**
 * When another resource fails, CloudFormation cancels a Create and asks for its deletion while it is still running, with an id that it
 * made up (aws-cloudformation/cloudformation-coverage-roadmap, issues 1730 and 1814). One deletion could come before what it should find.
 */
async function deleted(
  event: CustomResourceEvent, resource: CustomResource, id: string | undefined, { deletionMs, pause }: Patience, signal: AbortSignal,
): Promise<CustomResourceResult> {
  const isCancelled = resource.leavesTraces && event.PhysicalResourceId !== id && event.PhysicalResourceId !== NEVER_CREATED;
  for (let left = isCancelled ? DELETIONS : 1; ; left--) {
    const { physicalId } = await resource.work(event, signal);
    // CloudFormation wants the id back that it gave.
    if (left === 1) return { physicalId: event.PhysicalResourceId ?? physicalId };
    await pause(deletionMs);
  }
}

/** An Update to another id that fails is rolled back to the old id: CloudFormation never asks for the deletion of what it has made. */
async function removeReplacement(event: CustomResourceEvent, resource: CustomResource, id: string): Promise<void> {
  await resource.work({ ...event, RequestType: 'Delete', PhysicalResourceId: id }, AbortSignal.timeout(ANSWER_MS / 2))
    .catch((error: unknown) => console.error(JSON.stringify({ left: id, reason: String(error) })));
}

/** @throws Error when the work does not end in the time that Lambda gives */
async function inTime<T>(context: LambdaContext | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const ms = Math.max(0, (context?.getRemainingTimeInMillis() ?? Infinity) - ANSWER_MS);
  if (ms === Infinity) return work(stop.signal);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`not ready after ${Math.round(ms / 1000)} s`);
      stop.abort(error);
      reject(error);
    }, ms);
  });
  try {
    return await Promise.race([work(stop.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * All results, or the first failure, but not before the last call has ended: Lambda freezes a function that has answered, and what is under
 * way would happen at its next call.
 */
export async function settled<T>(calls: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(calls);
  return Promise.all(calls);
}

/** The client of an AWS service, whose calls end with the signal. */
export function until<Client extends { send(...words: any[]): unknown }>(signal: AbortSignal, client: Client): Client {
  const send = client.send.bind(client);
  return Object.create(client, { send: { value: (command: unknown) => send(command, { abortSignal: signal }) } }) as Client;
}

async function respond(event: CustomResourceEvent, answer: Record<string, unknown>, { answerMs, pause }: Patience): Promise<void> {
  const body = JSON.stringify({
    ...answer, StackId: event.StackId, RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
  });
  for (let attempt = 1; ; attempt++) {
    try {
      // The presigned URL was signed without a content type: sending one makes S3 refuse it.
      const response = await fetch(event.ResponseURL, {
        method: 'PUT', body, headers: { 'content-type': '' }, signal: AbortSignal.timeout(ANSWER_MS),
      });
      if (response.ok) return;
      throw new Error(`CloudFormation's response bucket answered ${response.status}`);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await pause(answerMs * 2 ** (attempt - 1));
    }
  }
}

/**
 * A property that the template must have set.
 *
 * @throws Error that names the property
 */
export function textProperty(event: CustomResourceEvent, name: string): string {
  const value = event.ResourceProperties[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(`property ${name} of ${event.LogicalResourceId}: expected text, got ${JSON.stringify(value) ?? 'nothing'}`);
}
