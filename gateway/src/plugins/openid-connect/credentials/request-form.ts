/** Fields in the body of a request: of a form, or of a JSON object. */
import type { Exchange } from '../../../plugin-kit/exchange.ts';
import { requestState } from '../../../plugin-kit/request-state.ts';

/** A longer body carries no credentials. Bytes. */
const MAX_BODY_BYTES = 65_536;

const FORM = 'application/x-www-form-urlencoded';

export interface RequestForm {
  field(name: string): string | undefined;
  /** Takes a field out of what the upstream gets. */
  remove(name: string): void;
}

const forms = requestState<Promise<RequestForm>>();

const EMPTY: RequestForm = { field: () => undefined, remove: () => undefined };

/** Read once for each request, and not at all when the request has no such body. */
export function formOf(exchange: Exchange): Promise<RequestForm> {
  const known = forms.of(exchange);
  if (known !== undefined) return known;
  const form = readForm(exchange);
  forms.set(exchange, form);
  return form;
}

async function readForm(exchange: Exchange): Promise<RequestForm> {
  const { request } = exchange;
  const type = (request.header('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();
  if (!request.hasBody || (request.bodyLength ?? 0) > MAX_BODY_BYTES || (type !== FORM && type !== 'application/json')) return EMPTY;
  const body = await request.body(MAX_BODY_BYTES);
  if (body === undefined) return EMPTY;
  return type === FORM ? urlEncoded(exchange, body.toString('utf8')) : json(exchange, body.toString('utf8'));
}

function urlEncoded(exchange: Exchange, text: string): RequestForm {
  const fields = new URLSearchParams(text);
  return {
    field: (name) => fields.get(name) ?? undefined,
    remove: (name) => {
      fields.delete(name);
      exchange.upstream.setBody(Buffer.from(fields.toString()));
    },
  };
}

function json(exchange: Exchange, text: string): RequestForm {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return EMPTY;
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return EMPTY;
  const fields = new Map<string, unknown>(Object.entries(document));
  return {
    field: (name) => {
      const value = fields.get(name);
      return typeof value === 'string' ? value : undefined;
    },
    remove: (name) => {
      fields.delete(name);
      exchange.upstream.setBody(Buffer.from(JSON.stringify(Object.fromEntries(fields))));
    },
  };
}
