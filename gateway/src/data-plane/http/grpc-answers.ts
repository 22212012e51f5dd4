/** Answers of the gateway to clients that speak gRPC: the status of HTTP stays, and fields say what gRPC calls it. No body, no trailers. */
import type { IncomingRequest } from '../../http-engine/messages.ts';
import type { OwnAnswer } from './answer.ts';

/** What gRPC calls a status of HTTP, as Kong has it. */
interface GrpcStatus {
  readonly status: number;
  readonly message: string;
}

const STATUSES: Readonly<Record<number, GrpcStatus>> = {
  400: { status: 3, message: 'InvalidArgument' },
  401: { status: 16, message: 'Unauthenticated' },
  403: { status: 7, message: 'PermissionDenied' },
  404: { status: 5, message: 'NotFound' },
  405: { status: 3, message: 'InvalidArgument' },
  408: { status: 3, message: 'InvalidArgument' },
  413: { status: 3, message: 'InvalidArgument' },
  418: { status: 3, message: 'InvalidArgument' },
  429: { status: 8, message: 'ResourceExhausted' },
  500: { status: 13, message: 'Internal' },
  501: { status: 12, message: 'Unimplemented' },
  502: { status: 13, message: 'Internal' },
  503: { status: 14, message: 'Unavailable' },
  504: { status: 4, message: 'DeadlineExceeded' },
};

const UNKNOWN: GrpcStatus = { status: 2, message: 'Unknown' };
const NOTHING = Buffer.alloc(0);
const CONTENT_TYPE = 'content-type';
const PERCENT = 0x25;

/** Whether the client speaks gRPC, which needs HTTP/2. */
export function speaksGrpc({ version, headers }: IncomingRequest): boolean {
  return version === '2.0' && isGrpcType(headers.first(CONTENT_TYPE));
}

export function isGrpcType(type: string | undefined): boolean {
  return type !== undefined && /^application\/grpc/i.test(type);
}

/** The same answer for a client that speaks gRPC. One with a content type of its own stays as it is. */
export function grpcAnswer(answer: OwnAnswer): OwnAnswer {
  const { document, lines = [] } = answer;
  const hasType = lines.some((name, at) => at % 2 === 0 && name.toLowerCase() === CONTENT_TYPE);
  if (answer.isProxied === true || (hasType && document === undefined)) return answer;
  const { status, message } = STATUSES[answer.status] ?? UNKNOWN;
  const own = ownMessage(answer);
  const kept = document === undefined ? lines : withoutType(lines);
  const type = own === undefined ? ['Content-Type', 'application/grpc'] : [];
  const fields = ['grpc-status', String(status), 'grpc-message', escapedMessage(own ?? message)];
  return { ...answer, body: NOTHING, lines: [...kept, ...type, ...fields] };
}

/** Messages of plugins' documents, and of upstreams that failed, are shown; those of decisions have the name of their status. */
function ownMessage({ document, attempted, message, body }: OwnAnswer): string | undefined {
  if (document !== undefined) return typeof document.message === 'string' ? document.message : '';
  if (attempted === true) return message;
  return body !== undefined && body.length > 0 ? body.toString('utf8') : undefined;
}

function withoutType(lines: readonly string[]): string[] {
  return lines.filter((_, at) => lines[at - (at % 2)]!.toLowerCase() !== CONTENT_TYPE);
}

/** Percent-encoded where it is no printable ASCII. */
function escapedMessage(message: string): string {
  const shown = (byte: number): string => byte >= 0x20 && byte <= 0x7e && byte !== PERCENT
    ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return [...Buffer.from(message, 'utf8')].map(shown).join('');
}
