/** An answer that a plugin makes, on its way to the client. */
import type { PluginAnswer } from '../../plugin-kit/exchange.ts';
import type { OwnAnswer } from './answer.ts';
import { headerValue } from './header-text.ts';
import { pageType, statusPage } from './status-page.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/** The gateway frames its answers itself. */
const FRAMING: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'trailer']);

export function pluginAnswer({ status, headers = {}, body, isProxied = false }: PluginAnswer): OwnAnswer {
  const lines = Object.entries(headers)
    .filter(([name]) => !FRAMING.has(name.toLowerCase()))
    .flatMap(([name, values]) => [values].flat().flatMap((value) => [name, headerValue(value)]));
  const isTyped = lines.some((name, at) => at % 2 === 0 && name.toLowerCase() === 'content-type');
  const page = body === undefined ? statusPage(status) : undefined;
  if (page !== undefined) lines.push('Content-Type', pageType(status));
  else if (isDocument(body) && !isTyped) lines.push('Content-Type', JSON_TYPE);
  const document = isDocument(body) ? body as Readonly<Record<string, unknown>> : undefined;
  return { status, message: '', body: page ?? bytesOf(body), document, lines, source: 'plugin', isProxied };
}

function isDocument(body: PluginAnswer['body']): body is object {
  return typeof body === 'object' && !Buffer.isBuffer(body);
}

function bytesOf(body: PluginAnswer['body']): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
