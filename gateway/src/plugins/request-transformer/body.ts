/** Changes the body of a request: a JSON object, a form, or a form in parts. Other bodies stay as they are. */
import { changeFields } from '../../plugin-kit/field-changes.ts';
import type { FieldChanges } from '../../plugin-kit/field-changes.ts';
import { formOf, parseForm } from '../../plugin-kit/form-fields.ts';
import { jsonFields, jsonOf } from '../../plugin-kit/json-fields.ts';
import { boundaryOf, changedMultipart } from './multipart.ts';
import type { Template } from './rendered-template.ts';

type Render = (template: Template) => string;

export function isForm(contentType: string | undefined): boolean {
  return contentType?.toLowerCase().includes('application/x-www-form-urlencoded') ?? false;
}

/** Whether bodies of this type can be changed. */
export function isChangeable(contentType: string | undefined): boolean {
  return isForm(contentType) || /application\/json|multipart\/form-data/i.test(contentType ?? '');
}

/** @returns the new body; nothing when it stays as it is */
export function changedBody(body: Buffer, contentType: string, changes: FieldChanges<Template>, render: Render): Buffer | undefined {
  if (/application\/json/i.test(contentType)) {
    const fields = body.length === 0 ? new Map<string, unknown>() : jsonFields(body.toString());
    return fields && changeFields(fields, changes, render) ? Buffer.from(jsonOf(fields)) : undefined;
  }
  if (/multipart\/form-data/i.test(contentType)) {
    const boundary = boundaryOf(contentType);
    return boundary === undefined ? undefined : changedMultipart(body, boundary, changes, render);
  }
  const fields = parseForm(body.toString());
  return changeFields(fields, changes, render) ? Buffer.from(formOf(fields)) : undefined;
}
