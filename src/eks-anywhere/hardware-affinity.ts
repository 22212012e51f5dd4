/** How the value of a label is compared. */
export enum LabelOperator {
  /** The label has one of the values. */
  IN = 'In',
  /** The label is missing or has none of the values. */
  NOT_IN = 'NotIn',
  /** The label exists, with any value. */
  EXISTS = 'Exists',
  /** The label is missing. */
  DOES_NOT_EXIST = 'DoesNotExist',
}

/** A condition on one label of a machine. Can be changed later; a change replaces the nodes. */
export interface LabelExpression {
  /** The label. */
  readonly key: string;

  /** How its value is compared. */
  readonly operator: LabelOperator;

  /**
   * Values to compare with; required for `IN` and `NOT_IN`, rejected otherwise.
   * @default - none
   */
  readonly values?: string[];
}

/** Conditions that a machine must meet, all of them. Can be changed later; a change replaces the nodes. */
export interface HardwareTerm {
  /**
   * Labels with their required values. EKS Anywhere counts machines only by these.
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Further conditions.
   * @default - none
   */
  readonly expressions?: LabelExpression[];
}

/** Conditions that a machine should meet. Can be changed later; a change replaces the nodes. */
export interface PreferredHardwareTerm extends HardwareTerm {
  /** Weight, 1 to 100; machines with the greatest sum of weights are used first. */
  readonly weight: number;
}

/**
 * Which machines of the hardware inventory a group of nodes uses, if one label is not enough. Can be changed later;
 * a change replaces the nodes.
 */
export interface HardwareAffinity {
  /** Alternatives, at least one: a machine must meet one of them. EKS Anywhere requires enough machines for each of them. */
  readonly required: HardwareTerm[];

  /**
   * Conditions that decide between the machines that meet the required ones.
   * @default - none
   */
  readonly preferred?: PreferredHardwareTerm[];
}
