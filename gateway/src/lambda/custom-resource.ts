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

export type CustomResourceWork = (event: CustomResourceEvent) => Promise<CustomResourceResult>;

/** CloudFormation deletes what it failed to create; there is nothing behind this id. */
const NEVER_CREATED = 'hybridge:never-created';

const ATTEMPTS = 4;

/** CloudFormation refuses answers of more than 4096 bytes, and would then wait an hour for another one. */
const MOST_REASON = 1000;

/**
 * Runs the work and reports its result to CloudFormation. Fails only when CloudFormation cannot be reached, so that Lambda tries again.
 *
 * @param pauseMs before the second attempt to answer; doubles with each further one
 */
export async function answerCustomResource(event: CustomResourceEvent, work: CustomResourceWork, pauseMs = 500): Promise<void> {
  console.log(JSON.stringify({ request: event.RequestType, resource: event.LogicalResourceId, stack: event.StackId }));
  await respond(event, await outcome(event, work), pauseMs);
}

async function outcome(event: CustomResourceEvent, work: CustomResourceWork): Promise<Record<string, unknown>> {
  if (event.RequestType === 'Delete' && event.PhysicalResourceId === NEVER_CREATED) {
    return { Status: 'SUCCESS', PhysicalResourceId: NEVER_CREATED };
  }
  try {
    const { physicalId, attributes = {} } = await work(event);
    return { Status: 'SUCCESS', PhysicalResourceId: physicalId, Data: attributes };
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    console.error(JSON.stringify({ failed: event.LogicalResourceId, reason }));
    return { Status: 'FAILED', Reason: reason.slice(0, MOST_REASON), PhysicalResourceId: event.PhysicalResourceId ?? NEVER_CREATED };
  }
}

async function respond(event: CustomResourceEvent, answer: Record<string, unknown>, pauseMs: number): Promise<void> {
  const body = JSON.stringify({
    ...answer, StackId: event.StackId, RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
  });
  for (let attempt = 1; ; attempt++) {
    try {
      // The presigned URL was signed without a content type: sending one makes S3 refuse it.
      const response = await fetch(event.ResponseURL, { method: 'PUT', body, headers: { 'content-type': '' } });
      if (response.ok) return;
      throw new Error(`CloudFormation's response bucket answered ${response.status}`);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await new Promise((resume) => setTimeout(resume, pauseMs * 2 ** (attempt - 1)));
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
