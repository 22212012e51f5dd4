/** What control plane and worker groups have in common: labels, taints, health checks, kubelet configuration. */
import { parseDocument } from 'yaml';
import { asWritten, oneOf } from '../finding';
import type { HealthCheck, NodeGroup, Taint } from '../model/cluster';
import { fit, isRecord } from '../schema/fit';
import { BOTTLEROCKET_KUBERNETES } from '../schema/host-os';
import { KUBELET_CONFIGURATION } from '../schema/kubelet';
import { parseDurationMs } from '../syntax/duration';
import { labelKeyProblem, labelValueProblem } from '../syntax/names';
import type { Context, Problem } from './rule';

const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function* labelProblems(labels: Readonly<Record<string, string>> | undefined, at: string): Iterable<Problem> {
  for (const [key, value] of Object.entries(labels ?? {})) {
    const keyProblem = labelKeyProblem(key);
    if (keyProblem) yield { at: `${at}.${key}`, message: `the label key '${key}' ${keyProblem}` };
    const valueProblem = labelValueProblem(value);
    if (valueProblem) yield { at: `${at}.${key}`, message: `the label value ${asWritten(value)} ${valueProblem}` };
  }
}

export function* taintProblems(taints: readonly Taint[] | undefined, at: string): Iterable<Problem> {
  for (const [index, taint] of (taints ?? []).entries()) {
    const keyProblem = taint.key !== undefined && labelKeyProblem(taint.key);
    if (keyProblem) yield { at: `${at}[${index}].key`, message: `the taint key ${asWritten(taint.key)} ${keyProblem}` };
    const valueProblem = taint.value !== undefined && labelValueProblem(taint.value);
    if (valueProblem) yield { at: `${at}[${index}].value`, message: `the taint value ${asWritten(taint.value)} ${valueProblem}` };
    if (taint.effect !== undefined && !TAINT_EFFECTS.includes(taint.effect)) {
      yield { at: `${at}[${index}].effect`, message: `is ${asWritten(taint.effect)}; expected ${oneOf(TAINT_EFFECTS)}` };
    }
  }
}

export function* healthCheckProblems(check: HealthCheck | undefined, at: string): Iterable<Problem> {
  const limit = check?.maxUnhealthy;
  if (typeof limit === 'string' && !/^\d+%$/.test(limit)) {
    yield { at: `${at}.maxUnhealthy`, message: `is ${asWritten(limit)}; expected a number of machines or a share such as '40%'` };
  }
  if (typeof limit === 'number' && limit < 0) {
    yield { at: `${at}.maxUnhealthy`, message: `is ${limit}: no machine would ever be replaced`, severity: 'warning' };
  }
  for (const name of ['nodeStartupTimeout', 'unhealthyMachineTimeout'] as const) {
    const text = check?.[name];
    const duration = text === undefined ? undefined : parseDurationMs(text);
    if (duration !== undefined && duration < 0) {
      yield { at: `${at}.${name}`, message: `is ${asWritten(text)}; expected a duration that is not negative` };
    }
  }
}

/** C69 to C71, and F6 where the nodes run Bottlerocket. */
export function* kubeletProblems(group: NodeGroup | undefined, at: string, context: Context): Iterable<Problem> {
  const configuration = group?.kubeletConfiguration;
  if (configuration === undefined) return;
  const path = `${at}.kubeletConfiguration`;
  for (const misfit of fit(KUBELET_CONFIGURATION, configuration, path).misfits) {
    yield { at: misfit.path, message: `${misfit.message} (kubelet.config.k8s.io/v1beta1)`, fix: misfit.fix };
  }
  if (!isRecord(configuration)) return;
  if (configuration.kind === '') yield { at: `${path}.kind`, message: 'is empty', fix: "set kind to 'KubeletConfiguration'" };
  if (configuration.providerID) {
    yield { rule: 'C70', at: `${path}.providerID`, message: 'is set by EKS Anywhere itself', fix: 'remove providerID' };
  }
  yield* bottlerocketKubeletProblems(group, configuration, path, context);
}

function* bottlerocketKubeletProblems(
  group: NodeGroup | undefined,
  configuration: Record<string, unknown>,
  path: string,
  context: Context,
): Iterable<Problem> {
  const machine = context.vsphereMachines.find((candidate) => candidate.metadata?.name === group?.machineGroupRef?.name);
  if (!machine || (machine.spec?.osFamily || 'bottlerocket') !== 'bottlerocket') return;
  const settings = Object.fromEntries(Object.entries(configuration).filter(([name]) => name !== 'kind' && name !== 'apiVersion'));
  for (const misfit of fit(BOTTLEROCKET_KUBERNETES, settings, path).misfits) {
    yield { rule: 'F6', at: misfit.path, message: `${misfit.message} (Bottlerocket's Kubernetes settings)`, fix: misfit.fix };
  }
}

/** C72: the audit policy is text that holds YAML. */
export function* auditPolicyProblems(content: string | undefined, at: string): Iterable<Problem> {
  if (!content) return;
  // The tools read the first document only, and of a doubled key the later one.
  const error = parseDocument(content, { version: '1.1', uniqueKeys: false }).errors.find(({ code }) => code !== 'MULTIPLE_DOCS');
  if (error) yield { at, message: `is no YAML: ${error.message.split('\n')[0].replace(/:$/, '')}` };
}
