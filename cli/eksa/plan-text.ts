/** A plan as people read it in a terminal: numbered steps, short lines. */
import type { Action } from '../../src/eksa/plan/action';
import type { Advice } from '../../src/eksa/plan/instead';
import type { FilePlan } from '../../src/eksa/plan/plan-text';
import type { PlanStep } from '../../src/eksa/plan/step';
import type { Refusal } from '../../src/eksa/update/rule';
import { renderTable } from '../terminal/table.ts';
import { describeFindings } from './finding-text.ts';
import { fileOf, unreadableAsGiven } from './given-files.ts';
import type { ComparedFiles } from './given-files.ts';

interface PlanFiles extends ComparedFiles {
  /** Where --out has written, and what; nothing where an image is missing. */
  readonly written?: { readonly folder: string; readonly names: readonly string[] };
}

const PATHS = { cli: 'eksctl anywhere upgrade cluster', api: 'kubectl, Flux or Argo CD' } as const;

export function describePlan(plan: FilePlan, files: PlanFiles): string {
  if (plan.unreadable) {
    return describeFindings(unreadableAsGiven(plan.unreadable, files), 'nothing was planned');
  }
  return `${[...sections(plan, files)].join('\n\n')}\n`;
}

function* sections(plan: FilePlan, files: PlanFiles): Iterable<string> {
  if (plan.outcome === 'nothing to do') {
    yield `${plan.cluster}: nothing to do; both files mean the same`;
    return;
  }
  if (plan.outcome === 'refused') yield refused(plan, files);
  else yield `${plan.cluster}: ${plan.steps.length} step${plan.steps.length === 1 ? '' : 's'}, by ${PATHS[plan.path]}`;
  const given = { cluster: files.new, hardware: files.hardware };
  const findings = [...plan.newFile, ...plan.hardwareFile ?? []].map((finding) => ({ file: fileOf(finding, given), ...finding }));
  if (findings.length > 0) {
    const names = [...new Set(findings.map(({ file }) => file))].join(' and ');
    yield describeFindings(findings, `${findings.length} to fix in ${names} first`, given).trimEnd();
  }
  if (plan.images.length > 0) {
    const rows = plan.images.map(({ version, path, was }) => [version, path, was]);
    yield `Images wanted, for versions on the way: give each with --image ${plan.images[0].version}=...\n${
      indented(renderTable({ headings: ['Kubernetes', 'for', 'was'], rows }))}`;
  }
  const shown = new Set<string>();
  for (const step of plan.steps) yield describeStep(step, shown);
  if (plan.notes.length > 0) yield plan.notes.map((note) => `Note: ${note}`).join('\n');
  yield verdict(plan, files);
}

function refused(plan: FilePlan, { new: file }: PlanFiles): string {
  return [
    `${plan.cluster}: no order of these changes is accepted by ${PATHS[plan.path]}`,
    ...plan.refusals.flatMap((refusal) => describeRefusal(refusal, file)),
  ].join('\n');
}

function describeRefusal({ ruleId, path, line, message, fix, instead }: Refusal & Advice, file: string): string[] {
  return [
    `  ${file}${line === undefined ? '' : `:${line}`}  ${ruleId}  ${path} ${message}`,
    ...(fix ? [`    → ${fix}`] : []),
    ...(instead ? [`    → or ${instead}`] : []),
  ];
}

/** A command is written out where it comes first. */
function describeStep(step: PlanStep, shown: Set<string>): string {
  const actions = (list: readonly Action[]) => list.map((action) => describeAction(action, shown));
  const road = step.path === 'cli' ? '' : ' (API)';
  return [
    `Step ${step.number}: ${step.title}${road}`,
    indented(renderTable({ headings: ['group', 'now', 'then', 'what happens', 'because of'], rows: step.groups.map(groupRow) })),
    ...part('before', actions(step.before)),
    ...part('run', actions(step.run)),
    ...part('meanwhile', step.meanwhile),
    ...part('after', actions(step.after)),
    ...part('back', [step.back.says]),
    ...part('note', [...step.notes, ...step.warnings.map(describeWarning)]),
  ].join('\n');
}

function describeWarning({ ruleId, path, message }: PlanStep['warnings'][number]): string {
  return `${ruleId}: ${path} ${message}`;
}

function groupRow(group: PlanStep['groups'][number]): string[] {
  return [group.name, String(group.nodesBefore), String(group.nodesAfter), happens(group), group.reasons.join(', ')];
}

function happens({ action, surge, unavailable }: PlanStep['groups'][number]): string {
  if (action !== 'rolling') return action;
  return `replaced, ${surge > 0 ? `${surge} added first` : `${Math.max(1, unavailable)} taken away first`}`;
}

function describeAction({ what, command }: Action, shown: Set<string>): string {
  if (command === undefined || shown.has(command)) return what;
  shown.add(command);
  return `${what}\n$ ${command}`;
}

/** `- ` before each entry, its further lines below it. */
function part(heading: string, entries: readonly string[]): string[] {
  return entries.length === 0 ? [] : [`  ${heading}`, ...entries.map((entry) => `    - ${entry.replaceAll('\n', '\n      ')}`)];
}

function indented(text: string): string {
  return text.trimEnd().split('\n').map((line) => `  ${line}`).join('\n');
}

function verdict({ outcome, images, newFile, hardwareFile = [], steps }: FilePlan, { written }: PlanFiles): string {
  if (outcome === 'refused') return 'refused';
  const wants = [
    ...(images.length > 0 ? ['images'] : []),
    ...(steps.some(({ addMachines }) => addMachines.length > 0) ? ['machines'] : []),
    ...(newFile.length > 0 ? ['corrections of the new file'] : []),
    ...(hardwareFile.length > 0 ? ['corrections of the file of machines'] : []),
  ];
  const names = written?.names.join(', ') ?? '';
  const files = !written
    ? 'files of the steps: --out DIR'
    : names === '' ? 'no file was written' : `written to ${written.folder}: ${names}`;
  return `${outcome === 'ready' ? 'ready' : `blocked: wants ${wants.join(' and ')}`}; ${files}`;
}
