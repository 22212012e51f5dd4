/** Rules that both kinds of machine configurations share: operating system, its configuration, SSH keys. */
import { asWritten } from '../finding';
import type { Document } from '../model/document';
import type { HostOs, MachineSpec } from '../model/machines';
import { certificateProblem } from '../syntax/certificate';
import { parseIp } from '../syntax/ip';
import { isAuthorizedKey } from '../syntax/ssh-key';
import { parseUrl } from '../syntax/url';
import type { Problem, Rule } from './rule';

const AT = 'spec.hostOSConfiguration';

export const MACHINE_RULES: readonly Rule<Document<MachineSpec>>[] = [
  { id: 'SSH', early: true, check: firstKey },
  onHostOs('H1', function* ({ ntpConfiguration }) {
    if (ntpConfiguration && !ntpConfiguration.servers?.length) {
      yield { at: `${AT}.ntpConfiguration.servers`, message: 'is empty; expected at least one server' };
    }
  }),
  onHostOs('H2', function* ({ ntpConfiguration }) {
    for (const [index, server] of (ntpConfiguration?.servers ?? []).entries()) {
      if (!isTimeServer(server)) {
        yield { at: `${AT}.ntpConfiguration.servers[${index}]`, message: `is ${asWritten(server)}; expected a name or address` };
      }
    }
  }),
  onHostOs('H3', function* ({ certBundles }, isBottlerocket) {
    if (certBundles?.length && !isBottlerocket) {
      yield { at: `${AT}.certBundles`, message: 'is set; only Bottlerocket takes it', fix: 'remove certBundles' };
    }
  }),
  onHostOs('H4', function* ({ certBundles }) {
    for (const [index, bundle] of (certBundles ?? []).entries()) {
      if (!bundle.name) yield { at: `${AT}.certBundles[${index}].name`, message: 'is empty; expected a name for the certificates' };
      const problem = certificateProblem(bundle.data);
      if (problem) yield { at: `${AT}.certBundles[${index}].data`, message: problem };
    }
  }),
  onHostOs('H5', function* ({ bottlerocketConfiguration }, isBottlerocket) {
    if (bottlerocketConfiguration && !isBottlerocket) {
      yield {
        at: `${AT}.bottlerocketConfiguration`,
        message: 'is set; only osFamily bottlerocket takes it',
        fix: 'remove bottlerocketConfiguration',
      };
    }
  }),
  onHostOs('H6', function* ({ bottlerocketConfiguration }) {
    if (bottlerocketConfiguration?.kubernetes?.allowedUnsafeSysctls?.includes('')) {
      yield { at: `${AT}.bottlerocketConfiguration.kubernetes.allowedUnsafeSysctls`, message: 'has an empty entry' };
    }
  }),
  onHostOs('H7', function* ({ bottlerocketConfiguration }) {
    for (const [index, address] of (bottlerocketConfiguration?.kubernetes?.clusterDNSIPs ?? []).entries()) {
      if (!parseIp(address)) {
        yield {
          at: `${AT}.bottlerocketConfiguration.kubernetes.clusterDNSIPs[${index}]`,
          message: `is ${asWritten(address)}; expected an IP address`,
        };
      }
    }
  }),
  onHostOs('H8', function* ({ bottlerocketConfiguration }) {
    const maxPods = bottlerocketConfiguration?.kubernetes?.maxPods;
    if (maxPods !== undefined && maxPods < 0) {
      yield { at: `${AT}.bottlerocketConfiguration.kubernetes.maxPods`, message: `is ${maxPods}; expected 0 or more` };
    }
  }),
  onHostOs('H9', function* ({ bottlerocketConfiguration }) {
    const maps = {
      'kernel.sysctlSettings': bottlerocketConfiguration?.kernel?.sysctlSettings,
      'boot.bootKernelParameters': bottlerocketConfiguration?.boot?.bootKernelParameters,
    };
    for (const [name, entries] of Object.entries(maps)) {
      if (Object.hasOwn(entries ?? {}, '')) yield { at: `${AT}.bottlerocketConfiguration.${name}`, message: 'has an entry without a name' };
    }
  }),
];

/** Both tools take Bottlerocket for granted where vSphere names no family; bare metal refuses an empty one elsewhere. */
export function isBottlerocketMachine(machine: Document<MachineSpec>): boolean {
  const family = machine.spec?.osFamily;
  return family === 'bottlerocket' || (machine.kind === 'VSphereMachineConfig' && !family);
}

function onHostOs(id: string, check: (hostOs: HostOs, isBottlerocket: boolean) => Iterable<Problem>): Rule<Document<MachineSpec>> {
  return {
    id,
    check: (machine) => (machine.spec?.hostOSConfiguration ? check(machine.spec.hostOSConfiguration, isBottlerocketMachine(machine)) : []),
  };
}

function* firstKey(machine: Document<MachineSpec>): Iterable<Problem> {
  const users = machine.spec?.users ?? [];
  const key = users[0]?.sshAuthorizedKeys?.[0];
  if (key && !isAuthorizedKey(key)) {
    yield {
      at: 'spec.users[0].sshAuthorizedKeys[0]',
      message: `starts with ${asWritten(key.split(/\s/)[0].slice(0, 20))} and is no OpenSSH public key`,
      fix: "give the content of the .pub file, such as 'ssh-ed25519 AAAA... name'",
    };
  } else if (!key) {
    yield {
      at: 'spec.users',
      message: 'holds no user with an SSH key; the CLI generates one, kubectl and GitOps fail',
      severity: 'warning',
    };
  }
}

function isTimeServer(server: string): boolean {
  const address = parseIp(server)?.version === 6 ? `[${server}]` : server;
  return !!parseUrl(address.includes('://') ? address : `udp://${address}`)?.host;
}
