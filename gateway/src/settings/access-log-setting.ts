/** Where logs go: an access log in a format, the log of the node in its own. */
import type { ValueKind } from './value-kinds.ts';

export type AccessLogSetting = 'off' | { readonly path: string; readonly format: 'json' | 'kong_log_format' };

/** Names of nginx' formats that have the same lines here. */
const FORMATS: Readonly<Record<string, 'json' | 'kong_log_format'>> = {
  json: 'json', kong_log_format: 'kong_log_format', combined: 'kong_log_format', basic: 'kong_log_format',
};

/** A path alone is written in Kong's format, so that what reads the lines of a Kong node reads these. */
export const accessLogSetting: ValueKind<AccessLogSetting> = {
  expected: 'off, or a path (such as /dev/stdout or logs/access.log), and behind it the name of a format: json or kong_log_format',
  samples: ['off', '/dev/stdout', 'logs/access.log json'],
  parse: (text) => {
    const [path = '', name = 'kong_log_format', ...rest] = text.split(/\s+/);
    if (path === 'off') return 'off';
    const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
    return format === undefined || rest.length > 0 || path.startsWith('syslog:') ? undefined : { path, format };
  },
};

export const errorLogSetting: ValueKind<string> = {
  expected: 'a path, such as /dev/stderr or logs/error.log',
  samples: ['/dev/stderr', 'logs/error.log'],
  parse: (text) => {
    if (text === 'stderr') return '/dev/stderr';
    return text === '' || /\s/.test(text) || text.startsWith('syslog:') ? undefined : text;
  },
};
