/** Step `collect`: what telemetry plugins sent to their sinks. */
import { readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import type { Step } from '../../suite.ts';
import type { Received } from '../counterparts/recording-upstream.ts';
import { differences } from '../expectation.ts';
import { entryOf, picked } from '../log-entries.ts';
import { headerLines, shownJson, withPlaceholders } from '../observation.ts';
import { decodeExport } from '../otlp-message.ts';
import type { ObservingStep, ReplayContext } from '../replay-context.ts';
import { untilQuiet } from '../until-quiet.ts';

interface CollectStep {
  readonly collect: 'statsd' | 'log' | 'zipkin' | 'otlp' | 'lines';
  readonly from?: 'http' | 'tcp' | 'udp' | 'file' | 'syslog';
  readonly n?: number;
  readonly quiet?: number;
  /** Longest wait for the first items. Seconds. */
  readonly within?: number;
  readonly via?: 'tcp';
  readonly skip?: string;
  readonly tags?: 'dogstatsd' | 'influxdb' | 'librato' | 'signalfx';
  readonly sorted?: boolean;
  readonly headers?: readonly string[];
  readonly pick?: readonly string[];
  readonly brief?: boolean;
  readonly path?: string;
  readonly only?: string;
  readonly mode?: boolean;
  readonly file?: string;
}

/** Longest wait for the first items, in a case that has differed before and in another one. Seconds. */
const WITHIN = { differing: 0.5, usual: 6 };

export const collectStep: ObservingStep = async (template: Step, context, expected) => {
  const step = template as unknown as CollectStep;
  const seen = await SINKS[step.collect](step, context);
  return differences(expected, seen, context.bindings);
};

type Sink = (step: CollectStep, context: ReplayContext) => Promise<Record<string, unknown>>;

const SINKS: Readonly<Record<CollectStep['collect'], Sink>> = {
  statsd: async (step, context) => {
    const { counterparts: { sinks } } = context;
    const sink = step.via === 'tcp' ? sinks.tcp : sinks.udp;
    await quiet(step, context, () => sink.received.length);
    const shown = (text: string) => text.split('\n')
      .filter((line) => line !== '' && !new RegExp(step.skip ?? 'shdict').test(line))
      .map((line) => withSortedTags(line, step.tags));
    if (step.via === 'tcp') return { tcp: shown(Buffer.concat(sink.received).toString('utf8')) };
    const datagrams = sink.received.map((datagram) => shown(datagram.toString('utf8')).join('\n')).filter((text) => text !== '');
    return { datagrams: step.sorted ? datagrams.sort() : datagrams };
  },
  zipkin: async (step, context) => ({
    posts: (await postsTo('u6', step, context)).map((post) => ({
      ...post.shown,
      spans: (JSON.parse(post.body.toString('utf8')) as Record<string, unknown>[]).map((span) => shownJson(
        step.brief ? brief(span, ['id', 'kind', 'name', 'parentId', 'traceId']) : span, context.ports,
      )),
    })),
  }),
  otlp: async (step, context) => {
    const { path = '/v1/traces' } = step;
    const posts = await postsTo('u7', step, context, (line) => line.split(' ')[1] === path);
    return {
      posts: posts
        .map((post) => ({ ...post.shown, export: shownExport(decodeExport(post.body, path === '/v1/logs'), step) }))
        .filter((post) => post.export !== undefined)
        .map((post) => ({ ...post, export: shownJson(post.export, context.ports) })),
    };
  },
  log: (step, context) => step.from === 'http' ? httpEntries(step, context) : lineEntries(step, context),
  lines: async (step, context) => {
    const file = step.file ?? '';
    const lines = () => newTextOf(file, context).split('\n').filter((line) => new RegExp(step.only ?? '').test(line) && line !== '');
    await quiet(step, context, () => lines().length);
    return { lines: lines().map((line) => withPlaceholders(line, context.ports)) };
  },
};

async function quiet({ n = 1, quiet: settle, within }: CollectStep, { found }: ReplayContext, count: () => number): Promise<void> {
  const wait = found.length > 0 ? WITHIN.differing : within ?? WITHIN.usual;
  if (n === 0) await untilQuiet(count, { wait: settle ?? 0.8, settle: 0.05 });
  else await untilQuiet(count, { wait, settle: settle ?? 0.3, least: n });
}

/** Parts of a line of metrics before and after its tags, by flavour. */
const TAGS = {
  dogstatsd: /^(.*\|#)([^|]*)(.*)$/,
  influxdb: /^([^,:]*,)([^:]*)(:.*)$/,
  librato: /^([^#:]*#)([^:]*)(:.*)$/,
  signalfx: /^([^[:]*\[)([^\]]*)(\].*)$/,
} as const;

function withSortedTags(line: string, flavour: CollectStep['tags']): string {
  return flavour === undefined
    ? line
    : line.replace(TAGS[flavour], (_, before: string, tags: string, after: string) => before + tags.split(',').sort().join(',') + after);
}

interface Post {
  readonly body: Buffer;
  readonly shown: { readonly line: string; readonly headers: readonly string[] };
}

async function postsTo(slot: string, step: CollectStep, context: ReplayContext, isWanted = (_line: string) => true): Promise<Post[]> {
  const { counterparts: { received }, ports } = context;
  const posts = () => received.filter((request) => request.slot === slot && isWanted(request.startLine));
  await quiet(step, context, () => posts().length);
  return posts().map((request) => ({
    body: bodyOf(request),
    shown: {
      line: withPlaceholders(request.startLine, ports),
      headers: headerLines(request.headers, step.headers ?? ['content-type'], ports),
    },
  }));
}

function bodyOf({ headers, body }: Received): Buffer {
  const bytes = Buffer.from(body, 'latin1');
  const isPacked = headers.some(([name, value]) => name.toLowerCase() === 'content-encoding' && value === 'gzip');
  return isPacked ? gunzipSync(bytes) : bytes;
}

function brief(value: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => value[name] !== undefined).map((name) => [name, value[name]]));
}

interface Resource {
  readonly scope_spans?: readonly { spans?: readonly Record<string, unknown>[] }[];
  readonly scope_logs?: readonly { log_records?: readonly { readonly body?: { readonly string?: string } }[] }[];
}

interface Export {
  readonly resource_spans?: readonly Resource[];
  readonly resource_logs?: readonly Resource[];
}

/** @returns nothing when it has no record that counts */
function shownExport(message: unknown, { brief: isBrief, only }: CollectStep): unknown {
  const { resource_spans: spans = [], resource_logs: logs = [] } = message as Export;
  for (const scope of spans.flatMap(({ scope_spans: scopes = [] }) => scopes)) {
    scope.spans = (scope.spans ?? [])
      .filter(({ name }) => name !== 'kong.database.query')
      .map((span) => isBrief ? brief(span, ['kind', 'name', 'span_id', 'parent_span_id', 'trace_id']) : span);
  }
  if (only === undefined) return message;
  let count = 0;
  for (const scope of logs.flatMap(({ scope_logs: scopes = [] }) => scopes)) {
    scope.log_records = (scope.log_records ?? []).filter(({ body }) => new RegExp(only).test(body?.string ?? ''));
    count += scope.log_records.length;
  }
  return count === 0 ? undefined : message;
}

async function httpEntries(step: CollectStep, context: ReplayContext): Promise<Record<string, unknown>> {
  const posts = await postsTo('u5', step, context);
  return {
    posts: posts.map(({ body, shown }) => ({
      ...shown, body: shownJson(picked(JSON.parse(body.toString('utf8')), step.pick), context.ports),
    })),
  };
}

async function lineEntries(step: CollectStep, context: ReplayContext): Promise<Record<string, unknown>> {
  const { counterparts: { sinks } } = context;
  const entries = (texts: readonly string[]) => texts.map((text) => shownJson(entryOf(text, step.pick), context.ports));
  if (step.from === 'udp') {
    await quiet(step, context, () => sinks.udp.received.length);
    return { entries: entries(sinks.udp.received.map((datagram) => datagram.toString('utf8'))) };
  }
  if (step.from === 'tcp') {
    await quiet(step, context, () => sinks.tcp.received.length);
    const text = Buffer.concat(sinks.tcp.received).toString('utf8');
    return { entries: entries(text.split('\n').filter((line) => line !== '')), newline: text.endsWith('\n') };
  }
  if (step.from === 'syslog') throw new Error('there is no socket for syslog here');
  const path = step.path!;
  await quiet(step, context, () => newTextOf(path, context).split('\n').length - 1);
  const text = newTextOf(path, context);
  return {
    entries: entries(text.split('\n').filter((line) => line !== '')), newline: text.endsWith('\n'),
    ...step.mode && { mode: `0o${(statSync(path).mode % 0o1000).toString(8)}` },
  };
}

/** What a file got in this case. */
function newTextOf(file: string, { node, fileSizes }: ReplayContext): string {
  const path = file.startsWith('/') ? file : `${node.folder}/logs/${file}`;
  try {
    return readFileSync(path).subarray(fileSizes.get(path) ?? 0).toString('utf8');
  } catch {
    return '';
  }
}
