/** What machine configurations say, whether their machines are physical or virtual. */
import type { Document } from '../model/document';
import type { HostOs, User } from '../model/machines';

export interface MachineConfigInput {
  /** Undefined for the name that is made from the group's; groups that have the same share one machine configuration. */
  readonly machineConfigName?: string;
  readonly osFamily: string;
  readonly hostOs?: HostOs;
  readonly users: readonly User[];
}

/**
 * Groups that share a machine configuration have it written once; where they disagree both stay, and a rule refuses two
 * documents of one name.
 */
export function distinct(documents: readonly Document[]): Document[] {
  const texts = documents.map((document) => JSON.stringify(document));
  return documents.filter((_document, index) => texts.indexOf(texts[index]) === index);
}
