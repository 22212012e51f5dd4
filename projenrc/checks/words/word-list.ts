/** The word list of this project's English: what readers had to decode, and what to write instead. `check:words` holds it. */

/** One wording that is refused. */
export interface Wording {
  /** What is found, in comments, strings and prose. Without the flag `g`; case does not matter. */
  readonly pattern: RegExp;
  /** What to write instead. */
  readonly better: string;
  /** A sentence in which the pattern is found. A test reads it. */
  readonly refused: string;
  /** A sentence with nearly the same words, which is right. A test reads it. */
  readonly right: string;
}

export const WORD_LIST: readonly Wording[] = [
  {
    pattern: /\b(?:lets?|let) (?:\w+ )?in no more\b|\bno more\b(?! than)/i,
    better: 'revoked, rejected, no longer',
    refused: 'Control planes let it in no more.',
    right: 'Control planes reject it. No more than ten are kept.',
  },
  {
    pattern: /\b(?:is|are|was|were|been|be) told\b|\btold (?:of|at|so|as)\b|\btells? (?:of|everybody|people)\b/i,
    better: 'reported, logged, notified, printed',
    refused: 'The node is told of it at the start.',
    right: 'The node logs it at the start and tells the client to wait.',
  },
  {
    pattern: /\bgood for\b/i,
    better: 'valid for',
    refused: 'The certificate is good for a year.',
    right: 'The certificate is valid for a year.',
  },
  {
    pattern: /\bmend(?:s|ed|ing|able)?\b/i,
    better: 'fix',
    refused: 'A person can mend it.',
    right: 'A person can fix it. The route is amended.',
  },
  {
    pattern: /\b(?:nobody|somebody|whoever|anybody|everybody)\b/i,
    better: 'the actor: the client, the operator, the data plane, …',
    refused: 'Whoever shows it is refused, and nobody is asked.',
    right: 'The control plane refuses a data plane that shows it.',
  },
  {
    pattern: /(?<!-)\bstands?\b(?!-| (?:for|in for|by|alone)\b)|\bstood\b/i,
    better: 'is, exists',
    refused: 'The name stands in the file.',
    right: 'The name is in the file; the letter stands for a route, and the server is stand-alone.',
  },
  {
    pattern: /\blies\b|\blie (?:in|on|at|below|beside|outside|inside|within|there|between|deeper|elsewhere|lower)\b|\blay in\b|\blying\b/i,
    better: 'is',
    refused: 'The file lies in cdk.out.',
    right: 'The file is in cdk.out, which relies on it.',
  },
  {
    pattern: /\bbesides\b/i,
    better: 'in addition to, also, other than',
    refused: 'Besides the rules, files are read.',
    right: 'In addition to the rules, files are read. It is beside the file.',
  },
  {
    pattern: /\btakes? in\b|\btaken in\b|\btaking in\b/i,
    better: 'contains, accepts',
    refused: 'A range that takes in the address.',
    right: 'A range that contains the address, and takes values in seconds.',
  },
  {
    pattern: /\bwrong words\b/i,
    better: 'invalid arguments, invalid command line',
    refused: '64 wrong words',
    right: '64 invalid command line',
  },
  {
    pattern:
      /\b(?:a|the|this|that|each|every|one|two|three|whole|next|last|of|by|per|rolling|shared|before) turns?\b|\bturn(?:ed over|s of)\b/i,
    better: 'rotation',
    refused: 'Every turn of the certificate is announced.',
    right: 'Every rotation is announced; addresses are tried in turn, and the feature is turned off.',
  },
  {
    pattern: /\banew\b/i,
    better: 'again, new',
    refused: 'The tunnel is opened anew.',
    right: 'The data plane opens the tunnel again, with a new certificate.',
  },
  {
    pattern: /\bfor ever\b/i,
    better: 'without end, permanently',
    refused: 'It waits for ever.',
    right: 'It never stops waiting, forever and again.',
  },
  {
    pattern: /\bto and fro\b/i,
    better: 'in both directions, back and forth',
    refused: 'Bytes go to and fro.',
    right: 'Bytes go in both directions.',
  },
  {
    pattern: /\bwhen (?:there is )?no ?one says\b|\bwhere (?:there is )?none says\b/i,
    better: 'default',
    refused: 'How many nodes when no one says.',
    right: 'Default number of replicas.',
  },
  {
    pattern: /\bhouse-?keeping book\b/i,
    better: 'record',
    refused: 'The housekeeping book of the node.',
    right: 'The record of the node.',
  },
  {
    pattern: /\bset right\b/i,
    better: 'correct, fix',
    refused: 'Names are set right.',
    right: 'Names are corrected; set rights with IAM.',
  },
  {
    pattern: /\bin force\b/i,
    better: 'current, active',
    refused: 'The pair in force is shown.',
    right: 'The current pair is shown; it is enforced.',
  },
];
