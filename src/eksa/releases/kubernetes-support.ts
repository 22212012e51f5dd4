/** How long versions of Kubernetes are supported. EKS Anywhere follows the calendar of Amazon EKS and rounds up to the end of the month. */

export interface KubernetesSupport {
  /** Last day of standard support; from the next day on the tools ask for a licence token. */
  readonly standardUntil: string;
  /** Last day of extended support; after it there are no fixes. */
  readonly extendedUntil: string;
  /** Whose dates these are: those of Amazon EKS, where EKS Anywhere has announced none. */
  readonly announcedBy: 'EKS Anywhere' | 'Amazon EKS';
}

function ofEksAnywhere(standardUntil: string, extendedUntil: string): KubernetesSupport {
  return { standardUntil, extendedUntil, announcedBy: 'EKS Anywhere' };
}

function ofAmazonEks(standardUntil: string, extendedUntil: string): KubernetesSupport {
  return { standardUntil, extendedUntil, announcedBy: 'Amazon EKS' };
}

/** By minor of Kubernetes 1. Extended support lasts twelve months, where the notes name one of the two dates only. */
const SUPPORT: Readonly<Record<number, KubernetesSupport>> = {
  28: ofAmazonEks('2024-11-26', '2025-11-26'),
  29: ofEksAnywhere('2025-04-30', '2026-04-30'),
  30: ofEksAnywhere('2025-08-31', '2026-08-31'),
  31: ofEksAnywhere('2025-12-31', '2026-12-31'),
  32: ofEksAnywhere('2026-04-30', '2027-04-30'),
  33: ofEksAnywhere('2026-08-31', '2027-08-31'),
  34: ofEksAnywhere('2026-12-31', '2027-12-31'),
  35: ofAmazonEks('2027-03-27', '2028-03-27'),
  36: ofAmazonEks('2027-08-02', '2028-08-02'),
};

/** @returns undefined where no date is announced */
export function supportOf(minor: number): KubernetesSupport | undefined {
  return SUPPORT[minor];
}
