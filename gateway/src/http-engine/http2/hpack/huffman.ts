/** The Huffman code of HPACK, read four bits at a time. RFC 7541 §5.2 and Appendix B. */

/** Length of the code of each octet, in base 36. The codes follow from the lengths: shorter ones first, then by octet. */
const LENGTHS = [
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca',
  'd67777777777777777777777878djde6f56565666577666567655677777fbeds',
  'kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn',
  'qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq',
].join('');

const END_OF_TEXT = 256;

/** By state and four bits: the next state (low byte), the octet that ends here (second byte) and the flags below. */
const STEPS: number[] = [];
const EMITS = 1 << 16;
const FAILS = 1 << 17;
/** Whether a text may end in a state: what is left of its last byte is a beginning of the code of the end. */
const MAY_END: boolean[] = [];

type Node = { zero: Node | number | undefined; one: Node | number | undefined };

function tree(): Node {
  const root: Node = { zero: undefined, one: undefined };
  const lengths = [...LENGTHS].map((digit) => Number.parseInt(digit, 36)).concat(30);
  const symbols = lengths.map((_, symbol) => symbol).sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  let code = 0;
  let before = 0;
  for (const symbol of symbols) {
    code <<= lengths[symbol]! - before;
    before = lengths[symbol]!;
    let node = root;
    for (let bit = before - 1; bit > 0; bit -= 1) {
      const side = (code >> bit) & 1 ? 'one' : 'zero';
      node = (node[side] ??= { zero: undefined, one: undefined }) as Node;
    }
    node[code & 1 ? 'one' : 'zero'] = symbol;
    code += 1;
  }
  return root;
}

function prepare(): void {
  const root = tree();
  const states: Node[] = [root];
  const stateOf = (node: Node): number => {
    const known = states.indexOf(node);
    return known === -1 ? states.push(node) - 1 : known;
  };
  for (let state = 0; state < states.length; state += 1) {
    for (let nibble = 0; nibble < 16; nibble += 1) STEPS.push(stepOf(states[state]!, nibble, root, stateOf));
  }
  let node: Node | number | undefined = root;
  for (let depth = 0; depth < 8; depth += 1) {
    MAY_END[stateOf(node as Node)] = true;
    node = (node as Node).one;
  }
}

function stepOf(from: Node, nibble: number, root: Node, stateOf: (node: Node) => number): number {
  let node = from;
  let emitted = 0;
  for (let bit = 3; bit >= 0; bit -= 1) {
    const next = (nibble >> bit) & 1 ? node.one : node.zero;
    if (next === END_OF_TEXT || next === undefined) return FAILS;
    if (typeof next === 'number') emitted = EMITS | (next << 8);
    node = typeof next === 'number' ? root : next;
  }
  return emitted | stateOf(node);
}

prepare();

let scratch = Buffer.allocUnsafeSlow(4_096);

/** @returns the text, one character for each octet; `undefined` for bytes that are no such text */
export function huffmanText(bytes: Buffer, start: number, end: number): string | undefined {
  // The shortest code has five bits.
  const most = Math.ceil((end - start) * 8 / 5);
  if (most > scratch.length) scratch = Buffer.allocUnsafeSlow(most * 2);
  let state = 0;
  let length = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at]!;
    let step = STEPS[(state << 4) | (byte >> 4)]!;
    if ((step & EMITS) !== 0) scratch[length++] = (step >> 8) & 255;
    if ((step & FAILS) !== 0) return undefined;
    step = STEPS[((step & 255) << 4) | (byte & 15)]!;
    if ((step & EMITS) !== 0) scratch[length++] = (step >> 8) & 255;
    if ((step & FAILS) !== 0) return undefined;
    state = step & 255;
  }
  return MAY_END[state] === true ? scratch.toString('latin1', 0, length) : undefined;
}
