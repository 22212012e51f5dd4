/** Fields of forms in parts (`multipart/form-data`). Parts that do not change stay as they came, byte by byte. */
import type { FieldChanges } from '../../plugin-kit/field-changes.ts';
import type { Template } from './rendered-template.ts';

interface FormPart {
  readonly name: string | undefined;
  /** Head and content, one character for each byte. */
  readonly text: string;
}

/** The boundary that a content type names. */
export function boundaryOf(contentType: string): string | undefined {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  return quoted ?? plain;
}

/** @returns the new body; nothing when it stays as it is */
export function changedMultipart(
  body: Buffer, boundary: string, changes: FieldChanges<Template>, render: (template: Template) => string,
): Buffer | undefined {
  const text = body.toString('latin1');
  const parts = partsOf(text, boundary);
  if (parts === undefined) return undefined;
  const wasEmpty = parts.length === 0;
  let isChanged = !wasEmpty && changes.remove.length > 0;
  const put = (name: string, value: string): void => {
    const made = simplePart(name, value);
    const index = parts.findIndex((part) => part.name === name);
    if (index === -1) parts.push(made);
    else parts.splice(index, 1, made);
    isChanged = true;
  };
  const drop = (name: string): void => {
    for (let index = parts.length - 1; index >= 0; index -= 1) if (parts[index]!.name === name) parts.splice(index, 1);
  };
  const find = (name: string): FormPart | undefined => parts.find((part) => part.name === name);

  for (const { name, value: newName } of changes.rename) {
    const part = find(name);
    if (part === undefined || newName === name) continue;
    const content = part.text.slice(part.text.indexOf('\r\n\r\n') + 4);
    drop(name);
    put(newName, Buffer.from(content, 'latin1').toString());
  }
  for (const name of changes.remove) drop(name);
  for (const { name, value } of changes.replace) if (find(name) !== undefined) put(name, render(value));
  for (const { name, value } of changes.add) if (find(name) === undefined) put(name, render(value));
  if (!isChanged) return undefined;
  const end = parts.length === 0 ? '' : `--${boundary}--\r\n`;
  return Buffer.from(parts.map((part) => `--${boundary}\r\n${part.text}\r\n`).join('') + end, 'latin1');
}

/** @returns nothing when the body is no form in parts */
function partsOf(text: string, boundary: string): FormPart[] | undefined {
  if (text === '') return [];
  const [before = '', ...sections] = `\r\n${text}`.split(`\r\n--${boundary}`);
  if (before !== '' || !sections.at(-1)?.startsWith('--')) return undefined;
  return sections.slice(0, -1).map((section) => {
    const part = section.replace(/^[ \t]*\r\n/, '');
    const head = part.slice(0, part.indexOf('\r\n\r\n'));
    return { name: /^content-disposition:[^\r\n]*;[ \t]*name="([^"]*)"/im.exec(head)?.[1], text: part };
  });
}

/** A name cannot end its line. */
function simplePart(name: string, value: string): FormPart {
  const safe = name.replace(/[\r\n"]/g, (char) => encodeURIComponent(char));
  const text = `Content-Disposition: form-data; name="${safe}"\r\n\r\n${value}`;
  return { name, text: Buffer.from(text).toString('latin1') };
}
