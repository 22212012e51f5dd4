/**
 * Values by prefix. Finding all prefixes of a text costs the length of the longest one, however many prefixes there are. Versioned: see
 * `HostIndex`.
 */

interface Node<T> {
  readonly owner: object;
  /** What this node adds to its parent's prefix. */
  text: string;
  value: T | undefined;
  /** By the first character of their text. */
  children: Map<number, Node<T>> | undefined;
}

export class PrefixTree<T> {
  readonly #root: Node<T>;
  readonly #owner: object;

  constructor(owner: object, root: Node<T> = { owner, text: '', value: undefined, children: undefined }) {
    this.#owner = owner;
    this.#root = root;
  }

  ownedBy(owner: object): PrefixTree<T> {
    return owner === this.#owner ? this : new PrefixTree<T>(owner, owned(this.#root, owner));
  }

  /** For the owner only. @param change what is there for the prefix from now on, by what is there; undefined for nothing */
  set(prefix: string, change: (value: T | undefined) => T | undefined): void {
    const path = [this.#root];
    let node = this.#root;
    let position = 0;
    while (position < prefix.length) {
      const found = node.children?.get(prefix.charCodeAt(position));
      if (found === undefined) {
        const value = change(undefined);
        if (value !== undefined) addChild(node, { owner: this.#owner, text: prefix.slice(position), value, children: undefined });
        return;
      }
      const child = owned(found, this.#owner);
      addChild(node, child);
      const shared = sharedLength(child.text, prefix, position);
      if (shared < child.text.length) split(child, shared);
      node = child;
      position += shared;
      path.push(node);
    }
    node.value = change(node.value);
    prune(path);
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

function owned<T>(node: Node<T>, owner: object): Node<T> {
  return node.owner === owner ? node : { owner, text: node.text, value: node.value, children: node.children && new Map(node.children) };
}

function addChild<T>(parent: Node<T>, child: Node<T>): void {
  (parent.children ??= new Map()).set(child.text.charCodeAt(0), child);
}

/** Makes the node end after some characters of its text; a new child takes the rest. */
function split<T>(node: Node<T>, at: number): void {
  const { owner, children } = node;
  const rest: Node<T> = { owner, text: node.text.slice(at), value: node.value, children };
  node.text = node.text.slice(0, at);
  node.value = undefined;
  node.children = new Map([[rest.text.charCodeAt(0), rest]]);
}

/** Removes nodes at the end of a path that lead to nothing. */
function prune<T>(path: readonly Node<T>[]): void {
  for (let at = path.length - 1; at > 0; at -= 1) {
    const { value, children, text } = path[at]!;
    if (value !== undefined || (children !== undefined && children.size > 0)) return;
    path[at - 1]!.children!.delete(text.charCodeAt(0));
  }
}

function sharedLength(text: string, other: string, from: number): number {
  const end = Math.min(text.length, other.length - from);
  let length = 0;
  while (length < end && text.charCodeAt(length) === other.charCodeAt(from + length)) length += 1;
  return length;
}
