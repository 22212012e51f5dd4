/** OpenSSH public keys, one line of authorized_keys, as Go's ssh.ParseAuthorizedKey reads them. */
import { decodeBase64 } from './base64';

/** Reads the length-prefixed fields of a key blob. */
class Blob {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  public field(): Uint8Array | undefined {
    if (this.at + 4 > this.bytes.length) return undefined;
    const length = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.at).getUint32(0);
    if (this.at + 4 + length > this.bytes.length) return undefined;
    this.at += 4 + length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  public get ended(): boolean {
    return this.at === this.bytes.length;
  }
}

type FieldCheck = (field: Uint8Array) => boolean;
const positiveNumber: FieldCheck = (field) => field.length > 0 && field[0] < 0x80;
const anything: FieldCheck = (field) => field.length > 0;
const sized = (...lengths: number[]): FieldCheck => (field) => lengths.includes(field.length);
const curvePoint = (bytes: number): FieldCheck => (field) => field.length === 2 * bytes + 1 && field[0] === 4;

/** The fields that follow the algorithm's name. Security keys carry the application last. */
const ALGORITHMS: Readonly<Record<string, readonly FieldCheck[]>> = {
  'ssh-rsa': [positiveNumber, positiveNumber],
  'ssh-dss': [positiveNumber, positiveNumber, positiveNumber, positiveNumber],
  'ssh-ed25519': [sized(32)],
  'ecdsa-sha2-nistp256': [anything, curvePoint(32)],
  'ecdsa-sha2-nistp384': [anything, curvePoint(48)],
  'ecdsa-sha2-nistp521': [anything, curvePoint(66)],
  'sk-ssh-ed25519@openssh.com': [sized(32), anything],
  'sk-ecdsa-sha2-nistp256@openssh.com': [anything, curvePoint(32), anything],
};

/** Whether one line holds a public key; options before the key and a comment after it are allowed. */
export function isAuthorizedKey(text: string): boolean {
  return text.split('\n').some((line) => isKeyLine(line.replace(/\r$/, '').trim()));
}

function isKeyLine(line: string): boolean {
  if (line === '' || line.startsWith('#')) return false;
  const fields = /^(\S+)[ \t]+(\S+)/.exec(line);
  if (!fields) return false;
  if (isKeyBlob(fields[2])) return true;
  const key = /^(\S+)[ \t]+(\S+)/.exec(afterOptions(line));
  return !!key && isKeyBlob(key[2]);
}

/** What follows options such as `from="10.0.0.0/8",no-pty`: they end at the first blank outside quotes. */
function afterOptions(line: string): string {
  let isQuoted = false;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"' && line[at - 1] !== '\\') isQuoted = !isQuoted;
    else if (!isQuoted && /[ \t]/.test(line[at])) return line.slice(at).trimStart();
  }
  return '';
}

function isKeyBlob(text: string): boolean {
  const bytes = decodeBase64(text);
  if (!bytes) return false;
  const blob = new Blob(bytes);
  const name = blob.field();
  const checks = name && ALGORITHMS[String.fromCharCode(...name)];
  if (!checks) return false;
  for (const check of checks) {
    const field = blob.field();
    if (!field || !check(field)) return false;
  }
  return blob.ended;
}
