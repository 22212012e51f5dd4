/** Values by prefix. Finding all prefixes of a text costs the length of the longest one, however many prefixes there are. */

interface Node<T> {
  /** What this node adds to its parent's prefix. */
  text: string;
  value: T | undefined;
  /** By the first character of their text. */
  children: Map<number, Node<T>> | undefined;
}

export class PrefixTree<T> {
  readonly #root: Node<T> = { text: '', value: undefined, children: undefined };

  /** The value of a prefix, made when there is none. */
  at(prefix: string, make: () => T): T {
    let node = this.#root;
    let position = 0;
    while (position < prefix.length) {
      const child = node.children?.get(prefix.charCodeAt(position));
      if (child === undefined) {
        node = addChild(node, prefix.slice(position), undefined);
        break;
      }
      const shared = sharedLength(child.text, prefix, position);
      if (shared < child.text.length) split(child, shared);
      node = child;
      position += shared;
    }
    return node.value ??= make();
  }

  /** Calls back for each prefix of the text, shortest first. */
  visit(text: string, found: (value: T) => void): void {
    let node: Node<T> | undefined = this.#root;
    let position = 0;
    while (node !== undefined) {
      if (node.value !== undefined) found(node.value);
      const child: Node<T> | undefined = position < text.length ? node.children?.get(text.charCodeAt(position)) : undefined;
      if (child === undefined || !text.startsWith(child.text, position)) return;
      position += child.text.length;
      node = child;
    }
  }
}

function addChild<T>(parent: Node<T>, text: string, value: T | undefined): Node<T> {
  const child: Node<T> = { text, value, children: undefined };
  (parent.children ??= new Map()).set(text.charCodeAt(0), child);
  return child;
}

/** Makes the node end after some characters of its text; a new child takes the rest. */
function split<T>(node: Node<T>, at: number): void {
  const { children } = node;
  const rest: Node<T> = { text: node.text.slice(at), value: node.value, children };
  node.text = node.text.slice(0, at);
  node.value = undefined;
  node.children = new Map([[rest.text.charCodeAt(0), rest]]);
}

function sharedLength(text: string, other: string, from: number): number {
  const end = Math.min(text.length, other.length - from);
  let length = 0;
  while (length < end && text.charCodeAt(length) === other.charCodeAt(from + length)) length += 1;
  return length;
}
