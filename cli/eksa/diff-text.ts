/** An upgrade as people read it: what changes, what is refused, what happens to the nodes. */
import { asWritten } from '../../src/eksa/finding';
import type { Finding } from '../../src/eksa/finding';
import { leftByInPlace } from '../../src/eksa/plan/in-place';
import type { Change } from '../../src/eksa/update/changes';
import type { FileDiff } from '../../src/eksa/update/diff-text';
import type { GroupPlan } from '../../src/eksa/update/replaced-nodes';
import type { Refusal } from '../../src/eksa/update/rule';
import { renderTable } from '../terminal/table.ts';
import { describeFindings } from './finding-text.ts';

export function describeDiff(diff: FileDiff, files: { readonly old: string; readonly new: string }): string {
  if (diff.unreadable) {
    return describeFindings(
      diff.unreadable.map((finding) => ({ file: files[finding.side], ...finding })),
      'nothing was compared',
    );
  }
  const sections = [
    section(
      'Changes',
      diff.changes.length === 0 ? 'none' : renderTable({ headings: ['where', 'from', 'to'], rows: diff.changes.map(changeRow) }),
    ),
    diff.refusals.length > 0 && section('Refused', describeRefusals(diff.refusals, files.new)),
    section('Nodes', renderTable({ headings: ['group', 'now', 'then', 'what happens', 'because of'], rows: diff.groups.map(groupRow) })),
    diff.machines.length > 0 &&
      section(
        'Machines wanted beside those in use',
        renderTable({
          headings: ['labels', 'for', 'wanted', 'spare in hardware.csv'],
          rows: diff.machines.map(({ selector, groups, wanted, spare }) => [
            selector,
            groups.join(', '),
            String(wanted),
            spare === undefined ? 'not counted: give --hardware' : String(spare),
          ]),
        }),
      ),
    diff.newFile.length > 0 &&
      section(
        `The new file by itself (hybridge eksa check ${files.new})`,
        describeFindings(
          diff.newFile.map((finding) => ({ file: files.new, ...finding })),
          `${diff.newFile.length} more to fix`,
        ),
      ),
    diff.warnings.length > 0 && section('Warnings about the new file', diff.warnings.map((one) => describeWarning(one, files.new)).join('\n')),
    section(
      'Verdict',
      `eksctl anywhere upgrade cluster   ${verdict(diff.cliAccepts, diff)}\nkubectl apply, Flux, Argo CD      `
        + `${verdict(diff.webhookAccepts, diff)}`,
    ),
  ];
  return `${sections.filter((text) => text !== false).join('\n\n')}\n`;
}

function section(heading: string, body: string): string {
  return `${heading}\n${body.trimEnd().split('\n').map((line) => `  ${line}`).join('\n')}`;
}

function changeRow({ path, old, new: now }: Change): string[] {
  return [path, brief(old), brief(now)];
}

/** Values as they are, long ones cut. */
function brief(value: unknown): string {
  const text = value === undefined ? '(nothing)' : asWritten(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

const PATH_NAMES = { cli: 'CLI', api: 'API' } as const;

/** Where several refusals have the same steps, they are printed after the last one. */
function describeRefusals(refusals: readonly Refusal[], file: string): string {
  return refusals.map((refusal, index) => {
    const steps = asWritten(refusal.steps) === asWritten(refusals[index + 1]?.steps) ? [] : refusal.steps ?? [];
    return [describeRefusal(refusal, file), ...steps.map((step, number) => `    ${number + 1}. ${step}`)].join('\n');
  }).join('\n');
}

function describeRefusal({ ruleId, paths, path, message, fix, line }: Refusal, file: string): string {
  const place = path.startsWith('hardware.csv') ? '' : `${file}${line === undefined ? '' : `:${line}`}  `;
  return `${place}${ruleId}  by ${paths.map((by) => PATH_NAMES[by]).join(' and ')}  ${path} ${message}${fix ? `\n  → ${fix}` : ''}`;
}

function describeWarning({ ruleId, path, message, fix, line }: Finding, file: string): string {
  return `${file}${line === undefined ? '' : `:${line}`}  ${ruleId}  ${path} ${message}${fix ? `\n  → ${fix}` : ''}`;
}

function groupRow(plan: GroupPlan): string[] {
  return [plan.name, String(plan.nodesBefore), String(plan.nodesAfter), happening(plan), plan.reasons.join(', ')];
}

function happening(plan: GroupPlan): string {
  const { action, nodesBefore, nodesAfter, surge, unavailable } = plan;
  const left = leftByInPlace(plan);
  const scaling =
    nodesAfter === nodesBefore
      ? ''
      : nodesAfter > nodesBefore
        ? `${nodesAfter - nodesBefore} added`
        : `${nodesBefore - nodesAfter} taken away`;
  const replaced = {
    'nothing': 'nothing',
    'scale': '',
    'new': '',
    'removed': '',
    'in place': `upgraded in place, one after the other${left.length > 0 ? `; ${left.join(', ')} when a machine is installed again` : ''}`,
    'rolling': `replaced, ${surge} added first${unavailable > 0 ? `, ${unavailable} may be missing meanwhile` : ''}`,
  }[action];
  return [replaced, scaling].filter((text) => text !== '').join('; ');
}

function verdict(isAccepted: boolean, { newFile }: FileDiff): string {
  if (!isAccepted) return 'refused';
  return newFile.length > 0 ? 'accepted as a change, once the new file is fixed' : 'accepted';
}
