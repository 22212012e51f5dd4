/** An upgrade as people read it: what changes, what is refused, what happens to the nodes. */
import { asWritten } from '../../src/eksa/finding';
import type { Finding } from '../../src/eksa/finding';
import type { FileDiff } from '../../src/eksa/update/diff-text';
import { leftByInPlace } from '../../src/eksa/update/in-place';
import type { GroupPlan } from '../../src/eksa/update/replaced-nodes';
import type { Refusal, UpdatePath } from '../../src/eksa/update/rule';
import { renderTable } from '../terminal/table.ts';
import { describeChanges } from './changes-text.ts';
import { shownPath } from './files.ts';
import { describeFindings } from './finding-text.ts';
import { fileOf, isOfHardware, namedAsGiven, unreadableAsGiven } from './given-files.ts';
import type { ComparedFiles, GivenFiles } from './given-files.ts';

export function describeDiff(diff: FileDiff, { old, new: now, hardware }: ComparedFiles): string {
  const files: GivenFiles = { cluster: now, hardware };
  if (diff.unreadable) {
    return describeFindings(unreadableAsGiven(diff.unreadable, { old, new: now, hardware }), 'nothing was compared');
  }
  const refused = diff.refusals.filter((refusal) => refusingPaths(refusal).length > 0);
  const waiting = diff.refusals.filter((refusal) => refusingPaths(refusal).length === 0);
  const sections = [
    section('Changes', describeChanges(diff.changes)),
    refused.length > 0 && section('Refused', describeRefusals(refused, files)),
    waiting.length > 0 && section('Accepted, but waits for machines', describeRefusals(waiting, files)),
    section('Nodes', renderTable({ headings: ['group', 'now', 'then', 'what happens', 'because of'], rows: diff.groups.map(groupRow) })),
    diff.machines.length > 0 &&
      section(
        'Machines wanted beside those in use',
        renderTable({
          headings: ['labels', 'for', 'wanted', namedAsGiven('spare in hardware.csv', files)],
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
        `The new file by itself (hybridge eksa check ${shownPath(now)})`,
        describeFindings(
          diff.newFile.map((finding) => ({ file: shownPath(now), ...finding })),
          `${diff.newFile.length} more to fix`,
          files,
        ),
      ),
    diff.warnings.length > 0 && section('Warnings about the new file', diff.warnings.map((one) => describeWarning(one, files)).join('\n')),
    section(
      'Verdict',
      `eksctl anywhere upgrade cluster   ${verdict('cli', diff)}\nkubectl apply, Flux, Argo CD      `
        + `${verdict('api', diff)}`,
    ),
  ];
  return `${sections.filter((text) => text !== false).join('\n\n')}\n`;
}

function section(heading: string, body: string): string {
  return `${heading}\n${body.trimEnd().split('\n').map((line) => `  ${line}`).join('\n')}`;
}

const PATH_NAMES = { cli: 'CLI', api: 'API' } as const;

/** Where several refusals have the same steps, they are printed after the last one. */
function describeRefusals(refusals: readonly Refusal[], files: GivenFiles): string {
  return refusals.map((refusal, index) => {
    const steps = asWritten(refusal.steps) === asWritten(refusals[index + 1]?.steps) ? [] : refusal.steps ?? [];
    return [describeRefusal(refusal, files), ...steps.map((step, number) => `    ${number + 1}. ${step}`)].join('\n');
  }).join('\n');
}

function describeRefusal(refusal: Refusal, files: GivenFiles): string {
  const { ruleId, line } = refusal;
  const paths = refusingPaths(refusal);
  // What the file as a whole lacks is at no line of it.
  const place = isOfHardware(refusal) && line === undefined ? '' : `${placeOf(refusal, files)}  `;
  const by = paths.length > 0 ? `by ${paths.map((path) => PATH_NAMES[path]).join(' and ')}  ` : '';
  return `${place}${ruleId}  ${by}${said(refusal, files)}`;
}

/** The roads that say no; on the others the change begins, and waits. */
function refusingPaths({ paths, waits = [] }: Refusal): readonly UpdatePath[] {
  return paths.filter((by) => !waits.includes(by));
}

function placeOf(finding: { readonly path: string; readonly line?: number }, files: GivenFiles): string {
  return `${fileOf(finding, files)}${finding.line === undefined ? '' : `:${finding.line}`}`;
}

function said({ path, message, fix }: Pick<Finding, 'path' | 'message' | 'fix'>, files: GivenFiles): string {
  return namedAsGiven(`${path} ${message}${fix ? `\n  → ${fix}` : ''}`, files);
}

function describeWarning(finding: Finding, files: GivenFiles): string {
  return `${placeOf(finding, files)}  ${finding.ruleId}  ${said(finding, files)}`;
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

function verdict(by: UpdatePath, { cliAccepts, webhookAccepts, refusals, newFile }: FileDiff): string {
  if (refusals.some((refusal) => refusingPaths(refusal).includes(by))) return 'refused';
  const isAccepted = by === 'cli' ? cliAccepts : webhookAccepts;
  // The CLI runs the rules on bare-metal documents again, too, when it counts machines.
  const isToFix = newFile.length > 0 || (by === 'cli' && refusals.some(({ ruleId }) => /^T\d+$/.test(ruleId) && ruleId !== 'T31'));
  const waiting = isAccepted ? '' : ', but the roll-out waits for a machine';
  return isToFix ? `accepted as a change, once the new file is fixed${waiting}` : `accepted${waiting}`;
}
