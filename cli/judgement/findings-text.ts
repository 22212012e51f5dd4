/** What `hybridge lint` found, for people. */
import type { Finding } from '../../gateway/src/lint/lint.ts';
import type { Colours } from '../terminal/colours.ts';

export function findingsText(findings: readonly Finding[], colours: Colours): string {
  const lines = findings.flatMap(({ rule, severity, file = '', line, path, message, fix }) => {
    const paint = severity === 'error' ? colours.removed : colours.changed;
    return [`${file}:${line}: ${paint(severity)} ${rule}: ${path}: ${message}`, `    ${fix}`];
  });
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return [...lines, `${counted(errors, 'error')}, ${counted(findings.length - errors, 'warning')}`, ''].join('\n');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
