/** Rules about the datacenter and the machine configurations of bare metal. */
import { asWritten, isOneOf, oneOf } from '../finding';
import { HARDWARE_FILE } from '../hardware/hardware-csv';
import type { Document } from '../model/document';
import type { AffinityTerm, TinkerbellDatacenterSpec } from '../model/machines';
import { parseIp, sameIp } from '../syntax/ip';
import { parseRequestUri } from '../syntax/url';
import { textAfterRoundTrip } from '../yaml/scalar';
import type { Context, Problem, Rule, TinkerbellMachine } from './rule';

const OS_FAMILIES = ['ubuntu', 'redhat', 'bottlerocket'];
const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

type Datacenter = Document<TinkerbellDatacenterSpec>;

export const TINKERBELL_DATACENTER_RULES: readonly Rule<Datacenter>[] = [
  { id: 'T3', early: true, check: urls },
  { id: 'T4', early: true, check: tinkerbellIp },
  { id: 'T5', check: isoUrl },
  { id: 'T26', check: endpointDiffers },
  { id: 'T27', check: hookWithProxy },
];

export const TINKERBELL_MACHINE_RULES: readonly Rule<TinkerbellMachine>[] = [
  { id: 'T7', early: true, check: selectorOrAffinity },
  { id: 'T8', early: true, check: onePair },
  { id: 'T9', check: affinityTerms },
  { id: 'T11', check: expressions },
  { id: 'T13', check: osFamily },
  { id: 'T14', check: (machine) => urlProblems(machine.spec?.osImageURL, 'spec.osImageURL') },
  { id: 'S8', check: selectorSurvivesYaml },
];

function* urls({ spec }: Datacenter): Iterable<Problem> {
  yield* urlProblems(spec?.osImageURL, 'spec.osImageURL');
  yield* urlProblems(spec?.hookImagesURLPath, 'spec.hookImagesURLPath');
}

function* urlProblems(text: string | undefined, at: string): Iterable<Problem> {
  if (text && !parseRequestUri(text)) yield { at, message: `is ${asWritten(text)}; expected a URL such as http://10.0.0.2/ubuntu-1-35.gz` };
}

function* tinkerbellIp(datacenter: Datacenter): Iterable<Problem> {
  const text = datacenter.spec?.tinkerbellIP;
  if (!text || !parseIp(text)) {
    yield {
      at: 'spec.tinkerbellIP',
      message: `is ${asWritten(text)}; expected a free IP address of the node network for the provisioning services`,
    };
  }
}

function* isoUrl(datacenter: Datacenter): Iterable<Problem> {
  const text = datacenter.spec?.hookIsoURL;
  if (!text) return;
  const at = 'spec.hookIsoURL';
  const url = parseRequestUri(text);
  if (!url) yield { at, message: `is ${asWritten(text)}; expected a URL that ends with .iso` };
  else if (!/\.iso$/.test(text)) yield { rule: 'T25', at, message: `is ${asWritten(text)}; expected a URL that ends with .iso` };
  if (!datacenter.spec?.isoBoot) {
    yield { at: 'spec.isoBoot', message: 'is not true although hookIsoURL is set', fix: 'set isoBoot: true or remove hookIsoURL' };
  }
}

function* endpointDiffers(datacenter: Datacenter, { cluster }: Context): Iterable<Problem> {
  const host = cluster.spec?.controlPlaneConfiguration?.endpoint?.host;
  const provisioning = datacenter.spec?.tinkerbellIP;
  if (host && provisioning && sameIp(host, provisioning)) {
    yield { at: 'spec.tinkerbellIP', message: `is ${host}, the control plane's endpoint as well`, fix: 'use two different free addresses' };
  }
}

function* hookWithProxy(datacenter: Datacenter, { cluster }: Context): Iterable<Problem> {
  if (cluster.spec?.proxyConfiguration && !datacenter.spec?.hookImagesURLPath) {
    yield { at: 'spec.hookImagesURLPath', message: 'is missing; behind a proxy the machines need locally hosted hook images' };
  }
}

function* selectorOrAffinity({ spec }: TinkerbellMachine, { tinkerbellMachines }: Context): Iterable<Problem> {
  const hasSelector = Object.keys(spec?.hardwareSelector ?? {}).length > 0;
  if (hasSelector && spec?.hardwareAffinity) {
    yield { at: 'spec.hardwareAffinity', message: 'and hardwareSelector are both set', fix: 'keep one' };
  }
  if (hasSelector || spec?.hardwareAffinity) return;
  // Where the other groups choose by affinity, that is what is missing here.
  const others = tinkerbellMachines.filter((machine) => machine.spec !== spec);
  if (others.length > 0 && others.every((machine) => machine.spec?.hardwareAffinity)) {
    yield { at: 'spec.hardwareAffinity', message: 'is missing, and so is hardwareSelector; expected at least one required term' };
  } else {
    yield { at: 'spec.hardwareSelector', message: 'is empty; expected the label of the machines to use, such as type: cp' };
  }
}

function* onePair({ spec }: TinkerbellMachine): Iterable<Problem> {
  const pairs = Object.keys(spec?.hardwareSelector ?? {}).length;
  if (pairs > 1) {
    yield {
      at: 'spec.hardwareSelector',
      message: `has ${pairs} labels; exactly one is supported`,
      fix: 'label the machines with one combined label',
    };
  }
}

function* affinityTerms({ spec }: TinkerbellMachine): Iterable<Problem> {
  const affinity = spec?.hardwareAffinity;
  if (affinity && !affinity.required?.length) {
    yield { at: 'spec.hardwareAffinity.required', message: 'is empty; expected at least one term' };
  }
}

function* expressions({ spec }: TinkerbellMachine): Iterable<Problem> {
  const affinity = spec?.hardwareAffinity;
  const terms: readonly { at: string; term?: AffinityTerm }[] = [
    ...(affinity?.required ?? []).map((term, index) => ({ at: `spec.hardwareAffinity.required[${index}]`, term })),
    ...(affinity?.preferred ?? []).map(({ hardwareAffinityTerm }, index) => ({
      at: `spec.hardwareAffinity.preferred[${index}].hardwareAffinityTerm`,
      term: hardwareAffinityTerm,
    })),
  ];
  for (const { at, term } of terms) {
    for (const [index, { operator = '', values = [] }] of (term?.labelSelector?.matchExpressions ?? []).entries()) {
      const path = `${at}.labelSelector.matchExpressions[${index}]`;
      const takesValues = operator === 'In' || operator === 'NotIn';
      if (!OPERATORS.includes(operator)) {
        yield { at: `${path}.operator`, message: `is ${asWritten(operator)}; expected ${oneOf(OPERATORS)}` };
      } else if (takesValues && values.length === 0) {
        yield {
          rule: 'T12', at: `${path}.values`, message: `is empty; ${operator} needs at `
        + 'least one',
        };
      } else if (!takesValues && values.length > 0) yield { rule: 'T12', at: `${path}.values`, message: `is set; ${operator} takes none` };
    }
  }
}

export function isKnownFamily({ spec }: TinkerbellMachine): boolean {
  return isOneOf(spec?.osFamily, OS_FAMILIES);
}

function* osFamily(machine: TinkerbellMachine): Iterable<Problem> {
  if (isKnownFamily(machine)) return;
  yield { at: 'spec.osFamily', message: `is ${asWritten(machine.spec?.osFamily)}; expected ${oneOf(OS_FAMILIES)}` };
}

/** The selector is rendered without quotes into the Cluster API templates and read back as YAML. */
function* selectorSurvivesYaml({ spec }: TinkerbellMachine, { hardware }: Context): Iterable<Problem> {
  for (const [key, value] of Object.entries(spec?.hardwareSelector ?? {})) {
    const read = textAfterRoundTrip(value);
    if (read === value) continue;
    const fix = 'use a value that is no YAML number, date or word such as yes, on, null';
    yield {
      at: `spec.hardwareSelector.${key}`,
      message: `is ${asWritten(value)}, which the tools read back as ${asWritten(read)}: no machine would ever match`,
      fix,
    };
    for (const machine of hardware?.machines.filter((candidate) => candidate.labels[key] === value) ?? []) {
      yield {
        document: `${HARDWARE_FILE}/${machine.cells.hostname}`,
        at: 'labels',
        message: `has ${key}=${value}, which the tools look for as ${key}=${read}`,
        fix,
      };
    }
  }
}
