/** Labels and jumps of a function: which jump reaches which label. */
import { LuaSyntaxError } from './tokens.ts';

export interface FunctionScope {
  readonly isVararg: boolean;
  /** Open blocks, innermost last. */
  readonly blocks: BlockScope[];
  /** What is wrong with jumps; it is reported when the function ends without another error. */
  wrongJump?: LuaSyntaxError;
}

export interface BlockScope {
  readonly isLoop: boolean;
  /** Names of local variables so far. */
  readonly locals: string[];
  /** Number of local variables in front of each label. */
  readonly labels: Map<string, number>;
  /** Jumps to labels that are not known yet. */
  readonly jumps: Jump[];
}

interface Jump {
  readonly label: string;
  readonly line: number;
  /** Number of local variables of the block at this point. */
  readonly locals: number;
}

/** Ends the innermost block; jumps to labels that it does not have leave it. */
export function endBlock(scope: FunctionScope): void {
  const { labels, locals, jumps } = scope.blocks.pop()!;
  const outer = scope.blocks.at(-1);
  for (const jump of jumps) {
    const before = labels.get(jump.label);
    if (before === undefined && outer !== undefined) outer.jumps.push({ ...jump, locals: outer.locals.length });
    else if (before === undefined) wrongJump(scope, jump.line, `undefined label '${jump.label}'`);
    else if (before > jump.locals) {
      wrongJump(scope, jump.line, `<goto ${jump.label}> jumps into the scope of local '${locals[jump.locals]}'`);
    }
  }
}

export function hasLabel({ blocks }: FunctionScope, label: string): boolean {
  return blocks.some(({ labels }) => labels.has(label));
}

/** The first of them is reported. */
export function wrongJump(scope: FunctionScope, line: number, message: string): void {
  scope.wrongJump ??= new LuaSyntaxError(line, message);
}
