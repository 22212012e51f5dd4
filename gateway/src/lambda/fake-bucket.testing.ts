import type { IncomingMessage, ServerResponse } from 'node:http';

/** As much of a versioned bucket as the function needs, at the wire: two keys a page. */
export class FakeBucket {
  readonly written: string[] = [];
  readonly versions: { key: string; id: string; text?: string }[] = [];
  missing = false;

  current(key: string): string | undefined {
    return this.versions.findLast((version) => version.key === key)?.text;
  }

  keys(): string[] {
    return [...new Set(this.versions.map(({ key }) => key))].filter((key) => this.current(key) !== undefined).sort();
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://s3');
    const key = decodeURIComponent(url.pathname).split('/').slice(2).join('/');
    const query = url.searchParams;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (this.missing) return void response.writeHead(404).end('<Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>');
    if (request.method === 'PUT') this.#put(key, Buffer.concat(chunks).toString());
    else if (request.method === 'DELETE') this.#remove(key, query.get('versionId'));
    else {
      return void response.writeHead(200, { 'content-type': 'application/xml' }).end(query.has('versions') ? this.#versionPage(query)
        : this.#page(query));
    }
    response.writeHead(request.method === 'PUT' ? 200 : 204).end();
  }

  #put(key: string, text: string) {
    this.written.push(key);
    this.versions.push({ key, id: `v${this.versions.length + 1}`, text });
  }

  #remove(key: string, id: string | null) {
    if (id === null) this.versions.push({ key, id: `v${this.versions.length + 1}` });
    else this.versions.splice(this.versions.findIndex((version) => version.key === key && version.id === id), 1);
  }

  #page(query: URLSearchParams): string {
    const keys = this.keys().filter((key) => key.startsWith(query.get('prefix')!));
    // A page begins after the last key of the one before, whatever was deleted between the two.
    const left = keys.filter((key) => key > (query.get('continuation-token') ?? ''));
    const contents = left.slice(0, 2).map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
    const next = left.length > 2 ? `<NextContinuationToken>${left[1]}</NextContinuationToken>` : '';
    return `<ListBucketResult>${contents}${next}</ListBucketResult>`;
  }

  #versionPage(query: URLSearchParams): string {
    const found = this.versions.filter(({ key }) => key.startsWith(query.get('prefix')!));
    const entries = found.slice(0, 2).map(({ key, id, text }) => {
      const tag = text === undefined ? 'DeleteMarker' : 'Version';
      return `<${tag}><Key>${key}</Key><VersionId>${id}</VersionId></${tag}>`;
    });
    return `<ListVersionsResult>${entries.join('')}<IsTruncated>${found.length > 2}</IsTruncated></ListVersionsResult>`;
  }
}
