/** AWS X-Ray: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
import { isHex, sized } from '../ids.ts';
import type { TraceReader, TraceWriter } from '../trace-context.ts';
import { onlyValue } from '../trace-context.ts';

const ROOT = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/i;

export const awsReader: TraceReader = {
  read: (headers) => {
    const text = onlyValue(headers, 'x-amzn-trace-id');
    if (text === undefined) return undefined;
    let traceId: string | undefined;
    let spanId: string | undefined;
    let sampled: boolean | undefined;
    for (const pair of text.split(';')) {
      const at = pair.indexOf('=');
      const value = pair.slice(at + 1).trim();
      switch (pair.slice(0, Math.max(at, 0)).trim()) {
        case 'Root': {
          const [, time, unique] = ROOT.exec(value) ?? [];
          if (time === undefined) return undefined;
          traceId = `${time}${unique}`.toLowerCase();
          break;
        }
        case 'Parent':
          if (!isHex(value, 16)) return undefined;
          spanId = value.toLowerCase();
          break;
        case 'Sampled':
          if (value !== '0' && value !== '1') return undefined;
          sampled = value === '1';
          break;
        default:
      }
    }
    if (traceId === undefined) return sampled === undefined ? undefined : { sampled };
    return { traceId, traceIdBytes: 16, spanId, sampled };
  },
};

export const awsWriter: TraceWriter = {
  logName: 'aws',
  write: ({ traceId: id, spanId, sampled }) => {
    const traceId = sized(id, 16);
    const root = `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
    return { traceId, headers: [['x-amzn-trace-id', `Root=${root};Parent=${spanId};Sampled=${sampled === true ? '1' : '0'}`]] };
  },
};
